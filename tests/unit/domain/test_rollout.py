"""Roll-out: who gets a new version, and that they keep it."""

from functools import reduce
from typing import Any

from engine.domain.message import TimerFired
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated
from tests.unit.domain.builders import DAY, NOON, Life, definitions, details, scenario, wait

CROWD = range(1, 301)


def s(length: str, **rest: Any) -> Definitions:
    return definitions(scenario("s", {"event": "Ate"}, wait("p", for_=length), version=0, **rest))


def published(*written: Definitions) -> Definitions:
    return after(succeed(None, written[0]), *written[1:])


def after(before: Definitions, *written: Definitions) -> Definitions:
    return reduce(succeed, written, before)


def versions(definitions: Definitions) -> dict[int, int]:
    """The version that each of a crowd gets."""
    book = Rulebook(9, definitions)
    found = {}
    for number in CROWD:
        one = Life(book, Contact(id=number))
        one.does("Ate")
        found[number] = one.contact.runs[0].version if one.contact.runs else 0
    return found


def holders(version: int, definitions: Definitions) -> set[int]:
    return {number for number, got in versions(definitions).items() if got == version}


def test_a_share_gets_the_new_version_and_the_others_the_former_one() -> None:
    found = versions(published(s("1h"), s("2h", rollout="30%")))
    assert set(found.values()) == {1, 2}
    assert 60 < sum(one == 2 for one in found.values()) < 120


def test_a_share_that_grows_keeps_those_it_had() -> None:
    first = published(s("1h"), s("2h", rollout="10%"))
    more = after(first, s("2h", rollout="40%"))
    assert [one.version for one in more.scenarios] == [2]
    assert holders(2, first) < holders(2, more) < set(CROWD)
    assert holders(2, after(more, s("2h"))) == set(CROWD)


def test_a_version_mended_while_it_is_rolled_out_goes_to_the_same_contacts() -> None:
    first = published(s("1h"), s("2h", rollout="10%"))
    mended = after(first, s("3h", rollout="10%"))
    assert holders(3, mended) == holders(2, first)
    assert holders(1, mended) == holders(1, first)


def test_a_first_version_that_is_rolled_out_lets_the_others_not_in() -> None:
    found = versions(published(s("1h", rollout="30%")))
    assert set(found.values()) == {0, 1}


def test_another_scenario_starts_the_version_that_is_meant_for_the_contact() -> None:
    other = scenario(
        "o", {"event": "Came"}, {"do": "start", "id": "go", "scenario": "s"}, version=0
    )
    first, second = s("1h"), s("2h", rollout="30%")
    both = [definitions(other, *one.scenarios) for one in (first, second)]
    book, starts = Rulebook(2, published(*both)), versions(published(first, second))
    for number in CROWD:
        one = Life(book, Contact(id=number))
        one.does("Came")
        assert [run.version for run in one.contact.runs] == [starts[number]]


def test_a_start_for_whom_there_is_no_version_yet_is_refused() -> None:
    other = scenario(
        "o", {"event": "Came"}, {"do": "start", "id": "go", "scenario": "s"}, version=0
    )
    one = Life(Rulebook(1, published(definitions(other, *s("1h", rollout="0%").scenarios))))
    one.does("Came")
    assert details(one.facts, "start_refused") == ["rollout"]


def test_only_runs_of_the_share_migrate_and_the_next_when_it_grows() -> None:
    first = published(s("1h"))
    some = after(first, s("2h", rollout="30%", waiting="migrate"))
    whole = after(some, s("2h", waiting="migrate"))
    moved = set()
    for number in CROWD:
        one = Life(Rulebook(1, first), Contact(id=number))
        one.does("Ate")
        one.under(Rulebook(2, some)).take(TimerFired())
        moved |= {number} if one.contact.runs[0].version == 2 else set()
        one.under(Rulebook(3, whole)).take(TimerFired())
        assert one.contact.runs[0].version == 2
    assert moved == holders(2, some)


def due(trigger: dict[str, Any], *days: str, **rest: Any) -> Definitions:
    written = scenario("s", trigger, wait("p", for_="1h"), version=0, **rest)
    return definitions(written, calendars={"s": days} if days else {})


def aims(*written: Definitions) -> dict[str, set[int]]:
    """Days from noon until the trigger of those in the lot comes, and of the others; -1 for never."""
    last = dated(None, published(*written), 2)
    inside, found = holders(2, published(s("1h"), s("2h", rollout="30%"))), {}
    for number in CROWD:
        one = Life(Rulebook(2, last), Contact(id=number))
        one.tells(meeting="2023-11-20T12:00:00Z", party="2023-11-18T12:00:00Z")
        aim = one.contact.timers.get("trigger:s", NOON - DAY)
        found.setdefault("in" if number in inside else "out", set()).add((aim - NOON) // DAY)
    return found


def test_who_is_not_in_the_lot_waits_for_the_date_of_its_own_version() -> None:
    first, second = due({"date": "meeting"}), due({"date": "party"}, rollout="30%")
    assert aims(first, second) == {"in": {3}, "out": {5}}


def on(rule: str, day: str, **rest: Any) -> Definitions:
    return due({"calendar": rule, "at": "12:00"}, day, **rest)


def test_who_is_not_in_the_lot_has_the_calendar_of_its_own_version() -> None:
    first, some = on("FREQ=DAILY", "2023-11-16"), on("FREQ=WEEKLY", "2023-11-17", rollout="30%")
    assert aims(first, some) == {"in": {2}, "out": {1}}
    assert aims(first, some, on("FREQ=YEARLY", "2023-11-19", rollout="30%")) == {
        "in": {4},
        "out": {1},
    }


def test_a_date_is_of_those_alone_whose_version_has_one() -> None:
    event, date = due({"event": "Ate"}), due({"date": "party"})
    some = due({"date": "party"}, rollout="30%")
    assert aims(event, some) == {"in": {3}, "out": {-1}}
    assert aims(date, due({"event": "Ate"}, rollout="30%")) == {"in": {-1}, "out": {3}}


def test_whom_a_growing_share_reaches_waits_for_the_other_date_from_then_on() -> None:
    first, some = due({"date": "meeting"}), due({"date": "party"}, rollout="30%")
    before = dated(None, published(first, some), 1)
    after_ = dated(before, after(before, due({"date": "party"})), 2)
    assert before.since.keys() != after_.since.keys()
    for number in CROWD:
        one = Life(Rulebook(1, before), Contact(id=number))
        one.tells(meeting="2023-11-20T12:00:00Z", party="2023-11-18T12:00:00Z")
        one.under(Rulebook(2, after_)).take(TimerFired())
        one.passes("10d")
        assert [at // DAY for _, at in one.said("run_entered")] == [3]
