"""Versions of a scenario: what becomes of runs under way, and of what they have done."""

from typing import Any

import pytest
from msgspec.structs import replace

from engine.domain.message import TimerFired
from engine.domain.profile.contact import timer_of
from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated
from tests.unit.domain.builders import (
    HOUR,
    Life,
    branch,
    definitions,
    details,
    put,
    reachable,
    scenario,
    send,
    wait,
    wait_for,
)


def s(*steps: dict[str, Any], **rest: Any) -> Definitions:
    return definitions(scenario("s", {"event": "Ate"}, *steps, version=0, **rest))


class Edited:
    """A contact whose rulebook is published again and again."""

    def __init__(self, first: Definitions) -> None:
        self.version, self.published = 1, dated(None, succeed(None, first), 1)
        self.ada: Life = reachable().under(Rulebook(1, self.published))
        self.ada.does("Ate")

    def to(self, written: Definitions) -> Life:
        """The next version, which the contact is met under."""
        self.version += 1
        self.published = dated(self.published, succeed(self.published, written), self.version)
        self.ada.under(Rulebook(self.version, self.published)).take(TimerFired())
        return self.ada


def mailed(ada: Life) -> list[str]:
    return [one.key.split("/")[1] for one in ada.sends]


def hours(ada: Life) -> float:
    return (ada.contact.timers[timer_of(ada.contact.runs[0])] - ada.now) / HOUR


def test_runs_finish_on_the_version_they_began_with_unless_something_else_is_chosen() -> None:
    one = Edited(s(wait("pause", for_="3h"), send("old")))
    ada = one.to(s(wait("pause", for_="9h"), send("new"))).passes("3h")
    assert mailed(ada) == ["old"]


def test_a_migrated_run_goes_on_at_its_step_timed_from_when_it_came_to_it() -> None:
    one = Edited(s(wait("pause", for_="3h"), send("old")))
    one.ada.passes("1h")
    ada = one.to(s(wait("pause", for_="9h"), send("new"), waiting="migrate"))
    assert hours(ada) == 8
    assert (ada.contact.runs[0].version, ada.contact.runs[0].id) == (2, f"{ada.contact.id}.1")
    assert mailed(ada.passes("8h")) == ["new"]


def test_a_migrated_run_whose_new_wait_is_over_already_goes_on_at_once() -> None:
    one = Edited(s(wait("pause", for_="9h"), send("mail")))
    one.ada.passes("2h")
    ada = one.to(s(wait("pause", for_="1h"), send("mail"), waiting="migrate"))
    assert (mailed(ada), ada.standing) == (["mail"], [])


def test_a_migrated_run_whose_step_is_gone_goes_where_it_is_told_to_or_ends() -> None:
    for moves, standing, why in (({"pause": "rest"}, ["s/rest"], []), ({}, [], ["version"])):
        one = Edited(s(wait("pause", for_="3h")))
        ada = one.to(s(wait("rest", for_="5h"), waiting="migrate", moves=moves))
        assert (ada.standing, [end[1] for end in details(ada.facts, "run_ended")]) == (
            standing,
            why,
        )


def test_with_exit_the_runs_under_way_end_and_others_begin_anew() -> None:
    one = Edited(s(wait("pause", for_="3h")))
    ada = one.to(s(wait("pause", for_="5h"), waiting="exit"))
    assert [end[1] for end in details(ada.facts, "run_ended")] == ["version"]
    ada.does("Ate")
    assert hours(ada) == 5


def test_what_a_run_has_sent_it_does_not_send_again_when_the_steps_change_places() -> None:
    one = Edited(s(send("hello"), wait("pause", for_="1h"), send("bye")))
    ada = one.to(s(wait("pause", for_="1h"), send("hello"), send("bye"), waiting="migrate"))
    assert mailed(ada.passes("1h")) == ["hello", "bye"]
    assert "done before" in details(ada.facts, "skipped")


def test_what_a_run_has_sent_stays_sent_when_the_step_is_away_for_a_version() -> None:
    one = Edited(s(send("hello"), wait("pause", for_="1h")))
    one.to(s(wait("pause", for_="1h"), put("mark", "x", 1), waiting="migrate"))
    ada = one.to(s(wait("pause", for_="1h"), send("hello"), waiting="migrate"))
    assert mailed(ada.passes("1h")) == ["hello"]


def test_a_renamed_step_is_the_same_step() -> None:
    one = Edited(s(send("hello"), wait("pause", for_="1h")))
    steps = (wait("pause", for_="1h"), send("letter"))
    ada = one.to(s(*steps, waiting="migrate", moves={"hello": "letter"}))
    assert mailed(ada.passes("1h")) == ["hello"]


