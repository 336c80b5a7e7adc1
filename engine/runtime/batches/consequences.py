"""What a step asks for, staged in its batch: messages, hops, rows."""

from typing import TYPE_CHECKING, Literal

import msgspec

from engine.domain import effect
from engine.domain.intake import order_key
from engine.domain.profile import codec
from engine.domain.profile.identity import company_key, quota_key, slot_of_key
from engine.ports.host_store import ErasingRow, Erasure, OutboxRow, ReviewRow
from engine.runtime import envelope
from engine.runtime.batches.claiming import stage_claim
from engine.runtime.state import line
from engine.runtime.state.outbox import moving

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch


def stage(batch: "Batch", contact: int, effects: list[effect.Effect], depth: int) -> None:
    for asked in effects:
        match asked:
            case effect.Send():
                _send(batch, asked)
            case effect.KeepOrders(keys, of):
                batch.orders.update((of or contact, key) for key in keys)
            case effect.Erase(rule):
                _wish(batch, contact, rule)
            case effect.Settle(key, outcome):
                if outcome != "deferred":
                    finish(batch, key)
            case effect.Review(other, key, source, message_id):
                row = ReviewRow(contact, other, key, batch.now, source, message_id)
                batch.write.reviews.append(row)
            case effect.ReviewOver(other):
                batch.write.reviews_gone.append((contact, other))
            case _:
                _hop(batch, contact, asked, depth)


def finish(batch: "Batch", key: str) -> None:
    """The message needs its row no longer; what waits behind it goes on."""
    row = batch.outbox_row(key)
    batch.settle(key)
    if row is not None:
        line.move_up(batch, row)


def _wish(batch: "Batch", contact: int, rule: str) -> None:
    """That the contact be erased; it may be on its way already."""
    if contact not in batch.memory.erasing:
        batch.write.erasure = batch.write.erasure or Erasure()
        batch.write.erasure.erasing.append(ErasingRow(contact, batch.now, rule))


def _hop(batch: "Batch", contact: int, hop: effect.Asked, depth: int) -> None:
    match hop:
        case effect.ClaimKey():
            stage_claim(batch, contact, hop, depth)
        case effect.AskYield(to, _, via):
            batch.hop(contact, to, depth if via else 0, hop)
        case effect.Adopt(to):
            batch.hop(contact, to, depth, _with_queued(batch, contact, hop))
        case effect.Restore(to):
            batch.hop(contact, to, 0, hop)
        case effect.Witness(to) | effect.InformMember(to):
            batch.hop(contact, to, depth, hop)
        case effect.TellCompany(company):
            batch.hop(contact, slot_of_key(company_key(company)), 0, hop)
        case effect.AskTicket(scenario):
            batch.hop(contact, slot_of_key(quota_key(scenario)), depth, hop)
        case effect.Suppress() | effect.Lift():
            _suppress(batch, contact, hop, depth)


def _suppress(
    batch: "Batch", contact: int, asked: effect.Suppress | effect.Lift, depth: int
) -> None:
    """Here, and in every other host."""
    hashed = asked.hashed or batch.memory.suppressed.hashed(asked.address)
    told = msgspec.structs.replace(asked, address="", hashed=hashed)
    batch.suppress(told)
    for host in range(batch.memory.table.hosts):
        if host != batch.memory.host:
            batch.hop(contact, host, depth, told)


def _send(batch: "Batch", send: effect.Send) -> None:
    """With credit free the row is ``sending`` from its first commit on.

    A message decided earlier, which a merge brings, is asked about again at its hand-over.
    """
    clear = batch.credit > 0 and send.at == batch.now and not send.held
    clear = clear and not batch.suppressed(send) and not line.waits(batch, send.key, send.contact)
    waits: Literal["held", "queued"] = "held" if send.held > batch.now else "queued"
    row = OutboxRow(
        send.key,
        send.contact,
        "sending" if clear else waits,
        send.attempts,
        max(batch.now, send.held),
        envelope.encode(send),
    )
    batch.outbox[send.key] = row
    if clear:
        batch.credit -= 1
        batch.sending.append(send.key)


def _with_queued(batch: "Batch", contact: int, adopt: effect.Adopt) -> effect.Adopt:
    """The messages that a merged contact had queued go with it; those under way end here."""
    rows = batch.queued(contact)
    for row in rows:
        batch.settle(row.key)
    sends = tuple(moving(row) for row in rows)
    return effect.Adopt(adopt.to, adopt.state, sends, _earlier_orders(batch, adopt))


def _earlier_orders(batch: "Batch", adopt: effect.Adopt) -> tuple[bytes, ...]:
    """Keys that only this host's store has, for a survivor elsewhere: here it asks by its pasts."""
    contact = codec.decode(adopt.state)
    memory = batch.memory
    elsewhere = memory.table.host_of_contact(adopt.to) != memory.host
    if not elsewhere or not order_key.may_have_spilled(contact.orders):
        return ()
    of = (contact.id, *contact.pasts)
    keys = {key for one in of for key in memory.store.orders_of(one)}
    keys |= {key for one, key in batch.orders if one in of}
    return tuple(sorted(keys))
