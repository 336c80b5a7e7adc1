"""A cap on entries holds over all contacts, whatever is lost, killed and merged; who waits does enter."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import fact
from engine.domain.profile import codec
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.domain.runs import quota
from engine.errors import EngineError
from engine.replay.fold import Fold
from tests.jumping_loop import JumpingLoop
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build

PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = 3_600_000, 86_400_000
PEOPLE = tuple(f"user_id:{number}" for number in range(9))
DEVICES = tuple(f"anonymous_id:{number}" for number in range(3))


class Came(NamedTuple):
    people: list[tuple[str, ...]]
    gap: int


class Killed(NamedTuple):
    part: str


class Cut(NamedTuple):
    """The host's next commit is kept, and nobody tells it."""

    host: int


class Merged(NamedTuple):
    pair: tuple[str, str]


class Parted(NamedTuple):
    key: str


class Forgotten(NamedTuple):
    key: str


class Published(NamedTuple):
    most: int
    per: str


GAPS = (0, 0, 0, 1_000, HOUR, 8 * HOUR)
PARTS = ("host-0", "host-1", "coordinator")
caps = st.tuples(st.integers(1, 3), st.sampled_from(["hour", "day", "week"]))


def history_of(dice: Random, others: Sequence[str], length: int = 14) -> list[Any]:
    """Contacts come, in crowds; between them happens what ``others`` name."""
    deeds: dict[str, Callable[[], Any]] = {
        "came": lambda: Came([keys_of(dice) for _ in range(dice.randint(1, 6))], dice.choice(GAPS)),
        "killed": lambda: Killed(dice.choice(PARTS)),
        "cut": lambda: Cut(dice.randint(0, 1)),
        "merged": lambda: Merged((dice.choice(PEOPLE), dice.choice(PEOPLE))),
        "parted": lambda: Parted(dice.choice(PEOPLE)),
        "forgotten": lambda: Forgotten(dice.choice(PEOPLE)),
        "published": lambda: Published(dice.randint(1, 3), "day"),
    }
    weights = ["came"] * 2 * len(others) + [*others]
    return [deeds[dice.choice(weights)]() for _ in range(length)]


def keys_of(dice: Random) -> tuple[str, ...]:
    person, device = dice.choice(PEOPLE), dice.choice(DEVICES)
    return dice.choice(((person,), (person,), (device,), (person, device)))


def rules(cap: tuple[int, str], then: str) -> Definitions:
    most, per = cap
    steps = build.wait("w", for_="10s"), build.send("mail")
    capped = {"most": most, "per": per, "then": then}
    scenario = build.scenario("s", {"event": "Ate"}, *steps, reentry="never", cap=capped)
    return build.definitions(scenario, build.template(transactional=True), zone="Europe/Paris")


async def live(engine: SmallEngine, history: list[Any], then: str) -> None:
    await engine.start()
    for one in history:
        match one:
            case Came(people, gap):
                engine.clock.advance(gap)
                await insisting(engine, people)
            case Killed(part):
                await engine.kill(part)
                await engine.up()
            case Cut(host):
                engine.disks[host].cut = True
            case Merged(pair):
                await gives_up(engine.coordinator.identities.merge(*pair, "operator"))
            case Parted(key):
                await gives_up(engine.coordinator.identities.unmerge(key, "", "operator"))
            case Forgotten(key):
                await gives_up(engine.coordinator.privacy.forget(key, "operator"))
            case Published(most, per):
                later = encode(rules((most, per), then))
                await gives_up(engine.coordinator.rulebooks.apply(later, "operator"))
    await engine.rest()


async def insisting(engine: SmallEngine, people: list[tuple[str, ...]]) -> None:
    events = [engine.event("Ate", *keys) for keys in people]
    for _ in range(20):
        try:
            async with asyncio.timeout(20):
                await engine.push(*events)
                return
        except (EngineError, TimeoutError):
            await engine.up()


async def gives_up(work: Any) -> None:
    try:
        async with asyncio.timeout(5):
            await work
    except (EngineError, TimeoutError):
        return


