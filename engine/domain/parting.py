"""Parting: what each of two merged contacts would be, had each lived alone what came by its keys.

    an event               goes to the side whose key it names; with keys of both, to the survivor
    a receipt, a link      to the side of the run that made the message
    an operator's act      to the survivor
    a decision             to the side whose contact was handed off
    timers                 each side has its own, at their own instants
    a key bound since      is of the side that named it
    a merge undone since   is left out, with what went to the one restored then

Everything that a state holds is lived anew by ``step``, under the rulebook of that time; what a step
would have sent is dropped, for what has left has left. Runs alone are not taken from the replay as
they come, so that no message leaves twice and none is lost:

    sent nothing, in truth and in the replay   as the replay has it
    under way in the merged contact            as it stands there
    dropped by the merge                       where it stood before, with the timer it had
    ended in the merged contact                ended
    started since                              goes to the side whose message started it
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.domain.effect import KeepOrders, Send, contact_of
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.handoffs import handoff
from engine.domain.intake.order_key import keys_of
from engine.domain.intake.review import MOST
from engine.domain.merges.ticket_share import TicketShare
from engine.domain.message import (
    Act,
    CompanyLearned,
    Decided,
    HopMessage,
    LedOn,
    Message,
    Rebuilt,
    Receipt,
    Stated,
    TimerFired,
    Unmerged,
    imprint_of,
)
from engine.domain.profile import rising
from engine.domain.profile.contact import Contact, Run, Ticket, timer_of, watch_of
from engine.domain.profile.dedupe import with_seen
from engine.domain.profile.identity import Claim
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.runs.entry import entry_of
from engine.domain.runs.ticket import taken
from engine.domain.step import step

ALL = 1 << 30
OF_RUNS = ("run:", "watch:")
"""How timers begin that belong to runs."""


class Taken(NamedTuple):
    """A row of the survivor's log since the merge."""

    id: int
    now: int
    rulebook: int
    message: Message
    facts: list[Fact]


class Side:
    """One of the two, lived anew. ``run`` ids of messages that the replay would have sent: ``sends``."""

    def __init__(self, contact: Contact, book: Rulebook) -> None:
        self.before = contact
        self.contact = contact
        self.book = book
        self.keys = dict.fromkeys(contact.keys)
        self.owed: dict[str, None] = {}
        self.rows: list[int] = []
        self.orders: list[bytes] = []
        self.sends: set[str] = set()

    def take(self, row: Taken, book: Rulebook) -> None:
        self.until(row.now)
        self.book = book
        self.rows.append(row.id)
        self._step(row.message, row.now)

    def hear(self, row: Taken) -> None:
        """What is said of both."""
        self.until(row.now)
        self._step(row.message, row.now)

    def until(self, now: int) -> None:
        """Its own timers, each at its instant."""
        while 0 < self.contact.due <= now:
            self._step(TimerFired(), self.contact.due)

    def bring(self, book: Rulebook, now: int) -> None:
        """To this instant, under the rulebook in force."""
        self.until(now)
        self.book = book
        self._step(TimerFired(), now)

    def _step(self, message: Message, now: int) -> None:
        outcome = step(self.contact, message, self.book, now)
        self.contact = outcome.contact
        self.contact.claims = []
        self.contact.keys = list(self.keys)
        for effect in outcome.effects:
            if isinstance(effect, Send):
                self.sends.add(run_of(effect.key))
            elif isinstance(effect, KeepOrders):
                self.orders += effect.keys

    def hold(self, key: str) -> None:
        self.keys[key] = None
        self.contact.keys = list(self.keys)

    def release(self, key: str) -> None:
        self.keys.pop(key, None)
        self.contact.keys = list(self.keys)