def test_a_message_that_the_earlier_version_would_have_repeated_is_repeated() -> None:
    loop = [send("news"), {**wait("week", for_="1h"), "then": "news"}]
    one = Edited(s(*loop))
    loop[1]["for"] = "2h"
    ada = one.to(s(*loop, waiting="migrate")).passes("4h")
    assert mailed(ada) == ["news"] * 3
    assert len({one.key for one in ada.sends}) == 3


def test_a_run_moves_to_a_step_that_does_something_and_does_it_once() -> None:
    one = Edited(s(wait("pause", for_="3h"), send("mail"), wait("rest", for_="1h")))
    steps = (send("mail"), wait("rest", for_="1h"))
    ada = one.to(s(*steps, waiting="migrate", moves={"pause": "mail"}))
    assert (mailed(ada), ada.standing) == (["mail"], ["s/rest"])


@pytest.mark.parametrize("kind", ["wait_for", "digest"])
def test_other_waits_are_timed_from_when_the_run_came_to_them_too(kind: str) -> None:
    def step(length: str) -> dict[str, Any]:
        if kind == "wait_for":
            return wait_for("more", event="More", timeout=length)
        return {"do": "digest", "id": "more", "event": "Ate", "for": length}

    one = Edited(s(step("3h")))
    one.ada.passes("1h")
    ada = one.to(s(step("5h"), waiting="migrate"))
    assert hours(ada) == 4
    assert bool(ada.contact.runs[0].digest) is (kind == "digest")


def test_a_wait_that_becomes_a_question_is_answered_at_once() -> None:
    one = Edited(s(wait("next", for_="3h"), send("yes")))
    asked = branch("next", {"attribute": "x", "is": 1}, then="yes", else_="no")
    ada = one.to(s(asked, send("yes"), {"do": "exit", "id": "no"}, waiting="migrate"))
    assert (mailed(ada), ada.standing) == ([], [])


def test_who_missed_several_versions_comes_through_all_of_them_and_stays_pinned() -> None:
    one = Edited(s(wait("a", for_="3h")))
    ada, later = one.ada, [("b", "migrate", {"a": "b"}), ("c", "migrate", {"b": "c"})]
    later += [("d", "pin", {}), ("e", "pin", {})]
    for name, waiting, moves in later:
        written = s(wait(name, for_="3h"), waiting=waiting, moves=moves)
        one.version += 1
        one.published = dated(one.published, succeed(one.published, written), one.version)
    ada.under(Rulebook(one.version, one.published)).take(TimerFired())
    assert (ada.standing, ada.contact.runs[0].version) == (["s/c"], 3)


def test_runs_of_a_paused_scenario_migrate_when_it_goes_on() -> None:
    one = Edited(s(wait("pause", for_="3h")))
    held = s(wait("pause", for_="5h"), waiting="migrate")
    one.published = dated(None, definitions_paused(one.published), 1)
    ada = one.to(held)
    assert (ada.contact.runs[0].version, hours(ada)) == (1, 3)
    one.published = definitions_paused(one.published, on=False)
    ada = one.to(held)
    assert (ada.contact.runs[0].version, hours(ada)) == (2, 5)


def definitions_paused(published: Definitions, *, on: bool = True) -> Definitions:
    return replace(published, paused=("s",) if on else ())


def test_runs_of_a_removed_scenario_stay_unless_they_are_ended() -> None:
    one = Edited(s(wait("pause", for_="3h")))
    ada = one.to(definitions())
    assert ada.standing == ["s/pause"]
    ada = one.to(definitions(ended={"s": 0}))
    assert ada.standing == ["s/pause"], "it was removed before"
    one = Edited(s(wait("pause", for_="3h")))
    ada = one.to(definitions(ended={"s": 0}))
    assert [end[1] for end in details(ada.facts, "run_ended")] == ["version"]


def test_a_choice_is_taken_once_and_a_choice_alone_is_a_version() -> None:
    first = succeed(None, s(wait("pause", for_="3h")))
    second = succeed(first, s(wait("pause", for_="5h"), waiting="migrate"))
    assert [one.version for one in second.scenarios] == [2]
    assert succeed(second, s(wait("pause", for_="5h"))) == second
    assert succeed(second, s(wait("pause", for_="5h"), waiting="migrate")) == second
    third = succeed(second, s(wait("pause", for_="5h"), waiting="exit"))
    assert [one.version for one in third.scenarios] == [3]


def test_a_run_that_is_moved_to_what_it_has_done_passes_over_it() -> None:
    one = Edited(s(send("hello"), wait("pause", for_="3h"), send("bye")))
    ada = one.to(s(send("hello"), send("bye"), waiting="migrate", moves={"pause": "hello"}))
    assert (mailed(ada), ada.standing) == (["hello", "bye"], [])
