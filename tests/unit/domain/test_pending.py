"""While something is rebuilt it is unknown: nobody enters or leaves by it, and a branch waits."""

from typing import Any

import pytest

from engine.domain.conditions.demand import Demand
from engine.domain.conditions.predicate import compiled
from engine.domain.message import Adopted, Rebuilt
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated
from tests.unit.domain import builders as build
from tests.unit.domain.builders import Life

ATE = build.segment("eaters", did="Ate")
NOT = build.segment("fasting", did_not="Ate")
SURE: dict[str, Any] = {"attribute": "x", "exists": False}
NEVER: dict[str, Any] = {"attribute": "x", "exists": True}
UNSURE: dict[str, Any] = {"did": "Ate"}


def books(*versions: Definitions) -> list[Rulebook]:
    """Published one after the other."""
    found: list[Definitions] = []
    for version, written in enumerate(versions, 1):
        found.append(dated(found[-1] if found else None, written, version))
    return [Rulebook(version, one) for version, one in enumerate(found, 1)]


def met(*versions: Definitions) -> Life:
    """Somebody who ate under the first version and has heard nothing under the last one yet."""
    first, *_, last = books(*versions)
    one = Life(first)
    one.does("Ate")
    return one.under(last)


def rebuilt(one: Life, counts: int) -> Rebuilt:
    made = Contact(one.contact.id)
    made.counts = dict.fromkeys(one.book.aggregates, counts)
    return Rebuilt(tuple(one.book.since), codec.encode(made))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"all": [SURE, UNSURE]}, None),
        ({"all": [NEVER, UNSURE]}, False),
        ({"all": [UNSURE, NEVER]}, False),
        ({"any": [NEVER, UNSURE]}, None),
        ({"any": [SURE, UNSURE]}, True),
        ({"any": [UNSURE, SURE]}, True),
        ({"not": UNSURE}, None),
        ({"did_not": "Ate"}, None),
        ({"not": {"all": [UNSURE, NEVER]}}, True),
    ],
)
def test_an_answer_is_known_when_the_unknown_could_not_change_it(
    question: dict[str, Any], answer: bool | None
) -> None:
    [before, after] = books(build.definitions(), build.definitions(ATE))
    one = Life(before)
    one.does("Seen")
    one.under(after).does("Seen")
    assert compiled(build.condition(**question), Demand())(one.contact, one.now) == (answer, 0)


def test_nobody_enters_or_leaves_by_what_is_unknown_until_it_is_rebuilt() -> None:
    one = met(build.definitions(), build.definitions(ATE, NOT))
    one.does("Ate")
    assert one.contact.segments == {}
    one.take(rebuilt(one, 2))
    assert list(one.contact.segments) == ["eaters"]
    assert one.contact.pending == {}


def test_a_contact_that_begins_under_the_new_rulebook_knows_everything() -> None:
    [_, after] = books(build.definitions(), build.definitions(ATE))
    one = Life(after)
    one.does("Ate")
    assert list(one.contact.segments) == ["eaters"]


def test_what_is_taken_over_starts_no_scenario() -> None:
    welcome = build.scenario("welcome", {"enters": "eaters"}, build.wait("day", for_="1d"))
    one = met(build.definitions(), build.definitions(ATE, welcome))
    one.take(rebuilt(one, 1))
    assert (list(one.contact.segments), one.standing) == (["eaters"], [])


def test_what_is_taken_over_starts_scenarios_when_the_publisher_asked_for_that() -> None:
    welcome = build.scenario("welcome", {"enters": "eaters"}, build.wait("day", for_="1d"))
    one = met(build.definitions(), build.definitions(ATE, welcome, backfill=True))
    one.take(rebuilt(one, 1))
    assert one.standing == ["welcome/day"]


def test_a_branch_waits_and_goes_on_once_it_is_answered() -> None:
    asks = build.branch("asks", {"did": "Ate", "at_least": 2}, then="yes", else_="no")
    steps = (asks, build.wait("yes", for_="1d"), build.wait("no", for_="1d"))
    one = met(
        build.definitions(), build.definitions(build.scenario("one", {"event": "Seen"}, *steps))
    )
    one.does("Seen")
    assert one.standing == ["one/asks"]
    one.take(rebuilt(one, 2))
    assert one.standing == ["one/yes"]
    assert one.subjects("step_in") == ["one/asks", "one/yes"]


def test_a_segment_that_asks_for_an_unknown_one_is_unknown_too() -> None:
    others = build.segment("others", not_={"segment": "eaters"})
    one = met(build.definitions(), build.definitions(ATE, others))
    one.does("Seen")
    assert one.contact.segments == {}
    one.take(rebuilt(one, 1))
    assert list(one.contact.segments) == ["eaters"]


def test_a_ring_that_grows_still_answers_what_it_could_answer_before() -> None:
    once = build.segment("once", did="Ate", within="1d")
    often = build.segment("often", did="Ate", within="1d", at_least=3)
    one = met(build.definitions(once), build.definitions(once, often))
    one.does("Ate")
    assert list(one.contact.pending.values()) == [1]
    one.passes("25h")
    assert one.subjects("segment_left") == ["once"]


def test_what_was_not_asked_for_meanwhile_has_to_be_rebuilt() -> None:
    none, asked = build.definitions(), build.definitions(ATE)
    one = met(asked, none, asked)
    one.does("Seen")
    assert len(one.contact.pending) == 1


def test_what_is_asked_for_no_longer_is_dropped_at_the_next_message() -> None:
    one = met(build.definitions(ATE), build.definitions())
    one.does("Seen")
    assert one.contact.counts == {}


def test_what_one_of_two_merged_contacts_does_not_know_both_do_not() -> None:
    [before, after] = books(build.definitions(), build.definitions(ATE))
    anonymous = Life(before, Contact(id=2 << 16))
    anonymous.does("Ate", keys=("anonymous_id:d",))
    known = Life(after)
    known.does("Ate")
    known.take(Adopted(anonymous.contact.id, codec.encode(anonymous.contact)))
    assert list(known.contact.pending) == list(after.since)
    known.take(rebuilt(known, 2))
    assert known.contact.counts == dict.fromkeys(after.aggregates, 2)
