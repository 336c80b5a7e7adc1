"""What publishing a workspace would change, and what that does to contacts under way. It only compares."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from engine.domain.conditions.demand import Demand
from engine.domain.consents.topic import ConsentRules
from engine.domain.language import entry_cap
from engine.domain.language.action import templates_of
from engine.domain.language.scenario import Scenario, Waiting, as_plain
from engine.domain.language.stage import Stage, segments_of
from engine.domain.language.team import Team
from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.rulebooks.scenario_plan import planned
from engine.domain.rulebooks.since import dated, titles
from engine.domain.runs.standing import Stand

Verb = Literal["added", "changed", "removed", "kept"]
SETTINGS = ("zone", "max_age", "late", "visit_gap")


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """What a running engine works by.

    ``waiting``: where the runs of a scenario stand; ``inside``: segment -> contacts; ``rows`` of
    the logs.
    """

    version: int
    definitions: Definitions
    waiting: dict[str, tuple[Stand, ...]] = {}
    inside: dict[str, int] = {}
    rows: int = 0


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """``kept``: a template that is no longer written, but that runs under way may send."""

    name: str
    change: Verb


class SegmentChange(Change, frozen=True, kw_only=True):
    """``asked_by``: scenarios with waiting runs whose version still asks for this removed segment."""

    inside: int = 0
    asked_by: tuple[str, ...] = ()


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """How many runs finish where they are, go on in the new version, and end, by one choice."""

    finish: int = 0
    go_on: int = 0
    end: int = 0


class ScenarioChange(Change, frozen=True, kw_only=True):
    """``version`` is the one that begins, or ends when it is removed; ``waiting``: step -> runs.

    ``choice`` is what becomes of these runs, ``choices`` how many each choice would touch if every
    contact were reached; ``gone`` are those that would end if they migrated, by step. ``rollout`` is the
    share that it is for, ``before`` the one that it was for, ``cap`` and ``capped`` likewise of entries;
    ``stray`` are moves from steps that no version has.
    """

    version: int
    waiting: dict[str, int] = {}
    paused: bool = False
    choice: str = "pin"
    choices: dict[Waiting, Touched] = {}
    gone: dict[str, int] = {}
    rollout: str = "100%"
    before: str = ""
    cap: str = ""
    capped: str = ""
    stray: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``version`` is in force, ``next`` is what publishing would answer: the same when nothing changes.

    ``settings``: name -> (in force, written), durations in ms. ``paused`` scenarios stay paused.
    ``rebuilt`` is what is counted anew, from so many ``rows`` of the logs.
    """

    version: int
    next: int
    segments: tuple[SegmentChange, ...]
    aggregates: tuple[Change, ...]
    scores: tuple[Change, ...]
    scenarios: tuple[ScenarioChange, ...]
    templates: tuple[Change, ...]
    settings: dict[str, tuple[Any, Any]]
    paused: tuple[str, ...]
    collections: tuple[Change, ...] = ()
    rebuilt: tuple[str, ...] = ()
    rows: int = 0
    lists: tuple[Change, ...] = ()


def plan(in_force: InForce, written: Definitions) -> Plan:
    """What ``succeed`` would publish, beside what is in force."""
    before, after = in_force.definitions, succeed(in_force.definitions, written)
    rebuilt = _rebuilt(in_force, after)
    return Plan(
        version=in_force.version,
        next=in_force.version + (after != before),
        segments=_segments(in_force, after),
        aggregates=_changes("aggregate", before.aggregates, after.aggregates),
        scores=_changes("score", before.scores, after.scores),
        scenarios=_scenarios(in_force, after),
        templates=_templates(before, after, written),
        settings={
            name: (getattr(before, name), getattr(after, name))
            for name in SETTINGS
            if getattr(before, name) != getattr(after, name)
        }
        | _consent(before.consent, after.consent)
        | _team(before.team, after.team)
        | _stages(before.stages, after.stages),
        collections=tuple(
            Change(name=name, change=verb)
            for name, verb in compared("collection", before.collections, after.collections)
        ),
        paused=tuple(s.scenario for s in after.scenarios if s.scenario in after.paused),
        rebuilt=rebuilt,
        rows=in_force.rows if rebuilt else 0,
        lists=_changes("list", before.lists, after.lists),
    )


def _rebuilt(in_force: InForce, after: Definitions) -> tuple[str, ...]:
    """What is new and so has to be counted from the log."""
    version = in_force.version + 1
    since = dated(in_force.definitions, after, version).since
    new = {name for name, levels in since.items() if levels[-1][0] == version}
    told = titles(after)
    return tuple(sorted({told[name] for name in new if name in told}))


def _consent(before: ConsentRules, after: ConsentRules) -> dict[str, tuple[Any, Any]]:
    return {} if before == after else {"consent": (before.summary, after.summary)}


def _team(before: Team, after: Team) -> dict[str, tuple[Any, Any]]:
    return {} if before == after else {"team": (before.summary, after.summary)}


def _stages(before: tuple[Stage, ...], after: tuple[Stage, ...]) -> dict[str, tuple[Any, Any]]:
    old, new = segments_of(before), segments_of(after)
    return (
        {} if [*old.items()] == [*new.items()] else {"stages": (" > ".join(old), " > ".join(new))}
    )


