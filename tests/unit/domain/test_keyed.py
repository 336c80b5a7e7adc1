"""Keyed entry: one run for each value of a property, each with its own goal."""

from engine.domain.message import Receipt
from engine.domain.runs.entry import AT_ONCE, KEYS
from tests.unit.domain.builders import (
    HOUR,
    Life,
    details,
    leave,
    life,
    reachable,
    scenario,
    send,
    template,
    wait,
    wait_for,
)
from tests.unit.domain.test_merge import merge, pair

CART = scenario(
    "cart",
    {"event": "Added"},
    wait("hour", for_="1h"),
    send("mail"),
    key="cart_id",
    goal={"event": "Ordered"},
)


def adds(one: Life, cart: object, **rest: object) -> None:
    one.does("Added", properties={"cart_id": cart, **rest})


def keys(one: Life) -> list[str]:
    return [run.key for run in one.contact.runs]


def test_each_key_has_a_run_of_its_own_and_one_at_a_time() -> None:
    ada = life(CART)
    for cart in ("a", "b", "a", 7):
        adds(ada, cart)
    assert keys(ada) == ["a", "b", "7"]


def test_the_mail_tells_of_that_cart_unless_it_was_ordered() -> None:
    ada = reachable(CART, template(variables=("event.what",)))
    adds(ada, "a", what="pear")
    adds(ada, "b", what="plum")
    ada.does("Ordered", properties={"cart_id": "b"})
    ada.passes("1h")
    assert [mail.variables["event"] for mail in ada.sends] == [{"what": "pear"}]


def test_an_event_that_names_no_key_reaches_no_run_and_starts_none() -> None:
    ada = life(CART)
    adds(ada, "a")
    ada.does("Ordered")
    for nothing in (None, True, "", "x" * 101, 1.5):
        adds(ada, nothing)
    assert keys(ada) == ["a"]
    assert details(ada.facts, "entry_refused") == ["no_key"] * 5


def test_what_is_waited_for_must_name_the_same_key() -> None:
    steps = (wait_for("back", event="Viewed", then="out"), leave("out"))
    ada = life(scenario("cart", {"event": "Added"}, *steps, key="cart_id"))
    adds(ada, "a")
    adds(ada, "b")
    ada.does("Viewed", properties={"cart_id": "b"})
    assert keys(ada) == ["a"]


def test_a_run_with_a_key_hears_of_its_own_messages() -> None:
    steps = (send("mail"), wait_for("read", message="clicked", then="out"), leave("out"))
    ada = reachable(scenario("cart", {"event": "Added"}, *steps, key="cart_id"))
    adds(ada, "a")
    adds(ada, "b")
    ada.take(Receipt(ada.sends[1].key, "clicked", "cart/mail", "email", at=ada.now))
    assert keys(ada) == ["a"]


def test_reentry_counts_for_each_key_apart() -> None:
    ada = life(scenario("cart", {"event": "Added"}, leave("out"), key="cart_id", reentry="never"))
    for cart in ("a", "b", "a"):
        adds(ada, cart)
    assert ada.subjects("run_entered") == ["cart", "cart"]


def test_what_is_kept_of_many_keys_is_bounded() -> None:
    ada = life(CART)
    for cart in range(AT_ONCE + 2):
        adds(ada, cart)
    assert len(keys(ada)) == AT_ONCE
    assert details(ada.facts, "entry_refused") == ["too_many"] * 2
    for cart in range(100, 103 + KEYS):
        ada.passes("2h")
        adds(ada, cart)
    assert len(ada.contact.entries) == 1 + KEYS


def test_a_merge_takes_over_the_runs_of_keys_that_the_survivor_never_entered_for() -> None:
    guest, ada = pair(CART)
    adds(ada, "a")
    adds(guest, "a")
    adds(guest, "b")
    merge(guest, ada)
    assert sorted(keys(ada)) == ["a", "b"]
    ada.passes("1h")
    assert ada.said("run_ended") == [("cart", HOUR), ("cart", HOUR)]
