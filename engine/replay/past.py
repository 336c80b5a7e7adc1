"""What a contact's own log says of what is chosen, its merged contacts' logs included."""

from collections.abc import Callable

from engine.domain import message
from engine.domain.message import Adopted, Logged, Message, Restored, Unmerged
from engine.domain.profile.contact import Contact
from engine.ports.host_store import LogRow
from engine.ports.log_reader import LogReader
from engine.replay.chosen import Chosen
from engine.replay.timeline import timeline

END = 1 << 62
"""Above every log row."""

Readers = Callable[[int], LogReader]
"""The log that holds a contact, by the contact's id."""


def is_plain(taken: Logged) -> bool:
    """Whether it can be folded from its row alone; else the contact's past has to be walked."""
    return not isinstance(taken, Adopted | Unmerged | Restored)


class Past:
    def __init__(self, chosen: Chosen, readers: Readers) -> None:
        self._chosen = chosen
        self._readers = readers

    def of(self, contact: int, below: int = END) -> Contact:
        """Made from the contact's rows with an id < ``below``, walked from its newest one."""
        made = Contact(contact)
        reader = self._readers(contact)
        held = reader.contacts([contact]).get(contact)
        if held is None:
            return made
        rows = [row for row in timeline(reader.log_row, held.last) if row.id < below]
        for row, taken in standing([(row, message.decode(row.body)) for row in reversed(rows)]):
            self.take(made, taken, row.now)
        return made

    def take(self, made: Contact, taken: Message, now: int) -> None:
        """The next message, consumed at ``now`` (ms)."""
        match taken:
            case Adopted(source) if source not in made.pasts:
                other = self.of(source)
                made.pasts = [*made.pasts, source, *other.pasts]
                self._chosen.join(made, other, now)
            case Restored(source, _, half):
                reader = self._readers(source)
                for row in filter(None, map(reader.log_row, half.rows)):
                    self.take(made, message.decode(row.body), row.now)
            case _:
                self._chosen.take(made, taken, now)


def standing(lived: list[tuple[LogRow, Message]]) -> list[tuple[LogRow, Message]]:
    """Without merges that were undone since, and without what went to whoever was restored then."""
    stands: list[tuple[LogRow, Message]] = []
    for row, taken in lived:
        if isinstance(taken, Unmerged):
            gone = {*taken.other.rows, _merge_of(taken.source, stands)}
            stands = [one for one in stands if one[0].id not in gone]
        else:
            stands.append((row, taken))
    return stands


def _merge_of(source: int, lived: list[tuple[LogRow, Message]]) -> int:
    """The row of the latest merge of ``source``, 0 when it is there no more."""
    merges = [r.id for r, m in lived if isinstance(m, Adopted) and m.source == source]
    return merges[-1] if merges else 0
