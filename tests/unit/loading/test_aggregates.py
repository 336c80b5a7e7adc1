"""Figures that a marketer writes by hand: right to the millisecond, told when they cannot be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.duration import milliseconds
from engine.domain.intake import lapse
from engine.domain.rulebooks.definitions import decode, encode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.loading.definitions import load
from tests.unit.domain.builders import Life

Write = Callable[..., Path]
Problems = Callable[..., list[str]]
ENTERED, LEFT = "segment_entered", "segment_left"
FIGURES = """\
aggregates:
  - {aggregate: visits_30d, count: Page Viewed, within: 30d}
  - {aggregate: month_before, count: Page Viewed, between: [60d, 30d]}
  - {aggregate: trend, ratio: [visits_30d, month_before]}
  - {aggregate: time_on_page, sum: page.seconds, event: Page Left, within: 1h}
  - {aggregate: longest_page, max: page.seconds, event: Page Left, where: {page.kind: product}}
  - {aggregate: revenue_90d, sum: total, event: Order Completed, within: 90d}
"""


@pytest.fixture
def lives(write: Write) -> Callable[[str], Life]:
    """A contact's life under the figures and one segment ``s`` with this condition."""

    def begin(condition: str) -> Life:
        folder = write({
            "aggregates.yaml": FIGURES,
            "segments/s.yaml": f"segment: s\ncondition: {condition}\n",
        })  # fmt: skip
        return Life(Rulebook(1, decode(encode(load(folder)))))

    return begin


def instants(life: Life, what: str) -> list[int]:
    return [at for subject, at in life.said(what) if subject == "s"]


def test_visits_fell_by_half_when_the_month_slides_on(lives: Callable[[str], Life]) -> None:
    life = lives("{aggregate: trend, at_most: 0.5}")
    for _ in range(4):
        life.does("Page Viewed")
        life.passes("1m")
    life.until(life.now + milliseconds("10d"))
    life.does("Page Viewed")
    life.does("Page Viewed")
    life.passes("60d")
    # 30 days after the third visit 3 are left against 3; after the fourth it is 2 against 4.
    assert instants(life, ENTERED) == [milliseconds("30d") + 3 * 60_000]
    # Nobody comes any more: 0 against something, until there is nothing to compare with.
    assert instants(life, LEFT) == [milliseconds("70d") + 4 * 60_000]


def test_bought_a_within_15_days_and_not_b(lives: Callable[[str], Life]) -> None:
    bought = "did: Order Completed, where: {product: A}, within: 15d"
    life = lives(f"{{all: [{{{bought}}}, {{did_not: Order Completed, where: {{product: B}}}}]}}")
    life.does("Order Completed", properties={"product": "A"})
    life.passes("15d")
    life.does("Order Completed", properties={"product": "A"})
    life.passes("1d")
    life.does("Order Completed", properties={"product": "B"})
    day = milliseconds("1d")
    assert (instants(life, ENTERED), instants(life, LEFT)) == ([0, 15 * day], [15 * day, 16 * day])


def test_time_on_page_over_60_s_is_a_sum_that_slides(lives: Callable[[str], Life]) -> None:
    life = lives("{aggregate: time_on_page, over: 60}")
    life.does("Page Left", properties={"page": {"seconds": 40}})
    life.passes("10m")
    life.does("Page Left", properties={"page": {"seconds": 20.5}})
    life.passes("2h")
    assert (instants(life, ENTERED), instants(life, LEFT)) == ([600_000], [3_600_000])


def test_one_page_looked_at_over_60_s_is_a_maximum(lives: Callable[[str], Life]) -> None:
    life = lives("{aggregate: longest_page, over: 60}")
    for kind, seconds in [("product", 60), ("help", 90), ("product", 60.1)]:
        life.passes("1m")
        life.does("Page Left", properties={"page": {"seconds": seconds, "kind": kind}})
    assert instants(life, ENTERED) == [180_000]


def test_revenue_falls_below_the_bound_when_the_order_that_carried_it_leaves(
    lives: Callable[[str], Life],
) -> None:
    life = lives("{aggregate: revenue_90d, over: 500}")
    for total in (100, 400, 300):
        life.does("Order Completed", properties={"total": total})
        life.passes("1d")
    life.passes("200d")
    day = milliseconds("1d")
    assert (instants(life, ENTERED), instants(life, LEFT)) == ([2 * day], [91 * day])
    assert list(life.contact.timers) == [lapse.OWNER]


