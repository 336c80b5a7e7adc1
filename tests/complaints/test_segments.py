"""What users of other engines reported: segments that are late, and cost the same whatever changes."""

from engine.domain.rulebooks.rulebook import NOTHING
from tests.unit.domain import builders as build
from tests.unit.domain.builders import DAY, life


def test_an_event_and_time_move_the_contacts_that_they_concern_at_once() -> None:
    """mautic#3058: an event-based rebuild was asked for by name; mautic#6614: a delay of 2 to 3 hours."""
    ada = life(build.segment("fresh", did="Ate", within="30d"))
    ada.does("Ate")
    assert ada.said("segment_entered") == [("fresh", 0)]
    ada.passes("60d")
    assert ada.said("segment_left") == [("fresh", 30 * DAY)]


def test_an_event_asks_no_segment_that_it_does_not_concern() -> None:
    """mautic#8113: a rebuild took 40 min, whether 10 contacts had changed or 5,000."""
    many = [build.segment(f"s{n}", did=f"E{n}") for n in range(500)]
    book = build.rulebook(*many)
    assert [plan.name for plan in book.event("E7").segments] == ["s7"]
    assert book.event("Other") is NOTHING
