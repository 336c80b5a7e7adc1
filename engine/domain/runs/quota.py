"""A quota: who may enter a capped scenario when, over all contacts. An actor with a step of its own.

Contacts reach it by hops and ask for a ticket: leave to enter in one period. It counts the tickets of each
period, those of the periods to come too, so whoever waits has its turn and asks no second time. A ticket that
is not used is given back, and goes to the next who asks.

What is asked again, because an answer was lost, is answered as it was: a host sends no more than AT_ONCE
hops before it has kept what came back, so twice as many answers are remembered for each.
"""

from typing import Any

import msgspec

from engine.domain.effect import AskTicket
from engine.domain.language.entry_cap import EntryCap, period_at
from engine.domain.message import AdoptionSettled, Message, TicketAnswered, TicketAsked
from engine.domain.rulebooks.rulebook import Rulebook

AHEAD = 90
"""Periods ahead that are given out; who would have to wait longer is turned away."""
REMEMBERED = 200
"""Answers remembered for each host."""
FOREVER = 1 << 62

Cells = dict[int, tuple[int, int]]
"""When a period begins -> when it is over, and how many tickets are out for it."""


class Quota(msgspec.Struct, frozen=True, array_like=True):
    """``cells`` by what they are (hour, day, week); ``answers`` by host: number of the hop -> the period."""

    id: int
    scenario: str
    cells: dict[str, Cells] = {}
    answers: dict[int, dict[int, tuple[int, int]]] = {}


class QuotaOutcome(msgspec.Struct, frozen=True):
    """``fresh``: it had not been asked before."""

    quota: Quota
    answer: Message
    fresh: bool = True


def step(quota: Quota, asked: TicketAsked, rulebook: Rulebook, now: int) -> QuotaOutcome:
    """Pure; ``quota`` stays as it was."""
    ask, answers = asked.ask, quota.answers.get(asked.host, {})
    cap = _cap(ask, rulebook)
    if asked.number in answers:
        return QuotaOutcome(quota, _answer(ask, answers[asked.number], cap), fresh=False)
    cells = {per: _current(held, now) for per, held in quota.cells.items()}
    _take_back(cells, ask)
    period = (0, 0)
    if ask.wants:
        at = max(now, ask.at)
        period = _given(cells.setdefault(cap.per, {}), cap, at, rulebook.zone) if cap else ALWAYS
    kept = [*answers.items(), (asked.number, period)][-REMEMBERED:]
    after = Quota(quota.id, quota.scenario, cells, quota.answers | {asked.host: dict(kept)})
    return QuotaOutcome(after, _answer(ask, period, cap))


ALWAYS = (0, FOREVER)
"""The period of a scenario that has no cap any more."""


def _cap(ask: AskTicket, rulebook: Rulebook) -> EntryCap | None:
    """The cap by the later rulebook, the asking contact's or the one in force here."""
    if ask.rulebook >= rulebook.version:
        return msgspec.convert({"most": ask.most, "per": ask.per, "then": ask.then}, EntryCap)
    plan = rulebook.in_force.get(ask.scenario)
    return plan.cap if plan else None


def _current(cells: Cells, now: int) -> Cells:
    return {since: cell for since, cell in cells.items() if cell[0] > now}


def _take_back(cells: dict[str, Cells], ask: AskTicket) -> None:
    held = cells.get(ask.back_per, {})
    if ask.back in held:
        until, out = held[ask.back]
        held[ask.back] = until, out - 1


def _given(cells: Cells, cap: EntryCap, at: int, zone: str) -> tuple[int, int]:
    """A place in the first period with room, (0, 0) for none; ``cells`` is changed in place.

    Periods that began under another clock of the workspace end as they were to.
    """
    free = at
    for since in sorted(cells):
        until, out = cells[since]
        if since > free:
            break
        if until > free and out < cap.most:
            cells[since] = until, out + 1
            return since, until
        if until > free and cap.then == "skip":
            return 0, 0
        free = max(free, until)
    if len(cells) >= AHEAD:
        return 0, 0
    since, until = period_at(free, cap.per, zone)
    since = max([since, *(cell[0] for cell in cells.values() if cell[0] <= free)])
    until = min([until, *(one for one in cells if one > free)])
    cells[since] = until, 1
    return since, until


def _answer(ask: AskTicket, period: tuple[int, int], cap: EntryCap | None) -> Message:
    if not ask.wants:
        return AdoptionSettled()
    most, per = (cap.most, cap.per) if cap else (0, "")
    return TicketAnswered(ask.scenario, ask.run, *period, most, per)


def told(quota: Quota, cap: EntryCap, now: int) -> dict[str, Any]:
    """``taken`` of ``most`` in the period that is; ``ahead`` wait, the last until ``latest`` (ms)."""
    cells = _current(quota.cells.get(cap.per, {}), now)
    ahead = {since: out for since, (_, out) in cells.items() if since > now and out}
    return {
        "taken": sum(out for since, (_, out) in cells.items() if since <= now),
        "ahead": sum(ahead.values()),
        "latest": max(ahead, default=0),
    }


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Quota)


def encode(quota: Quota) -> bytes:
    return _encoder.encode(quota)


def decode(raw: bytes) -> Quota:
    return _decoder.decode(raw)
