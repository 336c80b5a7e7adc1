"""An order counts once, whatever event it came by."""

from engine.domain.effect import KeepOrders
from engine.domain.intake.order_key import HELD, SIZE, holds, order_key
from engine.domain.message import Adopted
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.step import step
from tests.unit.domain import builders as build

RULES = Rulebook(1, Definitions())


def order(number: object) -> build.Event:
    return build.event("Order Completed", 1_000, properties={"order_id": number})


def test_a_number_and_its_text_are_one_order() -> None:
    assert order_key(order(17)) == order_key(order(" 17 ")) != order_key(order(18))


def test_an_order_without_a_usable_id_has_no_key() -> None:
    assert {order_key(order(wrong)) for wrong in (None, "", True, 1.5, ["a"])} == {b""}


def test_keys_too_many_for_the_state_go_to_the_store_and_none_is_lost() -> None:
    contact, kept = Contact(1), []
    for number in range(HELD + 10):
        outcome = step(contact, order(number), RULES, 5_000 + number)
        contact = outcome.contact
        kept += [k for e in outcome.effects if isinstance(e, KeepOrders) for k in e.keys]
    assert len(contact.orders) <= HELD * SIZE
    for number in range(HELD + 10):
        key = order_key(order(number))
        assert (key in kept) != holds(contact.orders, key)


def test_a_survivor_knows_the_orders_of_whom_it_adopted() -> None:
    mine = step(Contact(1), order("a"), RULES, 5_000).contact
    other = step(Contact(2), order("b"), RULES, 5_000).contact
    both = step(mine, Adopted(2, codec.encode(other)), RULES, 6_000).contact
    assert all(holds(both.orders, order_key(order(one))) for one in "ab")


def test_a_key_is_not_found_across_the_border_of_two_others() -> None:
    assert not holds(b"abcdefghijkl", b"defghi")
