"""Companies in the slot of their key: made when first told of, kept by the commit of what they were told."""

from typing import Any

import msgspec

from engine.domain import fact, message
from engine.domain.effect import InformMember, TellCompany
from engine.domain.fact import Fact
from engine.domain.intake import company
from engine.domain.message import CompanyLearned, CompanyTold
from engine.domain.profile.identity import company_key, contact_id, slot_of_key
from engine.domain.scores.company_score import Company, value
from engine.domain.scores.gauge import Gauge
from engine.ports.host_store import CompanyRow, LogRow
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.retention import PERSON
from engine.runtime.state.memory import Memory


def tell(batch: Batch, hop: TellCompany, depth: int) -> CompanyLearned:
    """Let the company consume what a contact told it; its other contacts hear when it changed."""
    row = _row(batch, hop.company)
    told = CompanyTold(
        hop.company, hop.contact, hop.at, hop.scores, hop.attributes, hop.public, hop.gone
    )
    outcome = company.step(company.decode(row.state), told)
    facts = [Fact("company_told", "", batch.now)]
    facts += [Fact("company_refused", "", batch.now, name) for name in outcome.refused]
    _keep(batch, row, outcome.company, told, facts)
    attributes = outcome.company.attributes
    if outcome.changed:
        for contact in outcome.company.contacts:
            if contact != hop.contact:
                inform = InformMember(contact, hop.company, attributes)
                batch.hop(row.id, contact, depth, inform)
    return CompanyLearned(hop.company, attributes)


def answer(memory: Memory, method: str, body: bytes) -> Any:
    """``company`` by its key, or the first ``companies``."""
    if method == "company":
        return report(memory, body.decode())
    return reports(memory, msgspec.msgpack.decode(body, type=int))


def report(memory: Memory, key: str) -> dict[str, Any] | None:
    """One company as plain data; its scores as of now."""
    row = memory.store.companies([key]).get(key)
    return _told(memory, company.decode(row.state)) if row else None


def reports(memory: Memory, limit: int) -> list[dict[str, Any]]:
    """The first ``limit`` of this host, by key."""
    rows = memory.store.all_companies("", limit)
    return [_told(memory, company.decode(row.state)) for row in rows]


def _told(memory: Memory, told: Company) -> dict[str, Any]:
    book, now = memory.rulebook, memory.instant()
    return {
        "company": told.key,
        "id": told.id,
        "attributes": told.attributes,
        "contacts": told.contacts,
        "scores": {
            score.score: round(
                value(score, told, book.gauges.get(score.of, Gauge(score.of)), now), 3
            )
            for score in book.definitions.company_scores
        },
    }


def _row(batch: Batch, group: str) -> CompanyRow:
    staged = batch.companies.get(group) or batch.memory.store.companies([group]).get(group)
    if staged is not None:
        return staged
    number = contact_id(batch.next_contact, slot_of_key(company_key(group)))
    batch.next_contact += 1
    batch.count("companies")
    return CompanyRow(group, number, company.encode(Company(number, group)), 0)


def _keep(
    batch: Batch, row: CompanyRow, after: Company, told: CompanyTold, facts: list[Fact]
) -> None:
    log = LogRow(
        batch.next_log,
        row.id,
        PERSON,
        row.last,
        batch.now,
        batch.memory.rulebook.version,
        message.encode(told),
        fact.encode(facts),
    )
    batch.next_log += 1
    batch.write.log.append(log)
    fact.tally(batch.counters, facts)
    batch.companies[row.key] = CompanyRow(row.key, row.id, company.encode(after), log.id)
