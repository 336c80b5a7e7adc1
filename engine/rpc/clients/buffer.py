"""Events that wait in a sender's memory until a call takes them along: bounded, and in order."""

from collections import deque

from engine.rpc import relance_pb2 as pb
from engine.rpc.clients import outgoing

MOST = 10_000


class Buffer:
    """Takes no lock: whoever shares it does. ``most`` is a number of events."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._events: deque[pb.Event] = deque()

    def __len__(self) -> int:
        return len(self._events)

    @property
    def full(self) -> bool:
        return len(self._events) >= self._most

    def add(self, event: pb.Event) -> None:
        self._events.append(event)

    def oldest(self) -> pb.PushRequest:
        """As many as fit into one call; they stay until they are ``settled``."""
        return next(outgoing.calls(self._events), pb.PushRequest())

    def settled(self, request: pb.PushRequest) -> None:
        for _ in request.events:
            self._events.popleft()

    def rest(self) -> list[pb.Event]:
        """Everything that is left, taken out."""
        left = list(self._events)
        self._events.clear()
        return left
