"""Membership by calendar and by decay equals brute force, and flips when brute force flips."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.duration import milliseconds
from engine.domain.surveys.forecast import standing
from tests.unit.domain import builders as build
from tests.unit.domain.builders import DAY, HOUR, Life

ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
STARTS = ("2024-02-26", "2026-03-27", "2026-10-23", "2026-03-06", "2026-12-29", "2026-04-03")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HALF_LIFE = "36h"


class Known(NamedTuple):
    """What brute force looks at."""

    value: str
    zone: ZoneInfo
    events: list[int]
    slept: list[int]


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    span = draw(st.sampled_from(["1d", "2d", "1w"]))
    match draw(
        st.sampled_from(["span", "span", "anniversary", "weekday", "score", "edge", "since"])
    ):
        case "span":
            name = draw(st.sampled_from(["in_next", "in_last", "older_than"]))
            return {"attribute": "d", name: span}
        case "anniversary":
            return {"attribute": "d", "anniversary": draw(st.sampled_from(["today", "1d", "7d"]))}
        case "weekday":
            chosen = st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True)
            return {"weekday": draw(chosen)}
        case "score":
            bound = draw(st.sampled_from([3.3, 7.7, 12.1]))
            return {"score": "heat", draw(st.sampled_from(["at_least", "under"])): bound}
        case "edge":
            name = draw(st.sampled_from(["in_last", "older_than"]))
            return {"did": "Ate", draw(st.sampled_from(["first", "last"])): {name: span}}
        case _:
            edge = draw(st.sampled_from(["since", "before"]))
            return {"attribute": "d", edge: draw(st.sampled_from(STARTS))}


@st.composite
def sequences(draw: st.DrawFn) -> dict[str, Any]:
    """A sequence counts milliseconds, whatever the clocks on the way do."""
    asked: dict[str, Any] = {"did": "Ate"}
    asked[draw(st.sampled_from(["then", "not_then"]))] = {"event": "Slept"}
    if draw(st.integers(0, 3)):
        asked["within"] = draw(st.sampled_from(["1d", "2d", "1w"]))
    for edge in ("since", "before"):
        if draw(st.integers(0, 2)) == 0:
            asked[edge] = f"{draw(st.sampled_from(STARTS))}T12:00:00Z"
    return asked


def asking() -> st.SearchStrategy[dict[str, Any]]:
    return questions() | questions() | questions() | sequences()


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    groups = st.sampled_from(["all", "any", "none", "exactly_one"])
    group = st.builds(
        lambda name, parts: {name: parts}, groups, st.lists(asking(), min_size=2, max_size=3)
    )
    return asking() | group


def brute(asked: dict[str, Any], known: Known, at: int) -> bool:
    today = datetime.fromtimestamp(at / 1000, known.zone).date()
    for name, wanted in (("all", None), ("any", None), ("none", 0), ("exactly_one", 1)):
        if name in asked:
            held = sum(brute(part, known, at) for part in asked[name])
            if wanted is None:
                return held == len(asked[name]) if name == "all" else held > 0
            return held == wanted
    match asked:
        case {"weekday": days}:
            return DAYS[today.weekday()] in days
        case {"score": _}:
            left = sum(10 * 2.0 ** ((e - at) / milliseconds(HALF_LIFE)) for e in known.events)
            return left >= asked["at_least"] if "at_least" in asked else left < asked["under"]
        case {"did": _}:
            return _did(asked, known, at)
    return _dated(asked, known, today, at)


def _did(asked: dict[str, Any], known: Known, at: int) -> bool:
    edge = next((edge for edge in ("first", "last") if edge in asked), None)
    if edge is None:
        return _in_order(asked, known, at)
    times = known.events
    found = (min if edge == "first" else max)(times) if times else None
    return found is not None and _spanned(at - found, asked[edge])


def _in_order(asked: dict[str, Any], known: Known, at: int) -> bool:
    """Whether any meal was followed by sleep in time, or was not."""
    edges = {
        name: datetime.fromisoformat(asked[name]) for name in {"since", "before"} & asked.keys()
    }
    bounds = {name: int(edge.timestamp() * 1000) for name, edge in edges.items()}
    span = milliseconds(asked["within"]) if "within" in asked else None
    for meal in known.events:
        if not bounds.get("since", meal) <= meal < bounds.get("before", meal + 1):
            continue
        came = any(meal < one and (span is None or one < meal + span) for one in known.slept)
        over = span is None or at >= meal + span
        if came if "then" in asked else over and not came:
            return True
    return False


def _spanned(age: int, asked: dict[str, str]) -> bool:
    [(name, span)] = asked.items()
    return age < milliseconds(span) if name == "in_last" else age >= milliseconds(span)


def _dated(asked: dict[str, Any], known: Known, today: date, at: int) -> bool:
    when = datetime.fromisoformat(known.value)
    whole = len(known.value) == len("2026-03-29")
    [name] = asked.keys() - {"attribute"}
    if name == "anniversary":
        day = when.date() if whole else when.astimezone(known.zone).date()
        ahead = 0 if asked[name] == "today" else int(asked[name][:-1])
        return any(_same_day(day, today + timedelta(days=n)) for n in range(ahead + 1))
    if name in ("since", "before"):
        start = when.replace(tzinfo=known.zone) if whole else when
        edge = datetime.fromisoformat(asked[name]).replace(tzinfo=known.zone)
        later = start.astimezone(UTC) >= edge.astimezone(UTC)
        return later if name == "since" else not later
    if whole:
        days, age = milliseconds(asked[name]) // DAY, (today - when.date()).days
        return {
            "in_next": -days <= age <= 0,
            "in_last": 0 <= age <= days,
            "older_than": age > days,
        }[name]
    span, since = milliseconds(asked[name]), at - int(when.timestamp() * 1000)
    return {
        "in_next": -span <= since < 0,
        "in_last": 0 <= since < span,
        "older_than": since >= span,
    }[name]


def _same_day(born: date, day: date) -> bool:
    leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    wanted = (2, 28) if (born.month, born.day) == (2, 29) and not leap else (born.month, born.day)
    return (day.month, day.day) == wanted


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[tuple[int, str, Any]]]:
    start = datetime.fromisoformat(draw(st.sampled_from(STARTS))).replace(tzinfo=UTC)
    days = st.integers(-4, 9).map(lambda n: (start + timedelta(days=n)).date().isoformat())
    hours = st.integers(-80, 200).map(lambda n: (start + timedelta(hours=n)).isoformat())
    acts = st.one_of(
        st.tuples(st.just("zone"), st.sampled_from(ZONES)),
        st.tuples(st.just("value"), days | hours | st.just("2000-02-29")),
        st.tuples(
            st.sampled_from(["ate", "slept"]), st.sampled_from([0, 0, HOUR, 30 * HOUR, 90 * HOUR])
        ),
    )
    gaps = st.sampled_from([0, 1, HOUR, 7 * HOUR, 23 * HOUR, 25 * HOUR, 3 * DAY])
    told = draw(st.lists(st.tuples(gaps, acts), max_size=6))
    first = [(0, "zone", draw(st.sampled_from(ZONES))), (0, "value", draw(days | hours))]
    return int(start.timestamp() * 1000), first + [(gap, *act) for gap, act in told]


class Watch:
    """Lets time pass from flip to flip and asks brute force just before, at, and between them."""

    def __init__(self, asked: dict[str, Any], start: int) -> None:
        heat = build.score("heat", {"event": "Ate", "points": 10}, half_life=HALF_LIFE)
        self.asked = asked
        self.life: Life = build.life(heat, build.segment("s", **asked), now=start)
        self.known = Known("", ZoneInfo("UTC"), [], [])

    def passes(self, gap: int) -> None:
        end = self.life.now + gap
        while self.life.now < end:
            due = self.life.contact.due
            look = min(end, self.life.now + 3 * HOUR, due - 1 if due > self.life.now + 1 else end)
            look = due if due == self.life.now + 1 else look
            self.life.until(look)
            self.compare()

    def takes(self, what: str, value: Any) -> None:
        match what:
            case "zone":
                self.known = self.known._replace(zone=ZoneInfo(value))
                self.life.tells(timezone=value)
            case "value":
                self.known = self.known._replace(value=value)
                self.life.tells(d=value)
            case _:
                times = self.known.events if what == "ate" else self.known.slept
                times.append(self.life.now - value)
                self.life.does(what.title(), f"{value}ms" if value else None)

    def compare(self) -> None:
        assert bool(self.life.contact.segments) is brute(self.asked, self.known, self.life.now)


@settings(max_examples=150, deadline=None)
@given(conditions(), histories())
def test_membership_flips_exactly_when_brute_force_over_the_calendar_flips(
    asked: dict[str, Any], history: tuple[int, list[tuple[int, str, Any]]]
) -> None:
    start, acts = history
    watch = Watch(asked, start)
    for gap, what, value in acts:
        watch.passes(gap)
        watch.takes(what, value)
        if watch.known.value:
            watch.compare()
    watch.passes(9 * DAY)


@settings(max_examples=150, deadline=None)
@given(conditions(), histories())
def test_the_foreseen_end_is_when_membership_ends_over_clock_changes_and_decay(
    asked: dict[str, Any], history: tuple[int, list[tuple[int, str, Any]]]
) -> None:
    watch = Watch(asked, history[0])
    for gap, what, value in history[1]:
        watch.life.until(watch.life.now + gap)
        watch.takes(what, value)
    life = watch.life
    member, _since, until = standing(life.contact, "s", life.book, life.now)
    assert member is brute(asked, watch.known, life.now)
    if until:
        assert brute(asked, watch.known, until - 1) is member
        assert brute(asked, watch.known, until) is not member
    looks = range(life.now, min(until or life.now + 900 * DAY, life.now + 900 * DAY), 11 * HOUR)
    assert all(brute(asked, watch.known, at) is member for at in looks)
