"""Windows that reach further back than rows are kept."""

from collections.abc import Callable
from pathlib import Path

from engine.domain.duration import DAY
from engine.domain.language.retention import Retention
from engine.loading.check_window import far_windows

Write = Callable[..., Path]
SEGMENT = """\
segment: s
condition:
  all:
    - {did: Page Viewed, within: 30d}
    - {did: Ordered, within: 30d}
    - {did: Ordered, then: {event: Ate}, in_last: 90d}
"""
AGGREGATES = """\
aggregates:
  - {aggregate: a, count: Page Viewed, between: [60d, 30d]}
  - {aggregate: b, sum: total, event: Ordered, within: 7d}
"""


def test_a_window_longer_than_its_rows_are_kept_is_told(write: Write) -> None:
    folder = write({"segments/s.yaml": SEGMENT, "aggregates.yaml": AGGREGATES})
    found = far_windows(folder, Retention(navigation=20 * DAY, deeds=60 * DAY))
    assert [one.partition(" is longer")[0] for one in found] == [
        "segments/s.yaml:4: condition.all[0].within: 30d",
        "segments/s.yaml:6: condition.all[2].in_last: 90d",
        "aggregates.yaml:2: aggregates[0].between: 60d",
    ]


def test_rows_that_are_kept_for_ever_hold_every_window(write: Write) -> None:
    assert far_windows(write({"segments/s.yaml": SEGMENT}), Retention()) == []
