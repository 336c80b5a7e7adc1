"""A contact that takes over what was made of its log, in the mailbox."""

from itertools import takewhile

from engine.domain import message
from engine.domain.message import Rebuilt
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.pending import missing
from engine.ports.host_store import LogRow
from engine.replay.chosen import Chosen, bare
from engine.replay.past import is_plain
from engine.replay.timeline import timeline
from engine.runtime.batches.batch import Batch
from engine.runtime.state.residents import Resident


class RebuiltLetter:
    """``state`` was made of the contact's rows before ``mark``, as ``chosen`` says; empty for nothing.

    Answers whether the contact is done with: when it has merged since the mark it is not.
    """

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, state: bytes, chosen: Chosen, mark: int, since: int) -> None:
        self.contact = contact
        self.contacts: tuple[int, ...] = (contact,)
        self._state = state
        self._chosen = chosen
        self._mark = mark
        self._since = since

    def take(self, batch: Batch) -> bool:
        resident = batch.resident(self.contact)
        if resident is None or resident.contact.merged_into:
            return True
        wanted = missing(resident.contact, batch.memory.rulebook)
        names = tuple(sorted(wanted.keys() & self._chosen.names))
        if not names:
            _ask(batch, resident)
            return True
        made = codec.decode(self._state) if self._state else Contact(self.contact)
        for row in reversed(self._tail(batch, resident)):
            taken = message.decode(row.body)
            if not is_plain(taken):
                return False
            self._chosen.take(made, taken, row.now)
        batch.apply(self.contact, Rebuilt(names, codec.whole(bare(made)), self._since))
        return True

    def _tail(self, batch: Batch, resident: Resident) -> list[LogRow]:
        """The rows from the mark on, newest first."""
        last = tuple(newest if newest >= self._mark else 0 for newest in resident.last)
        walked = timeline(batch.log_row, last)
        return list(takewhile(lambda row: row.id >= self._mark, walked))

    def body(self) -> bytes:
        return message.encode(Rebuilt((), self._state, self._since))

    def quarantined(self) -> bool:
        """It stays unknown: the next rebuild meets it again."""
        return True


def _ask(batch: Batch, resident: Resident) -> None:
    """Nothing to take over, but other segments: a row only where that changes something."""
    rulebook, contact, taken = batch.memory.rulebook, resident.contact, Rebuilt()
    if contact.rulebook == rulebook.version:
        return
    outcome = batch.stepped(contact, taken)
    after = outcome.contact
    if (after.segments, after.timers, after.runs) != (
        contact.segments,
        contact.timers,
        contact.runs,
    ):
        batch.keep(resident, taken, outcome)


class DoneLetter:
    """Every contact has been met: whoever opens the store from now on need not begin anew."""

    keys: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()

    def __init__(self, version: int, left: set[int]) -> None:
        """``left`` are those who have merged meanwhile; as long as there are any it is not done."""
        self._version = version
        self._left = left

    def take(self, batch: Batch) -> None:
        if not self._left and not batch.unrebuilt:
            batch.rebuilt = self._version

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> None:
        return None
