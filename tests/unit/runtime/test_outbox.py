"""The outbox in memory: by key, by contact, by next attempt."""

from typing import Any

from engine.ports.host_store import OutboxRow
from engine.runtime.state.outbox import Outbox


def row(key: str, due: int = 0, **rest: Any) -> OutboxRow:
    return OutboxRow(key, rest.get("contact", 1), rest.get("state", "queued"), 0, due, b"")


def test_queued_messages_are_ready_in_the_order_of_their_attempts() -> None:
    outbox = Outbox([row("late", 30), row("soon", 10), row("leaving", 5, state="sending")])
    assert outbox.next_due() == 10
    assert outbox.ready(20, 9) == ["soon"]
    assert outbox.ready(99, 9) == ["late"]


def test_no_more_are_taken_than_asked_for_and_none_twice() -> None:
    outbox = Outbox([row(key) for key in "abc"])
    taken = outbox.ready(0, 2)
    assert taken + outbox.ready(0, 2) == ["a", "b", "c"]
    assert outbox.ready(0, 2) == []


def test_what_could_not_be_handed_over_is_ready_again() -> None:
    outbox = Outbox([row("a")])
    outbox.put_back(outbox.ready(0, 9))
    assert outbox.ready(0, 9) == ["a"]


def test_a_message_that_is_put_off_is_ready_at_its_new_instant_only() -> None:
    outbox = Outbox([row("a", 10)])
    outbox.put("a", row("a", 50))
    assert outbox.ready(49, 9) == []
    assert outbox.ready(50, 9) == ["a"]


def test_a_finished_message_is_gone_everywhere() -> None:
    outbox = Outbox([row("a"), row("b", contact=2)])
    outbox.put("a", None)
    assert (outbox.of(1), outbox.of(2), len(outbox)) == (set(), {"b"}, 1)
    assert outbox.ready(0, 9) == ["b"]
    assert outbox.get("a") is None


def test_what_is_leaving_is_counted() -> None:
    outbox = Outbox([row("a"), row("b", state="sending")])
    outbox.put("a", row("a", state="sending"))
    outbox.put("b", None)
    assert outbox.sending == 1
