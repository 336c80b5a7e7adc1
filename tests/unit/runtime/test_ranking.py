"""The rankings against brute force: every contact's value now, sorted and counted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.duration import DAY
from engine.domain.profile.contact import Contact
from engine.domain.scores.gauge import Gauge
from engine.domain.scores.height import height_of
from engine.domain.scores.score import Decay
from engine.domain.scores.wear import added
from engine.runtime.scores.ranking import SHOWN
from engine.runtime.scores.scoreboard import bars_of, heights_of
from engine.runtime.scores.standings import ranked

HALF = 14 * DAY
START = 1_800_000_000_000
END = START + 90 * DAY
PLAIN = [Gauge("s", Decay(0)), Gauge("s", Decay(HALF))]
SHIFTS = {"s/a": (20.0, 1.0), "s/b": (-3.0, 1.0), "s/c": (0.0, 0.5)}
SHIFTED = [gauge._replace(shifts=SHIFTS) for gauge in PLAIN]
WORN = Gauge("s", Decay(step=1, every=DAY), SHIFTS)

upheld = st.lists(st.sampled_from(sorted(SHIFTS)), unique=True)
ats = st.integers(START, END)
scored = st.tuples(st.integers(1, 30), st.floats(-5, 500), ats, upheld)
worn = st.tuples(st.integers(1, 30), st.integers(1, 40), st.integers(0, 20), upheld)
laters = st.integers(0, 9 * DAY)


def lived(gauge: Gauge, moves: list[Any]) -> tuple[Any, dict[int, Contact]]:
    ranking, held = ranked(gauge), dict[int, Contact]()
    for number, value, at, holding in moves:
        after = Contact(number, scores={"s": (value, at)}, upheld=dict.fromkeys(holding, at))
        move(ranking, held, after, END)
    return ranking, held


def move(ranking: Any, held: dict[int, Contact], after: Contact, now: int) -> None:
    before = held.get(after.id, Contact(after.id))
    ranking.take([(after, ranking.standing(before), ranking.standing(after))], now)
    held[after.id] = after


def check_top(gauge: Gauge, ranking: Any, held: dict[int, Contact], now: int) -> None:
    told = [value for value, _, _ in ranking.told(now)["top"]]
    values = [gauge.of(one, now) for one in held.values()]
    true = sorted((value for value in values if value > 0), reverse=True)
    assert told == pytest.approx(true)


@given(moves=st.lists(scored), gauge=st.sampled_from(PLAIN), later=laters)
def test_the_order_is_that_of_the_values_at_any_instant(
    moves: list[Any], gauge: Gauge, later: int
) -> None:
    ranking, held = lived(gauge, moves)
    check_top(gauge, ranking, held, END + later)


@given(moves=st.lists(scored), gauge=st.sampled_from(PLAIN))
def test_the_bars_hold_everyone_who_has_a_score_and_nobody_twice(
    moves: list[Any], gauge: Gauge
) -> None:
    ranking, held = lived(gauge, moves)
    bars = bars_of([ranking.told(END)], END, gauge.decay.half_life)
    assert sum(bar["contacts"] for bar in bars) == len(held)
    assert all(bar["contacts"] >= 0 for bar in bars)
    assert [bar["to"] for bar in bars[1:]] == [bar["from"] for bar in bars[:-1]]


@given(moves=st.lists(scored), gauge=st.sampled_from(SHIFTED))
def test_what_conditions_add_is_ranked_and_counted_too(moves: list[Any], gauge: Gauge) -> None:
    moves = [(number, abs(value), at, holding) for number, value, at, holding in moves]
    ranking, held = lived(gauge, moves)
    check_top(gauge, ranking, held, END)
    bars = heights_of([ranking.told(END)])
    assert sum(bar["contacts"] for bar in bars) == len(held)


@given(moves=st.lists(worn), later=st.integers(0, 60))
def test_points_that_wear_off_are_counted_at_their_height_on_every_day(
    moves: list[Any], later: int
) -> None:
    ranking, held, now = ranked(WORN), dict[int, Contact](), START
    for number, points, days, holding in moves:
        now += days * DAY
        ends = held[number].wears["s"] if number in held else []
        ends = added(ends, points, now, WORN.decay, now)
        after = Contact(number, scores={"s": (0.0, now)}, wears={"s": ends})
        after.upheld = dict.fromkeys(holding, now)
        move(ranking, held, after, now)
    now += later * DAY
    check_top(WORN, ranking, held, now)
    told = {height: contacts for height, contacts in ranking.told(now)["heights"] if contacts}
    heights = [height_of(WORN.of(one, now)) for one in held.values()]
    assert told == {height: heights.count(height) for height in set(heights)}


def test_of_many_contacts_the_highest_stay_and_those_who_fell_go() -> None:
    ranking, held = lived(PLAIN[0], [(n, float(n), START, ()) for n in range(1, 3_001)])
    move(ranking, held, Contact(3_000, scores={"s": (-1.0, START)}), END)
    told = ranking.told(END)
    assert [contact for _, contact, _ in told["top"]] == list(range(2_999, 2_999 - SHOWN, -1))
    assert told["low"] == 1
