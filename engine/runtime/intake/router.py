"""Routes events to hosts by key, follows contacts that live elsewhere, and keeps each key's order.

While an item is being sent on (its contact has moved, or its device has to be asked first), later
items of the same key wait behind it. Where a contact lives is remembered by the keys that never
change hands, once the directory has said that nothing by the key may lie elsewhere; until then it is
asked each time, and told who was asked for the key before. A device's directory is asked each time,
because a rebind or a tombstone on the way is where a retry finds who has taken it; it sends items on in
their order, so none of them waits.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

import msgspec

from engine.domain import message
from engine.domain.event import Event
from engine.domain.profile.identity import is_device
from engine.ports.engine import Verdict
from engine.runtime import envelope
from engine.runtime.envelope import Item, Word
from engine.runtime.intake.courier import Courier, Pending, Push
from engine.runtime.slots import SlotTable

HINTS = 100_000
"""Keys whose contact's whereabouts are remembered."""
TRIES = 64
"""An item that was sent on this often is in a circle: a bug, told to its sender."""

SOON = 0.05
"""Seconds until an item is led again that found two contacts on their way to be one, or apart."""

OUTCOMES: dict[int, Literal["accepted", "duplicate", "rejected"]] = {
    envelope.ACCEPTED: "accepted",
    envelope.DUPLICATE: "duplicate",
    envelope.REJECTED: "rejected",
}
"""Words that are an answer; the others say where to send an item on."""


class Router:
    def __init__(self, table: SlotTable, hire: Callable[[int], Courier]) -> None:
        self._table = table
        self._hire = hire
        self._couriers: dict[int, Courier] = {}
        self._hints: OrderedDict[str, int] = OrderedDict()
        self._leads: OrderedDict[str, int] = OrderedDict()
        self._behind: dict[str, list[Pending]] = {}
        self._number = 0
        self.pending = 0

    def send(self, push: Push, index: int, event: Event) -> None:
        self.pending += 1
        self._number += 1
        item = Item(message.encode(event))
        self._route(Pending(push, index, event, item, event.key, self._number))

    def _route(self, pending: Pending) -> None:
        """By hint, else by key; behind an earlier item of the key that is being sent on.

        Of a push that has failed no item overtakes the one that was refused: they all come again.
        """
        if self.holds(pending):
            return
        if pending.push.failed:
            self._answer(pending, Word(envelope.REJECTED, 0, "busy"))
            return
        hint = self._hints.get(pending.key)
        if not hint:
            self._ask(pending)
            return
        pending.item.contact, pending.item.via, pending.item.route = hint, 0, envelope.BY_HINT
        self._hand(self._table.host_of_contact(hint), pending)

    def _ask(self, pending: Pending) -> None:
        """The directory, and tell it who has an earlier item of the key."""
        item = pending.item
        item.contact, item.via = self._leads.get(pending.key, 0), 0
        item.route = envelope.BEHIND if item.contact else envelope.BY_KEY
        self._hand(self._table.host_of_key(pending.key), pending)

    def _hand(self, host: int, pending: Pending) -> None:
        courier = self._couriers.get(host)
        if courier is None:
            courier = self._couriers[host] = self._hire(host)
        courier.take(pending)

    def heard(self, pending: Pending, word: Word) -> None:
        """A host's word on an item: an answer, or where to send it on."""
        if word.word in OUTCOMES:
            self._answer(pending, word)
        elif pending.tries >= TRIES:
            reason = "the engine could not find where this contact lives; report this"
            self._answer(pending, Word(envelope.REJECTED, 0, "unroutable", reason))
        elif self.holds(pending):
            return
        elif word.word == envelope.MOVED and is_device(pending.event.key):
            pending.tries += 1
            self._send_on(pending, word)
        elif word.word == envelope.LATER:
            self._route(pending)
        elif word.word == envelope.PARTED:
            self._lead(pending)
            asyncio.get_running_loop().call_later(SOON, self._ask_again, pending)
        else:
            pending.tries += 1
            self._lead(pending)
            self._send_on(pending, word)

    def holds(self, pending: Pending) -> bool:
        """Whether it has to wait behind an earlier item of its key; then it does."""
        if pending.leads or pending.key not in self._behind:
            return False
        self._behind[pending.key].append(pending)
        return True

    def _send_on(self, pending: Pending, word: Word) -> None:
        event, item = pending.event, pending.item
        item.contact, item.via = 0, word.via
        pending.disputed |= word.code == envelope.DISPUTED
        if word.word in (envelope.MOVED, envelope.LED):
            self._follow(pending, word)
            return
        if word.word == envelope.TRY_DEVICE:
            item.route = envelope.BY_DEVICE
            self._readdress(pending, next(i for i, key in enumerate(event.keys) if is_device(key)))
        elif word.word == envelope.TRY_CREATE:
            item.route = envelope.CREATE
            self._readdress(pending, 0)
        else:
            self._hints.pop(event.key, None)
            self._ask_again(pending)
            return
        self._hand(self._table.host_of_key(pending.event.key), pending)

    def _follow(self, pending: Pending, word: Word) -> None:
        item = pending.item
        item.contact = word.contact
        if word.word == envelope.LED:
            item.route = envelope.RESERVED
            pending.disputed = True
        elif item.route == envelope.BEHIND:
            item.route = envelope.BY_KEY
        if not (is_device(pending.event.key) or word.via):
            self._hint(pending, pending.event.key, word.contact)
        self._hand(self._table.host_of_contact(word.contact), pending)

    def _ask_again(self, pending: Pending) -> None:
        """Where does its key lead now? For who was missed, or once two have parted or become one."""
        if pending.item.route not in (envelope.BY_DEVICE, envelope.CREATE):
            self._ask(pending)
            return
        pending.item.contact, pending.item.via = 0, 0
        self._hand(self._table.host_of_key(pending.event.key), pending)

    def _readdress(self, pending: Pending, index: int) -> None:
        pending.event = msgspec.structs.replace(pending.event, addressed=index)
        pending.item.body = message.encode(pending.event)

    def _lead(self, pending: Pending) -> None:
        if not pending.leads:
            pending.leads = True
            self._behind[pending.key] = []

    def _hint(self, pending: Pending, key: str, contact: int) -> None:
        """Where a disputed key leads its directory decides, item by item.

        Nobody is led past a tombstone: it knows what it had taken for longer than its survivor does.
        """
        if pending.disputed:
            return
        self._leads.pop(key, None)
        _keep(self._hints, key, contact)

    def _answer(self, pending: Pending, word: Word) -> None:
        self.pending -= 1
        verdict = Verdict(OUTCOMES[word.word], word.code, word.reason, word.contact)
        pending.push.answer(pending.index, verdict)
        if pending.leads:
            self._release(pending, word)

    def _release(self, pending: Pending, word: Word) -> None:
        """What waited behind goes on in the order it came, to where its leader is kept, now or before."""
        waiting = self._behind.pop(pending.key)
        if word.contact and not is_device(pending.key) and pending.key not in self._hints:
            _keep(self._leads, pending.key, word.via or word.contact)
        for one in sorted(waiting, key=lambda waited: waited.number):
            self._route(one)


def _keep(places: OrderedDict[str, int], key: str, contact: int) -> None:
    places[key] = contact
    places.move_to_end(key)
    if len(places) > HINTS:
        places.popitem(last=False)
