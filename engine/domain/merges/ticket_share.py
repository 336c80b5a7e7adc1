"""Tickets at a parting: each goes to the one of the two who asked for it, with what came of it in truth.

What the replay asks for and is given is no leave at all: only the quota's answers in truth are.
"""

from collections.abc import Callable

import msgspec

from engine.domain.profile.contact import Contact, Ticket
from engine.domain.runs.entry import entry_of
from engine.domain.runs.ticket import TIMER, timer_of


class TicketShare:
    """``asked`` are the ids of all tickets since before the merge; ``entered`` the runs begun by them:

    scenario and instant -> run.
    """

    def __init__(self, *before: Contact) -> None:
        self.asked = {ticket.id for one in before for ticket in one.tickets}
        self.entered: dict[tuple[str, int], str] = {}

    def give(
        self,
        contact: Contact,
        before: Contact,
        merged: Contact,
        is_own: Callable[[str], bool],
        dropped: Callable[[Ticket], bool],
    ) -> None:
        """``contact`` is changed in place. What the merge let go of is to be asked for again."""
        own = [one for one in merged.tickets if is_own(one.id)]
        again = [
            msgspec.structs.replace(one, since=0, until=0, most=0, per="")
            for one in before.tickets
            if dropped(one)
        ]
        for name in [name for name in contact.timers if name.startswith(TIMER)]:
            del contact.timers[name]
        for ticket in own:
            if timer_of(ticket) in merged.timers:
                contact.timers[timer_of(ticket)] = merged.timers[timer_of(ticket)]
        contact.tickets = [*own, *again]
        self._remember(contact, before, merged, is_own)

    def _remember(
        self, contact: Contact, before: Contact, merged: Contact, is_own: Callable[[str], bool]
    ) -> None:
        """When it entered last: who still waits has not, whoever was let in has."""
        for ticket in contact.tickets:
            contact.entries.pop(entry_of(ticket), None)
            if entry_of(ticket) in before.entries:
                contact.entries[entry_of(ticket)] = before.entries[entry_of(ticket)]
        for entry, at in merged.entries.items():
            run = self.entered.get((entry.partition("\0")[0], at))
            if run is not None and is_own(run):
                contact.entries[entry] = at
