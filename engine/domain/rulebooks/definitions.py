"""Everything an operator defined, as one published document: what a rulebook is compiled from."""

from collections.abc import Iterable

import msgspec

from engine.domain.conditions.contact_list import ContactList
from engine.domain.consents.topic import ConsentRules
from engine.domain.duration import DAY
from engine.domain.language.action import templates_of
from engine.domain.language.declared import DeclaredAggregate
from engine.domain.language.endpoint import Endpoint
from engine.domain.language.retention import Retention
from engine.domain.language.scenario import Scenario, as_plain
from engine.domain.language.segment import Segment
from engine.domain.language.stage import Stage
from engine.domain.language.team import Team
from engine.domain.language.template import Template
from engine.domain.profile.attribute import Attribute
from engine.domain.profile.collection import Collection
from engine.domain.profile.lexicon import Words
from engine.domain.profile.session import GAP
from engine.domain.scores.company_score import CompanyScore
from engine.domain.scores.matrix import Matrix
from engine.domain.scores.score import Score

ALL = 100
replace = msgspec.structs.replace
Level = tuple[int, int]
"""The version that something is counted since, and how much of it."""


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """``retired`` are earlier versions of scenarios that runs may still stand on; they start no run.
    ``paused`` names scenarios that start no run and whose waiting runs stay where they are. ``ended``
    are removed scenarios whose runs end, up to the version named.

    ``zone`` is the workspace's IANA time zone, ``country`` its ISO 3166-1 code. Triggers ignore events
    older than ``max_age`` ms; a wait overdue by more than ``late`` ms follows its step's ``late`` policy.
    ``since`` dates what is counted, see ``engine.domain.rulebooks.since``; with ``backfill`` what is
    rebuilt may start scenarios. A visit ends with the first ``visit_gap`` ms in which nothing happens.
    ``lexicon``: see ``engine.domain.profile.lexicon``. ``calendars`` are the days of calendar triggers by
    scenario, those of a former version that others still get by ``calendar_of``.
    """

    segments: tuple[Segment, ...] = ()
    aggregates: tuple[DeclaredAggregate, ...] = ()
    scores: tuple[Score, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    retired: tuple[Scenario, ...] = ()
    templates: tuple[Template, ...] = ()
    paused: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    collections: tuple[Collection, ...] = ()
    company_scores: tuple[CompanyScore, ...] = ()
    zone: str = "UTC"
    country: str = "FR"
    max_age: int = DAY
    late: int = DAY
    since: dict[str, tuple[Level, ...]] = {}
    backfill: bool = False
    visit_gap: int = GAP
    consent: ConsentRules = ConsentRules()
    retention: Retention = Retention()
    lists: tuple[ContactList, ...] = ()
    team: Team = Team()
    lexicon: Words = Words()
    webhooks: tuple[Endpoint, ...] = ()
    stages: tuple[Stage, ...] = ()
    calendars: dict[str, tuple[str, ...]] = {}
    ended: dict[str, int] = {}
    matrix: Matrix | None = None


def succeed(published: Definitions | None, written: Definitions) -> Definitions:
    """The document to publish after ``published``: versions counted on, changed scenarios retired.

    Templates that only a retired scenario names stay.
    """
    before = {s.scenario: s for s in published.scenarios} if published else {}
    retired = list(published.retired) if published else []
    latest = {s.scenario: s.version for s in sorted(retired, key=lambda s: s.version)}
    latest |= {name: scenario.version for name, scenario in before.items()}
    scenarios = []
    for scenario in written.scenarios:
        old = before.get(scenario.scenario)
        scenarios.append(_following(old, scenario, latest.get(scenario.scenario, 0) + 1))
    kept = {(s.scenario, s.version) for s in scenarios}
    named_now = {s.scenario for s in scenarios}
    retired += [s for s in before.values() if (s.scenario, s.version) not in kept]
    named = {t.template for t in written.templates}
    needed = {name for s in retired for step in s.steps for name in templates_of(step)}
    orphans = tuple(
        t for t in (published.templates if published else ())
        if t.template in needed and t.template not in named
    )  # fmt: skip
    return replace(
        written,
        scenarios=tuple(scenarios),
        retired=tuple(retired),
        templates=written.templates + orphans,
        calendars=_calendars(published, written, scenarios),
        paused=published.paused if published else (),
        since=published.since if published else {},
        lexicon=published.lexicon if published else Words(),
        backfill=published.backfill if published else False,
        ended=(published.ended if published else {})
        | {name: latest[name] for name in written.ended if name in before.keys() - named_now},
    )


def calendar_of(scenario: str, version: int) -> str:
    """Under which name the days of a former version are kept."""
    return f"{scenario}/{version}"


def _calendars(
    published: Definitions | None, written: Definitions, scenarios: Iterable[Scenario]
) -> dict[str, tuple[str, ...]]:
    """With those of former versions, as long as these are for some contacts."""
    before = published.calendars if published else {}
    known = written.calendars | before
    for one in published.scenarios if published else ():
        known[calendar_of(one.scenario, one.version)] = before.get(one.scenario, ())
    asked = [calendar_of(one.scenario, one.former) for one in scenarios if one.share < ALL]
    mine = {one.scenario: written.calendars.get(one.scenario, ()) for one in scenarios}
    found = mine | {name: known.get(name, ()) for name in asked}
    return {name: days for name, days in found.items() if days}


def _following(old: Scenario | None, written: Scenario, version: int) -> Scenario:
    """The version that follows ``old``: itself when nothing has changed but its share or cap.

    Other than to be pinned runs are asked for by what is new in it only, so that they are asked once.
    """
    if old is None:
        return replace(written, version=version)
    chosen = (written.waiting, written.moves)
    asked = written.waiting != "pin" and chosen != (old.waiting, old.moves)
    if as_plain(old) == as_plain(written) and not asked:
        return replace(old, rollout=written.rollout, cap=written.cap)
    former = written.former or (old.version if old.share == ALL else old.former)
    return replace(written, version=version, former=former)


def encode(definitions: Definitions) -> bytes:
    return msgspec.json.encode(definitions)


def decode(raw: bytes) -> Definitions:
    """Raises ``msgspec.ValidationError`` naming the place that does not fit."""
    return msgspec.json.decode(raw, type=Definitions)
