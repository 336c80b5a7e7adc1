"""What a cap on entries did to a contact, told in words: who asked for leave, and what became of it."""

from collections.abc import Iterator
from typing import Any

from engine.domain.fact import Fact
from engine.domain.language.entry_cap import EntryCap
from engine.domain.message import Act, TicketAnswered, TimerFired
from engine.domain.profile.calendar import written
from engine.domain.runs.entry import WORDS
from engine.replay.life import Moment

Told = dict[str, Any]


def asked_in(moments: list[Moment], run: str) -> Moment | None:
    """The moment in which leave to start the run was asked for; None when it needed none."""
    return next(
        (m for m in moments for f in m.facts if f.what == "ticket_asked" and f.detail == run), None
    )


def lines(moment: Moment, scenario: str, cap: EntryCap | None) -> Iterator[Told]:
    for fact in moment.facts:
        if fact.subject == scenario:
            yield from _line(moment, fact, f"{cap.most} a {cap.per}" if cap else "a cap")


def _line(moment: Moment, fact: Fact, cap: str) -> Iterator[Told]:
    at = written(fact.at)
    match fact.what, fact.detail:
        case "entry_capped", run:
            yield {"at": at, "what": "not entered", "why": f"{cap} had entered", "run": run}
        case "entry_waits", [run, since]:
            why = f"{cap} had entered: its turn comes at {written(since)}"
            yield {"at": at, "what": "waits", "why": why, "run": run}
        case "entry_refused", why if _waited(moment):
            yield {"at": at, "what": "not entered", "why": WORDS.get(str(why), str(why))}
        case _:
            pass


def _waited(moment: Moment) -> bool:
    """Whether it had leave to enter: no trigger has come in this moment."""
    return isinstance(moment.message, TicketAnswered | TimerFired | Act)
