"""What segments cost that no event touches: the workload that it is measured with."""

import pytest

from engine.domain.rulebooks.rulebook import Rulebook
from tests.benchmarks import curve
from tests.benchmarks.sample import definitions_of
from tests.benchmarks.workload import ASKED, Workload


def test_a_widened_workload_has_as_many_segments_and_its_events_touch_the_same_few() -> None:
    wide = Workload().widened(30, curve.RULES)
    book = Rulebook(1, definitions_of(wide))
    touched = {plan.name for name in wide.names for plan in book.event(name).segments}
    assert (wide.sizes()["segments"], wide.sizes()["score_rules"]) == (30, curve.RULES)
    assert touched <= ASKED


def test_each_number_of_segments_has_its_point_on_the_curve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(curve, "COUNTS", (10, 12))
    found = curve.measure(Workload(), 20, 40, 40)
    assert all(point["host_cpu_us"] > 0 for point in found.values())
    assert list(found) == ["10", "12"]