class Parting:
    """``mine`` is the survivor before the merge, ``other`` who merged into it, both under this rulebook.

    ``sends`` are the messages that the other brought. ``seen`` is all that was taken since, or led on,
    whoever it was for: a retry may name keys of both.
    """

    def __init__(
        self,
        mine: Contact,
        other: Contact,
        books: Mapping[int, Rulebook],
        book: Rulebook,
        sends: Iterable[Send] = (),
    ) -> None:
        self.mine, self.other = Side(mine, book), Side(other, book)
        self._books = books
        self._named = {claim.key: self.mine for claim in mine.claims}
        self._named |= {claim.key: self.other for claim in other.claims}
        self._runs = {run_of(send.key): self.other for send in sends}
        for side in (self.mine, self.other):
            self._runs.update(dict.fromkeys(_begun(side.before), side))
        self._sent: set[str] = set()
        self._tickets = TicketShare(mine, other)
        self.seen = b""

    def live(self, merge: Taken, rows: Sequence[Taken]) -> None:
        """What came since; of the merge's own row, what the two did in it once they were one."""
        undone, told = _undone(rows), [fact.what for fact in merge.facts]
        self._note(merge.facts[told.index("merged") :], merge.now, self.mine)
        for row in rows:
            if isinstance(row.message, CompanyLearned):
                for side in (self.mine, self.other):
                    side.hear(row)
                self._note(row.facts, row.now, self.mine)
                continue
            taker = None if row.id in undone else self._side_of(row.message)
            if taker is not None:
                taker.take(row, self._books[row.rulebook])
            self._note(row.facts, row.now, taker or self.mine)
            if imprint := imprint_of(row.message):
                self.seen = with_seen(self.seen, imprint, row.now, ALL)

    def _side_of(self, message: Message) -> Side | None:
        """None for what neither takes."""
        match message:
            case Event():
                return self._side_of_event(message)
            case Receipt(key=key) | Stated(key=key) | Decided(id=key) if key:
                return self.side_of_run(run_of(key))
            case TimerFired() | Rebuilt() | LedOn() | Unmerged() | Act(act="merge"):
                return None
            case _:
                return None if isinstance(message, HopMessage) else self.mine

    def _side_of_event(self, event: Event) -> Side:
        of_mine = any(key in self.mine.keys for key in event.keys)
        of_other = any(key in self.other.keys for key in event.keys)
        side = self.other if of_other and not of_mine else self.mine
        for key in event.keys:
            if key not in self.mine.keys and key not in self.other.keys:
                self._named.setdefault(key, side)
        return side

    def side_of_run(self, run: str) -> Side:
        """By who started it: its id tells, but for one started while the two were one, now or once before."""
        started = self._runs.get(run)
        if started is not None:
            return started
        before = self.other.before
        return self.other if contact_of(run) in (before.id, *before.pasts) else self.mine

    def _note(self, facts: Sequence[Fact], now: int, side: Side) -> None:
        """What the merged contact made of a row in truth: keys, runs and messages."""
        for fact in facts:
            match fact.what:
                case "bound" if fact.detail not in self.mine.keys:
                    self._bind(fact.detail)
                case "released":
                    self.mine.release(fact.detail)
                    self.other.release(fact.detail)
                case "ticket_asked":
                    self._runs[fact.detail] = side
                    self._tickets.asked.add(fact.detail)
                case "run_entered" if fact.detail in self._tickets.asked:
                    self._tickets.entered[fact.subject, now] = fact.detail
                case "run_entered":
                    self._runs[fact.detail] = side
                case "handoff_raised":
                    self._runs[fact.detail[0]] = side
                case "intended":
                    self._sent.add(run_of(fact.detail))
                case _:
                    pass

    def _bind(self, key: str) -> None:
        """Its directory leads to the survivor now, so the other has to claim it anew."""
        owner = self.other if key in self.other.keys else self._named.get(key, self.mine)
        owner.hold(key)
        owner.owed[key] = None

    @property
    def strays(self) -> set[bytes]:
        """Keys of orders that are the other's alone; the survivor's store may have them from both."""
        mine, other = (
            {*side.orders, *keys_of(side.before.orders), *keys_of(side.contact.orders)}
            for side in (self.mine, self.other)
        )
        return other - mine

    def halves(self, merged: Contact, book: Rulebook, now: int) -> tuple[Contact, Contact]:
        """The two as they go on from here; ``merged`` is what they are together, at this instant."""
        for side in (self.mine, self.other):
            side.bring(book, now)
            self._give_runs(side, merged)
            self._give_tickets(side, merged)
            self._give_handoffs(side, merged)
        mine, other = self.mine.contact, self.other.contact
        mine.seen = merged.seen
        mine.entered = max(mine.entered, merged.entered)
        past = (other.id, *self.other.before.pasts)
        mine.pasts = [one for one in merged.pasts if one not in past]
        since = [one for one in merged.reviews if one not in self.other.before.reviews]
        mine.reviews = list(dict.fromkeys([*self.mine.before.reviews, *since]))[-MOST:]
        mine.keys = [key for key in merged.keys if key not in self.other.keys]
        other.keys = [key for key in self.other.keys if key not in self.other.owed]
        owed = [key for key in self.other.owed if key in merged.keys]
        if other.companies:
            other.told = max(other.told, now) + 1
        other.claims = [Claim(key, now + 1, rebind=-mine.id) for key in owed]
        other.risen = rising.risen(other)
        mine.risen = rising.joined(merged, other)
        return mine, other

    def _give_runs(self, side: Side, merged: Contact) -> None:
        replayed, contact = side.contact, side.contact
        timers = {name: at for name, at in contact.timers.items() if not name.startswith(OF_RUNS)}
        runs: list[Run] = []
        for run, held in self._runs_of(side, merged):
            if any(entry_of(one) == entry_of(run) for one in runs):
                continue
            runs.append(run)
            for entry in (run.scenario, entry_of(run)):
                entered = replayed.entries.get(entry, 0)
                contact.entries[entry] = max(run.entered, entered)
            for owner in (timer_of(run), watch_of(run)):
                if owner in held.timers:
                    timers[owner] = held.timers[owner]
        contact.runs, contact.timers = runs, timers

    def _give_tickets(self, side: Side, merged: Contact) -> None:
        def is_own(run: str) -> bool:
            return self.side_of_run(run) is side

        self._tickets.give(side.contact, side.before, merged, is_own, self._let_go)

    def _give_handoffs(self, side: Side, merged: Contact) -> None:
        contact, timers = side.contact, side.contact.timers
        ids = {one.id for one in merged.handoffs.values()}
        mine = {one for one in ids if self.side_of_run(one) is side}
        for one in contact.handoffs.values():
            if one.id in mine or one.id not in {held.id for held in side.before.handoffs.values()}:
                timers.pop(one.timer, None)
        contact.handoffs = handoff.parted(
            merged.handoffs, mine, contact.handoffs, side.before.handoffs
        )
        for one in contact.handoffs.values():
            if one.id in mine and one.timer in merged.timers:
                timers[one.timer] = merged.timers[one.timer]

    def _runs_of(self, side: Side, merged: Contact) -> Iterator[tuple[Run, Contact]]:
        """Its runs, each with the contact whose timer for it counts; those of the merged one first."""
        replayed = {run.id: run for run in side.contact.runs}
        before = {run.id for run in side.before.runs}
        quiet = before - self._sent - side.sends
        there = {run.id for run in merged.runs}
        for run in merged.runs:
            if self.side_of_run(run.id) is not side:
                continue
            if run.id not in quiet:
                yield run, merged
        for run in side.before.runs:
            if run.id in quiet and run.id in replayed:
                yield replayed[run.id], side.contact
            elif run.id not in quiet and run.id not in there and self._dropped(run):
                yield run, side.before

    def _dropped(self, run: Run) -> bool:
        """Whether the merge let go of the run, because the survivor had entered that scenario before."""
        theirs = run in self.other.before.runs
        return theirs and entry_of(run) in self.mine.before.entries

    def _let_go(self, ticket: Ticket) -> bool:
        """Whether the merge gave the ticket back, because the survivor had entered or asked itself."""
        theirs = ticket in self.other.before.tickets
        return theirs and entry_of(ticket) in taken(self.mine.before)


def _begun(contact: Contact) -> Iterator[str]:
    """The ids of what is under way."""
    yield from (run.id for run in contact.runs)
    yield from (offer.id for offer in contact.handoffs.values())
    yield from (ticket.id for ticket in contact.tickets)


def run_of(key: str) -> str:
    """The run that made a message's key."""
    return key.partition("/")[0]


def _undone(rows: Sequence[Taken]) -> set[int]:
    """Rows of merges that were undone since: what went to the one restored then is its own now."""
    gone: set[int] = set()
    for row in rows:
        if isinstance(row.message, Unmerged):
            gone.update(row.message.other.rows)
    return gone