def entries(engine: SmallEngine) -> list[tuple[int, str]]:
    """When each run began, and its id."""
    told = [(row.now, f) for row in engine.log() for f in fact.decode(row.facts)]
    return [(now, str(f.detail)) for now, f in told if f.what == "run_entered"]


def label(at: int, per: str) -> object:
    """The period by the calendar, reckoned otherwise than the engine does."""
    shown = datetime.fromtimestamp(at / 1000, PARIS)
    return {
        "hour": (shown.date(), shown.hour, shown.utcoffset()),
        "day": shown.date(),
        "week": shown.isocalendar()[:2],
    }[per]


def check_cap(engine: SmallEngine, most: int, per: str) -> None:
    began = entries(engine)
    assert len({run for _, run in began}) == len(began)
    assert all(count <= most for count in Counter(label(at, per) for at, _ in began).values())


def check_rest(engine: SmallEngine) -> None:
    assert engine.run(engine.fsck()) == []
    books = engine.rulebooks()
    for host in engine.hosts:
        fold = Fold(books)
        for row in host.memory.store.log(0, 1 << 40):
            outcome = fold.take(row)
            if outcome is not None:
                assert fact.encode(outcome.facts) == row.facts
        states = {n: codec.encode(held) for n, held in fold.contacts.items()}
        assert states.items() <= engine.states().items()
        for held in host.memory.store.all_quotas():
            assert quota.encode(fold.quotas[held.scenario]) == held.state


def check_tickets(engine: SmallEngine) -> None:
    """Every ticket that is out was used in its period, or is held for it: none is lost, none given twice."""
    began = entries(engine)
    held = Counter(t.since for one in engine.contacts().values() for t in one.tickets)
    for host in engine.hosts:
        for row in host.memory.store.all_quotas():
            for cells in quota.decode(row.state).cells.values():
                for since, (until, out) in cells.items():
                    used = sum(since <= at < until for at, _ in began)
                    assert out == used + held[since]


def pass_days(engine: SmallEngine, days: int) -> None:
    for _ in range(days):
        engine.clock.advance(DAY)
        engine.run(engine.rest())


@settings(max_examples=40, deadline=None)
@given(
    caps,
    st.sampled_from(["wait", "skip"]),
    st.integers(0, 1 << 32),
    st.sampled_from([0.0, 0.02, 0.2]),
    st.sampled_from([0.0, 0.2]),
)
def test_no_period_has_more_entries_than_its_cap_and_who_waits_enters(
    cap: tuple[int, str], then: str, seed: int, slow: float, lossy: float
) -> None:
    dice = Random(seed)
    history = history_of(dice, ("killed", "cut", "merged"))
    engine = SmallEngine(JumpingLoop(), 2, rules(cap, then), dice)
    engine.roads.slow, engine.roads.lossy = slow, lossy
    try:
        engine.run(live(engine, history, then))
        engine.roads.slow = engine.roads.lossy = 0.0
        check_tickets(engine)
        if then == "wait":
            pass_days(engine, 14 * (7 if cap[1] == "week" else 1))
        check_cap(engine, *cap)
        check_rest(engine)
        alive = [one for one in engine.contacts().values() if not one.merged_into]
        assert not any(one.tickets for one in alive)
        if then == "wait":
            assert all("s" in one.entries for one in alive if one.first)
    finally:
        engine.close()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1 << 32))
def test_whatever_cap_is_published_and_whoever_goes_no_day_has_more_than_the_highest(
    seed: int,
) -> None:
    dice = Random(seed)
    history = history_of(dice, ("forgotten", "killed", "published", "merged", "parted"))
    engine = SmallEngine(JumpingLoop(), 2, rules((2, "day"), "wait"), dice)
    try:
        engine.run(live(engine, history, "wait"))
        pass_days(engine, 12)
        check_cap(
            engine, max([2, *(one.most for one in history if isinstance(one, Published))]), "day"
        )
        assert not any(one.tickets for one in engine.contacts().values())
    finally:
        engine.close()
