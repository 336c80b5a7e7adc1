"""The rulebook: one version of all definitions, compiled and indexed by what happens."""

from collections.abc import Iterable
from itertools import chain

import msgspec

from engine.domain.aggregates.aggregate import Aggregate
from engine.domain.aggregates.reading import readings
from engine.domain.comparison import matcher
from engine.domain.conditions import assignment
from engine.domain.conditions.counted import is_met
from engine.domain.conditions.demand import Demand, Predicate
from engine.domain.conditions.membership import membership
from engine.domain.conditions.outset import waits
from engine.domain.conditions.predicate import compiled
from engine.domain.consents.quiet import Hours
from engine.domain.consents.topic import Topic
from engine.domain.duration import milliseconds
from engine.domain.language.condition import Condition
from engine.domain.language.endpoint import Endpoint
from engine.domain.language.receipt import event_of, where_of
from engine.domain.language.stage import segments_of
from engine.domain.language.template import Template
from engine.domain.profile.attribute import Schema
from engine.domain.profile.collection import VERBS, Collection, Verb
from engine.domain.profile.contact import Contact, Run
from engine.domain.profile.lexicon import TIMER, Lexicon
from engine.domain.rulebooks.dated import Dates
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.moment_plan import MomentPlan, moment_plan
from engine.domain.rulebooks.rank import in_order
from engine.domain.rulebooks.scenario_plan import ScenarioPlan, lost, planned
from engine.domain.rulebooks.succession import Heir, Versions, heirs, heirs_at_last
from engine.domain.scores.cap import Cap
from engine.domain.scores.gauge import Gauge, gauge_of
from engine.domain.scores.matrix import graded
from engine.domain.scores.points import ScorePlan
from engine.domain.scores.score import Score, ScoreRule, asked_by, rules_of


class SegmentPlan(msgspec.Struct, frozen=True):
    """A segment, or the condition of a score's rule, which is asked as one.

    ``rank`` is the order of evaluation: each comes after those it asks about. ``score`` is empty for a
    segment; ``points`` or a ``factor`` is what the rule does to the score.
    """

    name: str
    rank: int
    holds: Predicate
    timer: str
    score: str = ""
    points: float = 0.0
    factor: float | None = None

    def members(self, contact: Contact) -> dict[str, int]:
        """Where the contact keeps that it is one, and since when."""
        return contact.upheld if self.score else contact.segments

    def moved(self, *, enters: bool) -> float | str:
        """What a crossing does to the score, for its fact."""
        if self.factor is not None:
            return f"x{self.factor if enters else 1:g}"
        return self.points if enters else -self.points


class EventPlan(msgspec.Struct):
    """Everything that one event name can touch."""

    aggregates: list[Aggregate] = []
    scores: list[ScorePlan] = []
    segments: tuple[SegmentPlan, ...] = ()
    collections: tuple[tuple[Collection, Verb], ...] = ()


NOTHING = EventPlan()
ALL = 100


