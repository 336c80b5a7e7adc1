"""Collections are what brute force over the consumed events gives, alone and of two who became one."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.intake.turn import Turn
from engine.domain.merges.merge import adopt
from engine.domain.message import Adopted
from engine.domain.profile import codec
from engine.domain.profile.collection import BUILT_IN
from engine.domain.profile.contact import NOTHING, Contact
from engine.domain.profile.identity import contact_id, slot_of_key
from engine.domain.profile.shelf import items_of
from engine.domain.rulebooks.rulebook import Rulebook
from engine.ports.host_store import Write
from engine.runtime.batches.batch import Batch
from engine.runtime.slots import SlotTable
from engine.runtime.state import founding
from engine.runtime.state.memory import Memory
from engine.store.memory import MemoryHostStore
from tests.unit.domain.builders import NOON, Life, event, rulebook

PRODUCTS = ("a", "b", "c")


class Told(NamedTuple):
    name: str
    properties: dict[str, Any]


quantities = st.sampled_from([None, 1, 2, 3])
products = st.builds(
    lambda key, quantity: {"product_id": key, **({"quantity": quantity} if quantity else {})},
    st.sampled_from(PRODUCTS),
    quantities,
)
told = st.one_of(
    st.builds(Told, st.sampled_from(["Product Added", "Product Removed"]), products),
    st.builds(
        lambda listed: Told("Cart Viewed", {"products": listed}), st.lists(products, max_size=3)
    ),
    st.just(Told("Cart Viewed", {})),
    st.just(Told("Order Completed", {"order_id": "1"})),
    st.just(Told("Signed Up", {})),
)
histories = st.lists(told, max_size=12)
BOOK: Rulebook = rulebook(collections=BUILT_IN)


def carted(history: Iterable[Told]) -> dict[str, int]:
    """Product -> pieces, by the plainest of means."""
    cart: dict[str, int] = {}
    for name, said in history:
        key, pieces = said.get("product_id"), said.get("quantity", 1)
        if name == "Product Added":
            cart[key] = cart.get(key, 0) + pieces
        elif name == "Product Removed" and key in cart:
            cart[key] -= said.get("quantity", cart[key])
            cart = {one: left for one, left in cart.items() if left > 0}
        elif name == "Cart Viewed" and "products" in said:
            cart = {one["product_id"]: one.get("quantity", 1) for one in said["products"]}
        elif name == "Order Completed":
            cart = {}
    return cart


def lived(history: Iterable[Told], number: int, start: int = NOON) -> Life:
    one = Life(BOOK, Contact(number << 16), start)
    for name, said in history:
        one.does(name, properties=said)
        one.now += 1
    return one


def cart_of(contact: Contact) -> dict[str, int]:
    return {item["product_id"]: item["quantity"] for item in items_of(contact, "cart")}


@settings(max_examples=300, deadline=None)
@given(histories)
def test_the_cart_is_what_brute_force_gives(history: list[Told]) -> None:
    one = lived(history, 1)
    assert cart_of(one.contact) == carted(history)
    summed = sum(carted(history).values())
    kept = one.contact.collections.get("cart")
    assert (kept.count, kept.quantity) == (len(carted(history)), summed) if kept else not summed


def joined(survivor: Contact, other: Contact) -> Contact:
    turn = Turn(survivor.draft(), BOOK, NOON + 10_000)
    assert adopt(turn, Adopted(other.id, codec.whole(other)))
    return turn.contact


@settings(max_examples=150, deadline=None)
@given(histories, histories)
def test_whoever_survives_has_the_items_of_both_and_of_one_key_the_later(
    mine: list[Told], other: list[Told]
) -> None:
    ada, bob = lived(mine, 1).contact, lived(other, 2, NOON + 1_000).contact
    expected = cart_of(ada) | cart_of(bob)
    for contact in (joined(ada, bob), joined(bob, ada)):
        assert cart_of(contact) == expected
        assert contact.collections.get("cart", NOTHING).count == len(expected)


class Still:
    """A clock that stands still."""

    def now(self) -> int:
        return NOON

    def monotonic(self) -> float:
        return 0.0

    def seconds(self, ms: int) -> float:
        return ms / 1_000


class Counting(MemoryHostStore):
    """Counts what is read and written of shelves."""

    def __init__(self) -> None:
        super().__init__(range(256))
        self.read = self.written = 0

    def shelves(self, contacts: Iterable[int]) -> dict[int, bytes]:
        self.read += 1
        return super().shelves(contacts)

    def commit(self, write: Write) -> None:
        self.written += len(write.shelves)
        super().commit(write)


@settings(max_examples=75, deadline=None)
@given(st.lists(told, min_size=1, max_size=12), st.sets(st.integers(1, 11)))
def test_a_shelf_is_written_when_it_changed_and_read_when_its_contact_comes_in(
    history: list[Told], passivated: set[int]
) -> None:
    store = Counting()
    memory = Memory(0, SlotTable(1), store, Still(), 1 << 20)
    memory.rulebook = BOOK
    memory.open("host-0")
    ada, changed, read = Life(BOOK, Contact(contact_id(1, slot_of_key("user_id:1")))), 0, 0
    for number, one in enumerate(history):
        batch = Batch(memory)
        if number:
            if number in passivated:
                memory.residents.drop(ada.contact.id)
                read += bool(ada.contact.collections)
            assert memory.resident(ada.contact.id) is not None
        else:
            founding.admit(batch, batch.create("user_id:1", 1))
        before = ada.contact.shelf or b""
        taken = event(one.name, NOON + number, properties=one.properties)
        ada.take(taken)
        changed += (ada.contact.shelf or b"") != before
        batch.apply(ada.contact.id, taken)
        batch.commit()
    assert (store.written, store.read) == (changed, read)
    assert store.shelves([ada.contact.id]).get(ada.contact.id, b"") == (ada.contact.shelf or b"")
