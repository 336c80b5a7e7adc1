"""The fold of a store's log: what every contact was after each message, made again by the step itself.

A row holds all that a step was given: the message, its ``now``, the rulebook's version. So the fold
needs no clock and no store but the log, and whatever is asked of the past is asked of it.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from engine.domain import message
from engine.domain.intake import company
from engine.domain.message import CompanyTold, TicketAsked
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.runs import quota
from engine.domain.runs.quota import Quota
from engine.domain.scores.company_score import Company
from engine.domain.step import Outcome, step
from engine.errors import StoreError
from engine.ports.host_store import LogRow


class Log(Protocol):
    """The part of ``HostStore`` that is read."""

    def log(self, after: int, limit: int) -> list[LogRow]: ...


class Lived(NamedTuple):
    """A row, and what the step made of it: the contact after it, the facts, the effects."""

    row: LogRow
    outcome: Outcome


class Fold:
    """``contacts`` as of the last row taken. ``cut`` tells of each contact whose earlier rows retention

    has deleted the instant (ms) from which on rows are there: its state cannot be made again.
    """

    def __init__(self, rulebooks: Mapping[int, Rulebook]) -> None:
        self.contacts: dict[int, Contact] = {}
        self.companies: dict[str, Company] = {}
        self.quotas: dict[str, Quota] = {}
        self.cut: dict[int, int] = {}
        self._rulebooks = rulebooks
        self._newest: dict[tuple[int, int], int] = {}

    def take(self, row: LogRow) -> Outcome | None:
        """The next row, in id order; None for a cut contact, a company, a quota. Raises StoreError."""
        before = self._newest.get((row.contact, row.klass), 0)
        self._newest[row.contact, row.klass] = row.id
        if row.contact in self.cut:
            return None
        if row.prev != before:
            self.cut[row.contact] = row.now
            self.contacts.pop(row.contact, None)
            return None
        taken = message.decode_row(row.body)
        if isinstance(taken, CompanyTold):
            held = self.companies.get(taken.company) or Company(row.contact, taken.company)
            self.companies[taken.company] = company.step(held, taken).company
            return None
        if isinstance(taken, TicketAsked):
            name = taken.ask.scenario
            asked = self.quotas.get(name) or Quota(row.contact, name)
            self.quotas[name] = quota.step(asked, taken, self._rulebook(row), row.now).quota
            return None
        contact = self.contacts.get(row.contact) or Contact(row.contact)
        outcome = step(contact, taken, self._rulebook(row), row.now)
        self.contacts[row.contact] = outcome.contact
        return outcome

    def _rulebook(self, row: LogRow) -> Rulebook:
        found = self._rulebooks.get(row.rulebook)
        if found is None:
            text = (
                f"log row {row.id} was taken under rulebook {row.rulebook}, which is not there: "
                "use the control store that belongs to this log"
            )
            raise StoreError(text)
        return found


def lived(log: Log, rulebooks: Mapping[int, Rulebook], slice_: int = 1_000) -> Iterator[Lived]:
    """The whole log from its beginning, in id order; rows of contacts that are cut are left out."""
    fold, after = Fold(rulebooks), 0
    while rows := log.log(after, slice_):
        for row in rows:
            outcome = fold.take(row)
            if outcome is not None:
                yield Lived(row, outcome)
        after = rows[-1].id
