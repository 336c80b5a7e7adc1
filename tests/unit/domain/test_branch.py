"""Choosing the way: branches of several ways, splits by chance."""

from collections import Counter
from typing import Any

from engine.domain.message import Receipt
from engine.domain.profile.contact import Contact
from engine.domain.runs.arm import drawn
from tests.unit.domain.builders import (
    Life,
    details,
    leave,
    life,
    put,
    reachable,
    rulebook,
    scenario,
    segment,
    send,
    wait,
    wait_for,
)
from tests.unit.domain.test_merge import merge, pair


def test_the_first_way_that_holds_is_taken_else_the_last() -> None:
    ways = [
        {"if": {"attribute": "plan", "is": "pro"}, "then": "pro"},
        {"if": {"attribute": "age", "over": 17}, "then": "adult"},
    ]
    steps = [wait(name, for_="1h") for name in ("pro", "adult", "rest")]
    s = scenario(
        "s", {"event": "Ate"}, {"do": "branch", "id": "w", "when": ways, "else": "rest"}, *steps
    )
    for traits, standing in (
        ({"plan": "pro", "age": 20}, "pro"),
        ({"plan": "free", "age": 20}, "adult"),
        ({"plan": "free"}, "rest"),
    ):
        ada = life(s)
        ada.tells(**traits)
        ada.does("Ate")
        assert ada.standing == [f"s/{standing}"]


def test_the_answer_of_a_receiver_chooses_the_way() -> None:
    ways = [{"answer": {"deal.stage": "won", "deal.value": {"over": 5}}, "then": "won"}]
    steps = (
        send("call"),
        wait_for("told", message="sent", of={"step": "call"}),
        {"do": "branch", "id": "w", "when": ways, "else": "lost"},
        wait("won", for_="1h"),
        wait("lost", for_="1h"),
    )
    for answer, standing in ((b'{"deal":{"stage":"won","value":9}}', "won"), (b"[1]", "lost")):
        ada = reachable(scenario("s", {"event": "Ate"}, *steps))
        ada.does("Ate")
        key = ada.sends[0].key
        ada.take(Receipt(key, "sent", "s/call", "email", answer=answer))
        assert ada.standing == [f"s/{standing}"]


SPLIT: dict[str, Any] = {
    "do": "split",
    "id": "test",
    "arms": {"a": {"weight": 1, "then": "one"}, "b": {"weight": 3, "then": "two"}},
}
TEST = scenario("s", {"event": "Ate"}, SPLIT, leave("one"), leave("two"))


def ways_of(one: Life) -> list[str]:
    return [name.rpartition(":")[2] for name in one.subjects("arm")]


def test_a_contact_goes_the_same_way_every_time() -> None:
    for number in range(20):
        ada = Life(rulebook(TEST), Contact(number))
        ada.does("Ate")
        ada.does("Ate")
        assert len(set(ways_of(ada))) == 1
        assert ada.contact.arms["s/test"] == (ways_of(ada)[0], ada.now)


def test_shares_are_as_the_weights() -> None:
    shares = Counter(drawn(number / 10, {"a": 1, "none": 0, "b": 3}) for number in range(1000))
    assert shares == {"a": 250, "b": 750}


def test_a_way_whose_weight_becomes_nothing_is_drawn_anew() -> None:
    ada = life(TEST)
    ada.does("Ate")
    before = ways_of(ada)[0]
    arms = {name: {"weight": int(name != before)} for name in "ab"}
    ada.under(rulebook(scenario("s", {"event": "Ate"}, {**SPLIT, "arms": arms}), version=2))
    ada.does("Ate")
    assert ways_of(ada)[1] != before


def test_of_two_draws_a_merge_keeps_the_older() -> None:
    guest, ada = pair(TEST)
    guest.contact.arms["s/test"], ada.contact.arms["s/test"] = ("a", 5), ("b", 9)
    merge(guest, ada)
    assert ada.contact.arms["s/test"] == ("a", 5)


def test_a_goal_reached_by_a_step_stops_the_run_before_the_next() -> None:
    done = segment("done", attribute="x", is_=1)
    steps = (put("mark", "x", 1), put("more", "y", 1))
    ada = life(done, scenario("s", {"event": "Ate"}, *steps, goal={"enters": "done"}))
    ada.does("Ate")
    assert "y" not in ada.contact.attributes
    assert [why for _run, why in details(ada.facts, "run_ended")] == ["goal"]
