"""The outset: what is asked of a contact that begins."""

from typing import Any

import pytest

from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from tests.unit.domain.builders import Life, segment

DID: dict[str, Any] = {"did": "Ate"}
GOLD: dict[str, Any] = {"attribute": "plan", "is": "gold"}


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        (DID, False),
        ({"did": "Ate", "at_least": 2, "within": "1h"}, False),
        ({"did_not": "Ate", "within": "1h"}, True),
        (GOLD, False),
        ({"attribute": "plan", "exists": False}, True),
        ({"all": [{"did_not": "Ate"}, GOLD]}, False),
        ({"any": [{"did_not": "Ate"}, GOLD]}, True),
        ({"not": {"all": [DID, GOLD]}}, True),
        ({"percent": 50, "lot": "a"}, True),
        ({"all": [DID, {"percent": 50, "lot": "a"}]}, True),
        ({"weekday": ["sunday"]}, True),
    ],
)
def test_only_what_waits_for_an_event_or_an_attribute_is_not_asked(
    condition: dict[str, Any], asked: bool
) -> None:
    book = Rulebook(1, Definitions(segments=(segment("one", **condition),)))
    assert ("one" in book.outset) is asked


def test_a_contact_enters_what_its_first_event_touches() -> None:
    both = segment("both", all=[DID, GOLD]), segment("free", did_not="Slept")
    ada = Life(Rulebook(1, Definitions(segments=both)))
    ada.tells(plan="gold")
    assert set(ada.contact.segments) == {"free"}
    ada.does("Ate")
    assert set(ada.contact.segments) == {"free", "both"}
