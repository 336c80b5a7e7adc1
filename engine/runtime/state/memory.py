"""What a host remembers between batches: everything a commit changes, changed only after it."""

from collections import OrderedDict

from engine.clock import Clock
from engine.domain.profile import codec
from engine.domain.profile.identity import Binding
from engine.domain.rulebooks.rulebook import Rulebook
from engine.ports.host_store import (
    LEAVING,
    ErasedRow,
    ErasingRow,
    Erasure,
    HopRow,
    HostStore,
    Opening,
    WakeUp,
    Write,
)
from engine.runtime.slots import SlotTable
from engine.runtime.state import founding
from engine.runtime.state.outbox import Outbox
from engine.runtime.state.reserved import Reserved
from engine.runtime.state.residents import Resident, Residents, resident_of
from engine.runtime.state.suppressions import Suppressions
from engine.runtime.state.wakeups import WakeUps

REPLIES = 8
DIRECTORY = 200_000
"""Directory entries kept in memory, least recently used dropped first."""


class Memory:
    """One host's. ``pepper`` keys the hashes of keys and addresses.


    ``imported`` is what was said to chunks of imports, by (job, chunk).
    ``turned`` maps a key to the number of the last parcel in which an item of it was sent elsewhere.
    """

    def __init__(
        self, host: int, table: SlotTable, store: HostStore, clock: Clock, budget: int
    ) -> None:
        self.host = host
        self.table = table
        self.slots = frozenset(table.slots_of(host))
        self.store = store
        self.clock = clock
        self.residents = Residents(budget)
        self.bindings: OrderedDict[str, tuple[Binding, ...]] = OrderedDict()
        self.wakeups = WakeUps(store.wakeups)
        self.rulebook: Rulebook
        self.now = 0
        self.next_log = 1
        self.next_contact = 1
        self.next_hop = 1
        self.rebuilt = 0
        self.counters: dict[str, int] = {}
        self.outbox = Outbox([])
        self.hops: dict[int, HopRow] = {}
        self.replies: dict[str, dict[int, bytes]] = {}
        self.turned: dict[str, int] = {}
        self.suppressed = Suppressions()
        self.pepper = b""
        self.erasing: dict[int, ErasingRow] = {}
        self.erased: dict[bytes, ErasedRow] = {}
        self.imported: dict[tuple[int, int], bytes] = {}
        self.flows: dict[tuple[str, str, str], int] = {}
        self.reserved = Reserved()

    def open(self, owner: str) -> Opening:
        opening = self.store.open(owner)
        self.now = opening.now
        self.next_log = opening.next_log
        self.next_contact = opening.next_contact
        self.next_hop = opening.next_hop
        self.rebuilt = opening.rebuilt
        self.counters = opening.counters
        self.outbox = Outbox(opening.outbox)
        self.hops = {row.number: row for row in opening.hops}
        for who, number, body in opening.replies:
            self.keep_reply(who, number, body)
        self.suppressed = Suppressions(self.pepper, opening.suppressions)
        self.erasing = {row.contact: row for row in opening.erasing}
        self.erased = {row.key: row for row in opening.erased}
        self.imported = {(row.job, row.chunk): row.words for row in opening.imported}
        self.flows = {row[:3]: row.contacts for row in self.store.flows()}
        self.reserved = Reserved(opening.reserved)
        return opening

    def keep_reply(self, coordinator: str, number: int, body: bytes) -> None:
        """The last few, as in the store: more parcels are never under way at once."""
        kept = self.replies.setdefault(coordinator, {})
        kept[number] = body
        for old in [old for old in kept if old <= number - REPLIES]:
            del kept[old]

    def keep_imported(self, write: Write) -> None:
        for place in write.imported_gone:
            self.imported.pop(place, None)
        for row in write.imported:
            self.imported[row.job, row.chunk] = row.words

    @property
    def founded(self) -> bool:
        """See ``founding.is_founded``."""
        return founding.is_founded(self.host, self.counters)

    def instant(self) -> int:
        """The time of the next batch: never earlier than the last commit's."""
        return max(self.clock.now(), self.now)

    def activate(self, contacts: set[int]) -> None:
        """Bring contacts into memory with their shelves; those that do not exist stay absent."""
        missing = [contact for contact in contacts if contact not in self.residents]
        if not missing:
            return
        lexicon, rows = self.rulebook.lexicon, self.store.contacts(missing)
        found = {number: codec.decode(row.state, lexicon) for number, row in rows.items()}
        collected = [number for number, contact in found.items() if contact.collections]
        shelves = self.store.shelves(collected) if collected else {}
        for number in collected:
            found[number].shelf = shelves.get(number, b"")
        for number, contact in found.items():
            self.residents.keep(number, resident_of(rows[number], contact))

    def look_up(self, keys: set[str]) -> None:
        """Bring directory entries into memory; an unknown key is an empty entry until someone binds it."""
        missing = [key for key in keys if key not in self.bindings]
        if missing:
            found = self.store.directory(missing)
            for key in missing:
                self.bindings[key] = found.get(key, ())

    def forget(self, contacts: list[int], keys: list[str]) -> None:
        """After a commit that failed: what was touched is read anew."""
        for contact in contacts:
            self.residents.drop(contact)
        for key in keys:
            self.bindings.pop(key, None)

    def is_leaving(self, contact: int) -> bool:
        """Whether nothing new is taken for it, because a rule of retention erases it right now."""
        row = self.erasing.get(contact)
        return row is not None and row.body == LEAVING

    def erase(self, gone: Erasure) -> None:
        """After the commit that took it away."""
        for contact in gone.contacts:
            self.residents.drop(contact)
        for contact in gone.erasing_gone:
            self.erasing.pop(contact, None)
        for hashed in gone.erased_gone:
            self.erased.pop(hashed, None)
        self.erasing.update((row.contact, row) for row in gone.erasing)
        self.erased.update((row.key, row) for row in gone.erased)

    def trim(self) -> None:
        self.residents.passivate()
        while len(self.bindings) > DIRECTORY:
            self.bindings.popitem(last=False)

    def resident(self, contact: int) -> Resident | None:
        found = self.residents.get(contact)
        if found is None:
            self.activate({contact})
            found = self.residents.get(contact)
        return found

    def wake(self, wakes: list[WakeUp]) -> None:
        for wake in wakes:
            self.wakeups.add(wake)
