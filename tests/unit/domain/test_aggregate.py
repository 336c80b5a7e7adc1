"""What aggregates keep, tell and forget."""

from typing import Any

import pytest

from engine.domain.aggregates.series import MOST, opened
from engine.domain.profile import codec
from tests.unit.domain import builders as build
from tests.unit.domain.builders import DAY, HOUR, Life, aggregate, life


def value(one: Life, name: str = "a") -> Any:
    return one.book.readings[name].value(one.contact, one.now)


def approximate(one: Life, name: str = "a") -> bool:
    return one.book.readings[name].approximate(one.contact)


def fed(figure: dict[str, Any], *values: Any, every: int = 0) -> Life:
    one = life(aggregate("a", **figure))
    for told in values:
        one.does("Bought", properties={"n": told})
        one.until(one.now + every)
    return one


def test_amounts_add_up_as_they_are_written() -> None:
    assert value(fed({"sum": "n", "event": "Bought"}, 0.1, 0.2)) == 0.3
    assert value(fed({"sum": "n", "event": "Bought", "within": "1d"}, 19.99, 19.99, 0.02)) == 40
    assert value(fed({"avg": "n", "event": "Bought"}, 0.1, 0.2)) == 0.15


@pytest.mark.parametrize("told", ["12", True, None, [3], {"x": 1}, 10**13, 1e300])
@pytest.mark.parametrize("window", [{}, {"within": "1d"}])
def test_what_is_no_amount_is_left_out(told: Any, window: dict[str, str]) -> None:
    one = fed({"sum": "n", "event": "Bought", **window}, told, 5)
    assert value(one) == 5


def test_a_sum_that_no_number_can_hold_stays_at_the_greatest() -> None:
    one = fed({"sum": "n", "event": "Bought"}, *[10**12] * 10)
    assert value(one) == (2**63 - 1) / 10**6
    assert codec.decode(codec.encode(one.contact)) == one.contact


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("count", 0), ("sum", 0), ("distinct", 0), ("avg", None), ("min", None), ("max", None),
        ("first", None), ("last", None), ("most_frequent", None),
    ],
)  # fmt: skip
def test_over_no_event_what_counts_is_0_and_the_rest_is_missing(verb: str, expected: Any) -> None:
    figure = {"count": "Bought"} if verb == "count" else {verb: "n", "event": "Bought"}
    assert value(fed(figure)) == value(fed({**figure, "within": "1d"})) == expected


def test_a_ratio_to_nothing_or_to_0_is_missing() -> None:
    one = life(
        aggregate("n", count="Bought"),
        aggregate("none", count="Never"),
        aggregate("mean", avg="n", event="Never"),
        aggregate("to_0", ratio=["n", "none"]),
        aggregate("to_nothing", ratio=["n", "mean"]),
    )
    one.does("Bought")
    assert (value(one, "to_0"), value(one, "to_nothing")) == (None, None)


def test_a_late_event_counts_where_it_happened() -> None:
    one = life(
        aggregate("a", first="n", event="Bought"),
        aggregate("b", last="n", event="Bought"),
        aggregate("c", count="Bought", within="1d"),
    )
    one.does("Bought", properties={"n": "now"})
    one.does("Bought", ago="2d", properties={"n": "then"})
    assert [value(one, name) for name in "abc"] == ["then", "now", 1]


def test_all_windows_over_one_property_share_one_series() -> None:
    windows = {"within": "1d"}, {"within": "30d"}, {"between": ["60d", "30d"]}
    verbs = ("sum", "avg", "min", "max")
    figures = [
        aggregate(f"{verb}{at}", **{verb: "n"}, event="Bought", **window)
        for verb in verbs
        for at, window in enumerate(windows)
    ]
    one = life(*figures)
    one.does("Bought", properties={"n": 2})
    assert len(one.contact.measures) == 1
    [series] = one.book.aggregates.values()
    assert series.span == 60 * DAY


def test_pairs_that_no_window_reaches_any_more_go_at_the_next_event() -> None:
    one = fed({"sum": "n", "event": "Bought", "within": "30d"}, *range(40), every=DAY)
    [times, values, weights] = opened(*one.contact.measures.values())
    assert (len(times), values[0], len(weights)) == (30, 10 * 10**6, 0)


@pytest.mark.parametrize(("every", "counted"), [(DAY - 1, 2), (DAY, 1)])
def test_a_pair_counts_until_the_millisecond_at_which_it_leaves(every: int, counted: int) -> None:
    one = life(aggregate("a", count="Bought", within="1d"))
    one.does("Bought")
    one.until(one.now + every)
    one.does("Bought")
    assert value(one) == counted


