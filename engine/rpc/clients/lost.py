"""What a producer could not have kept, and what its owner is told of it."""

import logging
from collections.abc import Callable, Iterable

import msgspec

from engine.errors import BadRequest, Busy, NotAllowed, RequestError, Unknown
from engine.rpc import relance_pb2 as pb
from engine.rpc.clients.answer import Answer
from engine.rpc.clients.retrying import FIRST_PAUSE, LONGEST_PAUSE, SHORTEST_PAUSE

_FOR_GOOD = (BadRequest, NotAllowed, Unknown)
_log = logging.getLogger(__name__)


class Lost(msgspec.Struct, frozen=True):
    """One event that was not kept: ``code`` is for machines, ``reason`` for people."""

    message_id: str
    code: str
    reason: str


Tell = Callable[[list[Lost]], None]


def log(lost: list[Lost]) -> None:
    """What is told when nobody else asks for it."""
    for one in lost:
        _log.error("event %s was not kept: %s (%s)", one.message_id, one.reason, one.code)


def refused(answers: Iterable[Answer]) -> list[Lost]:
    return [Lost(a.message_id, a.code, a.reason) for a in answers if a.outcome == "rejected"]


def all_of(events: Iterable[pb.Event], error: RequestError) -> list[Lost]:
    return [Lost(event.message_id, error.code, str(error)) for event in events]


def told(tell: Tell, lost: list[Lost]) -> None:
    """A listener that fails must not stop what it listens to."""
    if not lost:
        return
    try:
        tell(lost)
    except Exception:  # noqa: BLE001 - it is the caller's own
        _log.exception("whoever is told of lost events failed")
        log(lost)


class Pause:
    """How long to wait after a call that failed."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def over(self) -> None:
        self._next = FIRST_PAUSE

    def after(self, error: RequestError) -> float | None:
        """Seconds; None when the call would fail again however long one waits."""
        if isinstance(error, Busy):
            return max(error.retry_after, SHORTEST_PAUSE)
        if isinstance(error, _FOR_GOOD):
            return None
        seconds, self._next = self._next, min(2 * self._next, LONGEST_PAUSE)
        return seconds