class Rulebook:
    """Immutable once made; ``step`` reads it, nothing else decides."""

    def __init__(self, version: int, definitions: Definitions) -> None:
        self.version = version
        self.definitions = definitions
        self.zone = definitions.zone
        self.max_age = definitions.max_age
        self.late = definitions.late
        self.visit_gap = definitions.visit_gap
        self.retention = definitions.retention
        self.collections = definitions.collections
        self.kept = {one.collection: one for one in definitions.collections}
        self.templates: dict[str, Template] = {t.template: t for t in definitions.templates}
        self.paused = frozenset(definitions.paused)
        self.backfill = definitions.backfill
        self.lexicon = Lexicon(definitions.lexicon)
        self.since = {n: v for n, v in definitions.since.items() if not is_met(n)}
        self.newest = max((levels[-1][0] for levels in self.since.values()), default=0)
        self.holds: dict[str, Predicate] = {}
        self.attributes: Schema = {one.attribute: one for one in definitions.attributes}
        rules = definitions.consent
        self.topics: dict[str, Topic] = {topic.topic: topic for topic in rules.topics}
        self.confirm = rules.confirm
        for asked in rules.confirm.values():
            self.templates[asked.template]  # a KeyError here refuses the document
        self.countries = rules.countries
        self.hold = milliseconds(rules.hold)
        self.hours: tuple[Hours, ...] = rules.hours
        self.holidays = {country: frozenset(days) for country, days in rules.holidays.items()}
        self.scores: dict[str, Score] = {one.score: one for one in definitions.scores}
        self.lists = frozenset(one.list for one in definitions.lists)
        self.aggregates: dict[int, Aggregate] = {}
        self.readings = readings(definitions.aggregates, self.aggregates)
        self.segments: dict[str, SegmentPlan] = {}
        self.outset: dict[str, SegmentPlan] = {}
        self.asked: dict[str, SegmentPlan] = {}
        self.events: dict[str, EventPlan] = {}
        self.by_attribute: dict[str, list[SegmentPlan]] = {}
        self.by_segment: dict[str, list[SegmentPlan]] = {}
        self.by_collection: dict[str, list[SegmentPlan]] = {}
        self._read_asked(definitions)
        self.triggers: dict[tuple[str, str], list[ScenarioPlan]] = {}
        self.in_force: dict[str, ScenarioPlan] = {}
        self._scenarios: dict[tuple[str, int], ScenarioPlan] = {}
        self.heard: set[tuple[str, str]] = set()
        self.dates = Dates(definitions)
        self.endpoints: dict[str, Endpoint] = {one.webhook: one for one in definitions.webhooks}
        self.hooks: dict[tuple[str, str], list[tuple[Endpoint, MomentPlan]]] = {}
        self._compile_segments(definitions)
        self._compile_scores()
        self._compile_team(definitions)
        self._compile_scenarios(definitions)
        self._compile_collections(definitions)
        self._compile_hooks(definitions)

    def event(self, name: str) -> EventPlan:
        return self.events.get(name, NOTHING)

    def hears(self, event: str) -> bool:
        """Whether any definition asks about an event of this name."""
        return event in self.events or ("event", event) in self.heard

    def scenario(self, name: str, version: int) -> ScenarioPlan:
        """A version, in force or retired."""
        return self._scenarios[name, version]

    def plan_of(self, run: Run) -> ScenarioPlan:
        """The version that a run is on, or what stands in for one that is not known."""
        plan = self._scenarios.get((run.scenario, run.version))
        return plan if plan is not None and run.step in plan.steps else lost(run)

    def knows(self, run: Run) -> bool:
        """Whether its version and its step are there. Those of a rulebook that was lost are not."""
        plan = self._scenarios.get((run.scenario, run.version))
        return plan is not None and run.step in plan.steps

    def heirs_of(self, run: Run) -> tuple[Heir, ...]:
        """What it may come to next; from what nobody knows, as it was chosen when the last was published."""
        if self.knows(run):
            return self.heirs.get((run.scenario, run.version), ())
        plan = self.in_force.get(run.scenario)
        return heirs_at_last(plan.scenario if plan else None)

    def holds_back(self, run: Run) -> bool:
        """Whether it stays where it is: its scenario is paused, or nobody knows how it goes on."""
        return run.scenario in self.paused or not self.knows(run)

    def behind(self, segment: str) -> list[SegmentPlan]:
        """The segment, and those that it asks about, which go before it."""
        needed, ahead = set[str](), {segment}
        while ahead:
            needed |= ahead
            asks = self.by_segment.items()
            ahead = {one for one, plans in asks if any(p.name in ahead for p in plans)} - needed
        return sorted((self.asked[name] for name in needed), key=lambda plan: plan.rank)

    def _plan_of(self, name: str) -> EventPlan:
        return self.events.setdefault(name, EventPlan(aggregates=[], scores=[]))

    def demand(self, aggregates: dict[int, Aggregate]) -> Demand:
        """What conditions read besides is gathered; the aggregates they need are added."""
        return Demand(
            aggregates=aggregates,
            attributes=set(),
            segments=set(),
            readings=self.readings,
            members=self.holds,
            collections=set(),
            zone=self.zone,
            scores=self.scores,
            scored=set(),
            kept=self.kept,
            stages=self.stages,
            matrix=self.definitions.matrix,
        )

    def _events_of(self, condition: Condition) -> set[str]:
        """The event names that a condition asks about."""
        demand = self.demand({})
        compiled(condition, demand)
        events = {one.event for one in demand.aggregates.values()}
        scored = (self.scores[name] for name in demand.scored if name in self.scores)
        rules = (rule for score in scored for rule in score.rules)
        return events | {event for rule in rules if (event := event_of(rule))}

    def _compile_segments(self, definitions: Definitions) -> None:
        conditions = {one.segment: one.asks for one in definitions.segments}
        conditions |= {k: asked for k, rule in self.rules.items() if (asked := asked_by(rule))}
        demands: dict[str, Demand] = {}
        for segment in definitions.segments:
            demands[segment.segment] = self.demand(self.aggregates)
            self.holds[segment.segment] = membership(segment, demands[segment.segment])
        for key in [key for key in conditions if key not in demands]:
            demands[key] = self.demand(self.aggregates)
            self.holds[key] = compiled(conditions[key], demands[key])
        asks = {name: demand.segments | self._shifting(demand) for name, demand in demands.items()}
        for rank, name in enumerate(in_order(asks)):
            plan = self._segment_plan(name, rank)
            self.asked[name] = plan
            if not plan.score:
                self.segments[name] = plan
            if not waits(conditions[name], plan.holds):
                self.outset[name] = plan
            self._index(plan, demands[name], asks[name], self._events_of(conditions[name]))

    def _compile_team(self, definitions: Definitions) -> None:
        demand = self.demand(self.aggregates)
        owners = definitions.team.owners
        holds = {one.owner: compiled(one.when, demand) for one in owners if one.when is not None}
        self.team = assignment.planned(definitions.team, holds)

    def _shifting(self, demand: Demand) -> set[str]:
        """The rules on conditions behind the scores that are asked about."""
        return {
            k for name in demand.scored if name in self.gauges for k in self.gauges[name].shifts
        }

    def _segment_plan(self, name: str, rank: int) -> SegmentPlan:
        rule, holds = self.rules.get(name), self.holds[name]
        if rule is None:
            return SegmentPlan(name, rank, holds, TIMER + name)
        score, points = name.partition("/")[0], rule.points or 0.0
        return SegmentPlan(name, rank, holds, TIMER + name, score, points, rule.factor)

    def _index(self, plan: SegmentPlan, demand: Demand, asks: set[str], events: set[str]) -> None:
        """By all whose change may change the answer."""
        for attribute in demand.attributes:
            self.by_attribute.setdefault(attribute, []).append(plan)
        for other in asks:
            self.by_segment.setdefault(other, []).append(plan)
        for collection in demand.collections:
            self.by_collection.setdefault(collection, []).append(plan)
        for event in events:
            entry = self._plan_of(event)
            entry.segments = (*entry.segments, plan)

    def _read_asked(self, definitions: Definitions) -> None:
        """Stages and scores, before anything asks about them."""
        self.stages = segments_of(definitions.stages)
        self.staging = frozenset(self.stages.values())
        written = definitions.scores
        self.rules = {key: rule for one in written for key, rule in rules_of(one).items()}
        self.gauges: dict[str, Gauge] = {one.score: gauge_of(one) for one in written}
        self.decays = {name: gauge.decay for name, gauge in self.gauges.items()}
        self.grades = graded(definitions.matrix, self.gauges)
        self.capped: dict[str, ScorePlan] = {}

    def _compile_scores(self) -> None:
        for key, rule in self.rules.items():
            event = event_of(rule)
            if not event:
                continue
            score = key.partition("/")[0]
            points, decay = rule.points or 0.0, self.decays[score]
            plan = ScorePlan(score, key, points, decay, matcher(where_of(rule)), cap_of(rule))
            self._plan_of(event).scores.append(plan)
            if plan.cap is not None:
                self.capped[key] = plan

    def _compile_scenarios(self, definitions: Definitions) -> None:
        self.heirs: Versions = heirs(definitions)
        self.former: dict[str, ScenarioPlan | None] = {}
        for scenario in (*definitions.scenarios, *definitions.retired):
            plan = planned(scenario, self.demand(self.aggregates))
            self._scenarios[plan.name, scenario.version] = plan
            moments = (plan.trigger, *plan.moments)
            self._hear(moments)
        self.watches = any(one.leaving or one.watched for one in self._scenarios.values())
        for scenario in definitions.scenarios:
            plan = self._scenarios[scenario.scenario, scenario.version]
            self.in_force[plan.name] = plan
            if scenario.share < ALL:
                self.former[plan.name] = self._scenarios.get((plan.name, scenario.former))
        for plan in chain(self.in_force.values(), filter(None, self.former.values())):
            key = (plan.trigger.kind, plan.trigger.name)
            self.triggers.setdefault(key, []).append(plan)
        for aggregate in self.aggregates.values():
            self._plan_of(aggregate.event).aggregates.append(aggregate)

    def _compile_collections(self, definitions: Definitions) -> None:
        for collection in definitions.collections:
            for verb in VERBS:
                for event in getattr(collection, verb):
                    entry = self._plan_of(event)
                    entry.collections = (*entry.collections, (collection, verb))

    def _compile_hooks(self, definitions: Definitions) -> None:
        for endpoint in definitions.webhooks:
            for plan in map(moment_plan, endpoint.on):
                self.hooks.setdefault((plan.kind, plan.name), []).append((endpoint, plan))
                self._hear([plan])

    def _hear(self, moments: Iterable[MomentPlan]) -> None:
        self.heard |= {(one.kind, one.name) for one in moments}


def cap_of(rule: ScoreRule) -> Cap | None:
    """Whole events only: a rule gives its points as often as they fit."""
    if rule.once:
        return Cap(1)
    if rule.cap is None:
        return None
    most = int(rule.cap / abs(rule.points)) if rule.points else 0
    return Cap(most, milliseconds(rule.per) if rule.per else 0)