def test_a_property_is_found_at_its_path_and_events_are_chosen_by_where() -> None:
    figure = {"sum": "cart.total", "event": "Bought", "where": {"cart.country": "FR"}}
    one = life(aggregate("a", **figure))
    for country, total in [("FR", 3), ("DE", 4), ("FR", 5)]:
        one.does("Bought", properties={"cart": {"country": country, "total": total}})
    assert value(one) == 8


def test_a_branch_asks_the_aggregate_as_it_is_then() -> None:
    question = {"aggregate": "a", "at_least": 2}
    steps = (build.wait("day", for_="1d"), build.branch("often", question, else_="bye"))
    walk = build.scenario("s", {"event": "Came"}, *steps, build.send("mail"), build.leave("bye"))
    once = build.reachable(aggregate("a", count="Bought", within="2d"), walk)
    twice = build.reachable(aggregate("a", count="Bought", within="2d"), walk)
    for one, times in ((once, 1), (twice, 2)):
        for _ in range(times):
            one.does("Bought")
        one.does("Came")
        one.passes("2d")
    assert (len(once.sends), len(twice.sends)) == (0, 1)


def test_a_message_carries_only_the_figures_that_its_template_names() -> None:
    figures = [aggregate("a", count="Bought", within="1d"), aggregate("b", count="Bought")]
    named = build.template(variables=("aggregates.a", "aggregates.gone", "contact.email"))
    walk = build.scenario("s", {"event": "Came"}, build.wait("w", for_="1h"), build.send("mail"))
    one = build.reachable(*figures, named, walk)
    one.does("Bought", ago="23h")
    one.does("Bought")
    one.does("Came")
    one.passes("2h")
    assert one.sends[0].variables["aggregates"] == {"a": 1}


def test_a_condition_on_an_aggregate_that_is_gone_finds_it_missing() -> None:
    missing = build.segment("missing", aggregate="gone", exists=False)
    one = life(missing, build.segment("more", aggregate="gone", at_least=0))
    one.does("Bought")
    assert set(one.contact.segments) == {"missing"}


def test_beyond_its_room_a_window_goes_by_hours_and_says_so() -> None:
    many = 3 * MOST
    one = fed({"count": "Bought", "within": "60d"}, *range(many), every=600_000)
    assert (value(one), approximate(one)) == (many, True)
    [series] = one.contact.measures.values()
    assert all(len(column) <= MOST for column in opened(series))
    later = one.book.readings["a"].value(one.contact, build.NOON + 60 * DAY + 100 * HOUR)
    assert abs(later - (many - 600)) <= 12


@pytest.mark.parametrize(
    ("verb", "expected"),
    [("sum", 4_504_498), ("avg", 4_504_498 / 3_000), ("min", -500), ("max", 6_499)],
)
def test_what_is_kept_by_the_hour_still_has_its_sum_and_its_extremes(
    verb: str, expected: float
) -> None:
    values = [-500, 6_499, *range(2, 3 * MOST)]
    one = fed({verb: "n", "event": "Bought", "within": "60d"}, *values, every=60_000)
    assert value(one) == pytest.approx(expected, rel=1e-6)
    assert approximate(one)


def test_different_values_of_a_window_are_counted_as_far_as_they_find_room() -> None:
    few = fed(
        {"distinct": "n", "event": "Bought", "within": "60d"}, *[*range(100)] * 30, every=9_000
    )
    many = fed({"distinct": "n", "event": "Bought", "within": "60d"}, *range(3 * MOST), every=9_000)
    assert (value(few), approximate(few)) == (100, True)
    assert MOST // 2 < value(many) <= MOST
    assert approximate(many)


def test_different_values_are_counted_to_the_last_up_to_a_thousand_and_estimated_beyond() -> None:
    exact = fed({"distinct": "n", "event": "Bought"}, *range(1_000), *range(1_000))
    assert (value(exact), approximate(exact)) == (1_000, False)
    beyond = fed({"distinct": "n", "event": "Bought"}, *range(5_000))
    assert value(beyond) == pytest.approx(5_000, rel=0.1)
    assert approximate(beyond)


def test_the_most_frequent_of_too_many_values_is_still_found() -> None:
    noise = [f"once-{number}" for number in range(1_000)]
    told = [one for pair in zip(noise, ["often"] * 1_000, strict=True) for one in pair]
    one = fed({"most_frequent": "n", "event": "Bought"}, *told)
    assert (value(one), approximate(one)) == ("often", True)
