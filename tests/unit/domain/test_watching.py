"""Conditions that runs wait for, or that end them, to the millisecond; races and digests."""

from typing import Any

import pytest

from tests.unit.domain.builders import (
    HOUR,
    NOON,
    Life,
    details,
    leave,
    life,
    put,
    reachable,
    scenario,
    score,
    send,
    template,
    wait,
    wait_for,
)
from tests.unit.domain.test_merge import merge, pair

QUIET = {"did_not": "Seen", "within": "1h"}
RICH = {"attribute": "x", "over": 5}


def racing(*racers: dict[str, Any], **rest: Any) -> Life:
    steps = (wait_for("race", any=list(racers), **rest), *(wait(n, for_="9d") for n in "abc"))
    return reachable(scenario("s", {"event": "Came"}, *steps))


@pytest.mark.parametrize(
    ("event", "standing"), [("A", "a"), ("B", "b"), ("Other", "race"), (None, "c")]
)
def test_what_comes_first_tells_the_way(event: str | None, standing: str) -> None:
    one, two = {"event": "A", "then": "a"}, {"event": "B", "then": "b"}
    ada = racing(one, two, timeout="1h", else_="c")
    ada.does("Came")
    if event:
        ada.does(event)
    else:
        ada.passes("1h")
    assert ada.standing == [f"s/{standing}"]


def test_a_condition_is_met_when_an_attribute_makes_it_true() -> None:
    ada = racing({"event": "A", "then": "a"}, {"if": RICH, "then": "b"})
    ada.does("Came")
    ada.tells(x=5)
    assert ada.standing == ["s/race"]
    ada.tells(x=6)
    assert ada.standing == ["s/b"]


def test_a_condition_is_met_at_the_instant_at_which_time_makes_it_true() -> None:
    ada = racing({"if": QUIET, "then": "a"})
    ada.does("Seen")
    ada.does("Came")
    ada.passes("20m").does("Seen")
    ada.passes("2h")
    assert ada.said("step_in")[-1] == ("s/a", HOUR * 4 // 3)


def test_a_condition_that_holds_already_is_met_at_once() -> None:
    ada = racing({"if": RICH, "then": "b"})
    ada.tells(x=6)
    ada.does("Came")
    assert ada.standing == ["s/b"]


def test_a_score_that_fades_wakes_who_waits_for_it() -> None:
    heat = score("heat", {"event": "Came", "points": 8}, half_life="1h")
    cold = wait_for("cold", if_={"score": "heat", "under": 2}, then="out")
    ada = life(heat, scenario("s", {"event": "Came"}, cold, leave("out")))
    ada.does("Came")
    ada.passes("1d")
    assert ada.said("run_ended") == [("s", 2 * HOUR + 1)]


def test_an_exit_by_condition_ends_the_run_before_the_next_step() -> None:
    steps = (put("mark", "x", 6), put("more", "y", 1))
    ada = life(scenario("s", {"event": "Came"}, *steps, exits=[{"if": RICH}]))
    ada.does("Came")
    assert (ada.standing, "y" in ada.contact.attributes) == ([], False)
    assert [why for _run, why in details(ada.facts, "run_ended")] == ["exit"]


def test_a_run_ends_at_the_instant_at_which_its_condition_stops_being_true() -> None:
    active = {"did": "Seen", "within": "1h"}
    ada = life(scenario("s", {"event": "Seen"}, wait("w", for_="9d"), exits=[{"unless": active}]))
    ada.does("Seen")
    ada.passes("30m").does("Seen")
    ada.passes("2h")
    assert ada.said("run_ended") == [("s", HOUR * 3 // 2)]


def test_who_waits_for_a_condition_goes_on_waiting_after_a_merge() -> None:
    steps = (wait_for("race", if_=QUIET, then="a"), wait("a", for_="9d"))
    guest, ada = pair(scenario("s", {"event": "Came"}, *steps))
    guest.does("Seen")
    guest.does("Came")
    merge(guest, ada)
    ada.passes("2h")
    assert ada.said("step_in")[-1] == ("s/a", HOUR)


def test_runs_that_wake_one_another_for_ever_park_the_contact() -> None:
    loops = [
        scenario(
            f"s{n}",
            {"event": "Came"},
            wait_for("w", if_={"attribute": "x", "is": n}, then="p"),
            put("p", "x", 1 - n) | {"then": "w"},
        )
        for n in (0, 1)
    ]
    ada = life(*loops)
    ada.does("Came")
    ada.tells(x=0)
    assert "without end" in ada.contact.trouble


def test_a_digest_is_one_message_with_all_that_came() -> None:
    steps = ({"do": "digest", "id": "d", "event": "Viewed", "for": "1h"}, send("mail"))
    text = template(variables=("digest.items", "digest.count"))
    ada = reachable(scenario("s", {"event": "Viewed"}, *steps), text)
    for what in ("pear", "plum", "fig"):
        ada.does("Viewed", properties={"what": what})
    ada.until(NOON + HOUR)
    [mail] = ada.sends
    assert [item["what"] for item in mail.variables["digest"]["items"]] == ["pear", "plum", "fig"]


def test_a_digest_is_bounded_and_tells_how_many_came() -> None:
    steps = ({"do": "digest", "id": "d", "event": "Viewed", "for": "1h"}, send("mail"))
    text = template(variables=("digest.items", "digest.count"))
    ada = reachable(scenario("s", {"event": "Viewed"}, *steps), text)
    for number in range(30):
        ada.does("Viewed", properties={"n": number, "what": "x" * 100})
    ada.passes("1h")
    told = ada.sends[0].variables["digest"]
    assert (len(told["items"]), told["count"]) == (17, 30)
