"""The ranking against brute force: every contact's value now, sorted and counted."""

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.contact import Contact
from engine.domain.duration import DAY
from engine.domain.score import decayed
from engine.runtime.ranking import SHOWN, Ranking, Standing, value_at
from engine.runtime.scoreboard import bars_of

HALF = 14 * DAY
START = 1_800_000_000_000
scored = st.tuples(
    st.integers(1, 30),
    st.none() | st.tuples(st.floats(-5, 500), st.integers(START, START + 90 * DAY)),
)


def ranked(
    moves: list[tuple[int, Standing]], half_life: int
) -> tuple[Ranking, dict[int, Standing]]:
    ranking, held = Ranking(half_life), dict[int, Standing]()
    for contact, after in moves:
        ranking.take([(Contact(contact), held.get(contact), after)])
        held[contact] = after
    return ranking, held


@given(moves=st.lists(scored), half_life=st.sampled_from([0, HALF]), later=st.integers(0, 9 * DAY))
def test_the_order_is_that_of_the_values_at_any_instant(
    moves: list[tuple[int, Standing]], half_life: int, later: int
) -> None:
    ranking, held = ranked(moves, half_life)
    now = START + 90 * DAY + later

    told = [value_at(mark, now, half_life) for mark, _, _ in ranking.told()["top"]]
    true = [decayed(*one, now, half_life) for one in held.values() if one and one[0] > 0]

    assert len(told) == len(true)
    for shown, value in zip(told, sorted(true, reverse=True), strict=True):
        assert abs(shown - value) <= 1e-6 * abs(value)


@given(moves=st.lists(scored), half_life=st.sampled_from([0, HALF]))
def test_the_bars_hold_everyone_who_has_a_score_and_nobody_twice(
    moves: list[tuple[int, Standing]], half_life: int
) -> None:
    ranking, held = ranked(moves, half_life)

    bars = bars_of([ranking.told()], START + 90 * DAY, half_life)

    assert sum(bar["contacts"] for bar in bars) == sum(one is not None for one in held.values())
    assert all(bar["contacts"] >= 0 for bar in bars)
    assert [bar["to"] for bar in bars[1:]] == [bar["from"] for bar in bars[:-1]]


def test_of_many_contacts_the_highest_stay_and_those_who_fell_go() -> None:
    ranking, held = ranked([(n, (float(n), START)) for n in range(1, 3_001)], 0)
    ranking.take([(Contact(3_000), held[3_000], (-1.0, START))])

    top = [contact for _, contact, _ in ranking.told()["top"]]

    assert top == list(range(2_999, 2_999 - SHOWN, -1))
    assert ranking.low == 1