def test_no_timer_is_armed_where_the_comparison_cannot_flip(lives: Callable[[str], Life]) -> None:
    life = lives("{aggregate: revenue_90d, over: 500}")
    life.does("Order Completed", properties={"total": 499.99})
    assert list(life.contact.timers) == [lapse.OWNER]
    life.does("Order Completed", properties={"total": 0.01})
    assert list(life.contact.timers) == [lapse.OWNER]
    life.does("Order Completed", properties={"total": 0.01})
    assert life.contact.due == life.now + milliseconds("90d")


@pytest.mark.parametrize(
    ("figure", "place", "problem"),
    [
        ("{aggregate: a}", "", "give exactly one of count, sum, avg"),
        ("{aggregate: a, count: A, sum: x}", "", "give exactly one of"),
        ("{aggregate: a, sum: x}", ".sum", "sum needs event"),
        ("{aggregate: a, count: A, event: A}", ".event", "does not go with count"),
        ("{aggregate: a, sum: x, event: ' A'}", ".event", "' A' is no event name"),
        ("{aggregate: a, count: ''}", ".count", "'' is no event name"),
        ("{aggregate: a, count: A, where: {}}", ".where", "is empty"),
        ("{aggregate: a, count: A, within: 1d, between: [2d, 1d]}", ".between", "does not go with"),
        ("{aggregate: a, count: A, between: [1d, 24h]}", ".between", "begins before it ends"),
        ("{aggregate: a, count: A, between: [1d]}", ".between", "needs at least 2"),
        ("{aggregate: a, ratio: [b, ordr]}", ".ratio[1]", "there is no aggregate ordr; did you mean"),
        ("{aggregate: a, ratio: [b, b], within: 1d}", ".within", "does not go with ratio"),
        ("{aggregate: a, ratio: [b, a]}", ".ratio", "depends on itself, through a"),
        ("{aggregate: a, median: x}", ".median", "unknown key"),
        ("{aggregate: b, count: A}", ".aggregate", "b is already defined in aggregates.yaml"),
    ],
)  # fmt: skip
def test_a_figure_that_cannot_be_made_is_told(
    problems: Problems, figure: str, place: str, problem: str
) -> None:
    known = "{aggregate: b, count: B}, {aggregate: order, count: C}"
    [found] = problems({"aggregates.yaml": f"aggregates: [{known}, {figure}]"})
    assert found.startswith(f"aggregates.yaml:1: aggregates[2]{place}: {problem}")


def test_ratios_that_ask_one_another_in_a_circle_are_each_told(problems: Problems) -> None:
    figures = ["{aggregate: a, ratio: [b, n]}", "{aggregate: b, ratio: [n, a]}"]
    text = "".join(f"  - {figure}\n" for figure in [*figures, "{aggregate: n, count: A}"])
    assert problems({"aggregates.yaml": f"aggregates:\n{text}"}) == [
        f"aggregates.yaml:{line}: aggregates[{line - 2}].ratio: depends on itself, through a, b"
        for line in (2, 3)
    ]


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("{aggregate: revenu_90d, over: 1}", "condition.aggregate: there is no aggregate revenu_90d"),
        ("{aggregate: revenue_90d}", "condition: needs an operator"),
        ("{aggregate: revenue_90d, over: 1, within: 3d}", "condition.within: does not go with aggregate"),
    ],
)  # fmt: skip
def test_a_condition_on_an_aggregate_is_checked(
    problems: Problems, condition: str, problem: str
) -> None:
    files = {"aggregates.yaml": FIGURES, "segments/s.yaml": f"segment: s\ncondition: {condition}\n"}
    [found] = problems(files)
    assert found.startswith(f"segments/s.yaml:2: {problem}")


def test_a_template_that_prints_an_unknown_aggregate_is_told_with_its_line(
    problems: Problems, template: dict[str, str | None]
) -> None:
    text = "Hello\n{{ aggregates.visit_30d }} {{ aggregates.trend }}\n"
    files = {**template, "aggregates.yaml": FIGURES, "templates/hello/text.txt": text}
    assert problems(files) == [
        "templates/hello/text.txt:2: there is no aggregate visit_30d; did you mean visits_30d?"
    ]


def test_a_file_with_one_mistake_is_not_told_again_by_who_uses_it(problems: Problems) -> None:
    [found] = problems({
        "aggregates.yaml": "aggregates: [{aggregate: a, count: A, whithin: 3d}]",
        "segments/s.yaml": "segment: s\ncondition: {aggregate: a, over: 1}\n",
    })  # fmt: skip
    assert "whithin: unknown key; did you mean within?" in found
