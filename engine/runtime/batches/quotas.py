"""Quotas in the slot of their scenario: made when first asked, kept by the commit of what they were asked."""

from typing import Any

from engine.domain import fact, message
from engine.domain.effect import AskTicket
from engine.domain.fact import Fact
from engine.domain.message import Message, TicketAnswered, TicketAsked
from engine.domain.profile.contact import Ticket
from engine.domain.profile.identity import contact_id, quota_key, slot_of_key
from engine.domain.runs import quota
from engine.domain.runs.quota import Quota
from engine.domain.runs.ticket import returned
from engine.ports.host_store import LogRow, QuotaRow
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.retention import PERSON
from engine.runtime.envelope import Question
from engine.runtime.state.memory import Memory

TOLD = "quota_told"


def ask(batch: Batch, hop: AskTicket, question: Question) -> Message:
    """Let the quota consume what a contact asks it."""
    row = _row(batch, hop.scenario)
    host = batch.memory.table.host_of_contact(question.contact)
    asked = TicketAsked(hop, host, question.number)
    outcome = quota.step(quota.decode(row.state), asked, batch.memory.rulebook, batch.now)
    if outcome.fresh:
        _keep(batch, row, outcome.quota, asked)
    return outcome.answer


def give_back(batch: Batch, contact: int, told: TicketAnswered) -> None:
    """Leave that has come for a contact which is no more."""
    if told.per:
        ticket = Ticket(told.run, told.scenario, "", 0, b"", *told.period)
        give_up(batch, contact, ticket)


def give_up(batch: Batch, contact: int, ticket: Ticket) -> None:
    """Leave that a contact holds, to its quota."""
    if ticket.per:
        batch.hop(contact, slot_of_key(quota_key(ticket.scenario)), 0, returned(ticket))


def reports(memory: Memory) -> dict[str, dict[str, Any]]:
    """How far the quotas of this host are used, by scenario; of those that are capped."""
    plans, now = memory.rulebook.in_force, memory.instant()
    return {
        row.scenario: quota.told(quota.decode(row.state), plan.cap, now)
        for row in memory.store.all_quotas()
        if (plan := plans.get(row.scenario)) is not None and plan.cap is not None
    }


def _row(batch: Batch, scenario: str) -> QuotaRow:
    staged = batch.quotas.get(scenario) or batch.memory.store.quotas([scenario]).get(scenario)
    if staged is not None:
        return staged
    number = contact_id(batch.next_contact, slot_of_key(quota_key(scenario)))
    batch.next_contact += 1
    return QuotaRow(scenario, number, quota.encode(Quota(number, scenario)), 0)


def _keep(batch: Batch, row: QuotaRow, after: Quota, asked: TicketAsked) -> None:
    facts = [Fact(TOLD, after.scenario, batch.now)]
    version = batch.memory.rulebook.version
    body, told = message.encode(asked), fact.encode(facts)
    log = LogRow(batch.next_log, row.id, PERSON, row.last, batch.now, version, body, told)
    batch.next_log += 1
    batch.write.log.append(log)
    fact.tally(batch.counters, facts)
    batch.quotas[row.scenario] = QuotaRow(row.scenario, row.id, quota.encode(after), log.id)
