"""Names in definitions that no event ever had."""

from collections.abc import Callable
from pathlib import Path

from engine.loading.check_event_names import unheard

Write = Callable[..., Path]
HEARD = ["Order Completed", "Product Added"]
SEGMENT = """\
segment: s
condition:
  all:
    - {did: Ordr Completed, then: {event: Prodct Added}}
    - {did_not: Visit Started}
    - {did: Order Completed}
"""


def test_a_slip_of_the_pen_is_told_where_it_stands_with_what_was_meant(write: Write) -> None:
    found = unheard(write({"segments/s.yaml": SEGMENT}), HEARD)
    assert [one for one in found if one.startswith("segments/s.yaml")] == [
        (
            "segments/s.yaml:4: condition.all[0].did: no event 'Ordr Completed' was ever seen;"
            " did you mean Order Completed?"
        ),
        (
            "segments/s.yaml:4: condition.all[0].then.event: no event 'Prodct Added' was ever seen;"
            " did you mean Product Added?"
        ),
    ]


def test_an_engine_that_has_heard_nothing_yet_cannot_tell(write: Write) -> None:
    assert unheard(write({"segments/s.yaml": SEGMENT}), []) == []