def compared(key: str, before: Sequence[Any], after: Sequence[Any]) -> list[tuple[str, Verb]]:
    """(name, what becomes of it), by name; what stays as it is left out."""
    old = {getattr(one, key): one for one in before}
    new = {getattr(one, key): one for one in after}
    verbs: dict[str, Verb] = dict.fromkeys(old.keys() - new.keys(), "removed")
    verbs |= dict.fromkeys(new.keys() - old.keys(), "added")
    verbs |= {name: "changed" for name in old.keys() & new.keys() if old[name] != new[name]}
    return sorted(verbs.items())


def _changes(key: str, before: Sequence[Any], after: Sequence[Any]) -> tuple[Change, ...]:
    return tuple(Change(name=name, change=verb) for name, verb in compared(key, before, after))


def _segments(in_force: InForce, after: Definitions) -> tuple[SegmentChange, ...]:
    asked = {
        (name, scenario.scenario)
        for scenario in after.retired
        if in_force.waiting.get(scenario.scenario)
        for name in _segments_of(scenario)
    }
    return tuple(
        SegmentChange(
            name=name,
            change=verb,
            inside=in_force.inside.get(name, 0),
            asked_by=tuple(sorted(s for one, s in asked if one == name and verb == "removed")),
        )
        for name, verb in compared("segment", in_force.definitions.segments, after.segments)
    )


def _segments_of(scenario: Scenario) -> set[str]:
    """The segments that its runs ask for once they have begun."""
    demand = Demand(aggregates={}, attributes=set(), segments=set())
    compiled = planned(scenario, demand)
    return demand.segments | {
        moment.name for moment in compiled.moments if moment.kind in ("enters", "leaves")
    }


def _scenarios(in_force: InForce, after: Definitions) -> tuple[ScenarioChange, ...]:
    before = in_force.definitions
    old = {one.scenario: one for one in before.scenarios}
    new = {one.scenario: one for one in after.scenarios}
    return tuple(
        _removed(in_force, old[name], after)
        if verb == "removed"
        else _written(in_force, old.get(name), new[name], verb)
        for name, verb in compared("scenario", before.scenarios, after.scenarios)
    )


def _removed(in_force: InForce, old: Scenario, after: Definitions) -> ScenarioChange:
    stands = in_force.waiting.get(old.scenario, ())
    runs = sum(one.waiting for one in stands)
    return ScenarioChange(
        name=old.scenario,
        change="removed",
        version=old.version,
        waiting=_by_step(stands),
        paused=old.scenario in in_force.definitions.paused,
        choice="exit" if after.ended.get(old.scenario) == old.version else "pin",
        choices={"pin": Touched(finish=runs), "exit": Touched(end=runs)} if runs else {},
    )


def _written(in_force: InForce, old: Scenario | None, new: Scenario, verb: Verb) -> ScenarioChange:
    """Added, another version, or the same for another share."""
    name, definitions = new.scenario, in_force.definitions
    stands = in_force.waiting.get(name, ())
    versions = [one for one in (*definitions.retired, old) if one and one.scenario == name]
    known = {step.id for one in versions for step in one.steps}
    moving = _moving(stands, versions, new)
    gone = _by_step(one for one in moving if _is_gone(one.step, new))
    return ScenarioChange(
        name=name,
        change=verb,
        version=new.version,
        waiting=_by_step(stands),
        paused=name in definitions.paused,
        choice=new.waiting,
        choices=_choices(stands, moving, sum(gone.values())),
        gone=gone,
        rollout=new.rollout,
        before=old.rollout if old and old.version == new.version else "",
        cap=entry_cap.told(new.cap),
        capped=entry_cap.told(old.cap) if old else "",
        stray=tuple(sorted(new.moves.keys() - known)) if old else (),
    )


def _moving(stands: Iterable[Stand], versions: Iterable[Scenario], new: Scenario) -> list[Stand]:
    """Without those on a version that is the same, as after a roll-back: they are well where they are."""
    same = {one.version for one in versions if not new.moves and as_plain(one) == as_plain(new)}
    return [one for one in stands if one.version not in same]


def _is_gone(step: str, new: Scenario) -> bool:
    return new.moves.get(step, step) not in {one.id for one in new.steps}


def _choices(stands: Sequence[Stand], moving: Sequence[Stand], gone: int) -> dict[Waiting, Touched]:
    runs = sum(one.waiting for one in stands)
    touched = sum(one.waiting for one in moving)
    if not runs:
        return {}
    return {
        "pin": Touched(finish=runs),
        "migrate": Touched(finish=runs - touched, go_on=touched - gone, end=gone),
        "exit": Touched(finish=runs - touched, end=touched),
    }


def _by_step(stands: Iterable[Stand]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in stands:
        found[one.step] = found.get(one.step, 0) + one.waiting
    return found


def _templates(before: Definitions, after: Definitions, written: Definitions) -> tuple[Change, ...]:
    """A template that only runs under way name was told as kept when the last scenario let go of it."""
    verbs = dict(compared("template", before.templates, after.templates))
    kept = {t.template for t in after.templates} - {t.template for t in written.templates}
    verbs |= dict.fromkeys(kept & _sent_by(before.scenarios), "kept")
    return tuple(Change(name=name, change=verb) for name, verb in sorted(verbs.items()))


def _sent_by(scenarios: Iterable[Scenario]) -> set[str]:
    steps = (step for scenario in scenarios for step in scenario.steps)
    return {template for step in steps for template in templates_of(step)}
