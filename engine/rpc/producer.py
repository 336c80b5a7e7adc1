"""Sending without waiting, from threads: a bounded buffer, and a thread that empties it in batches."""

from collections.abc import Mapping
from threading import Condition, Thread
from typing import Any, Self

from engine.errors import Busy, RequestError
from engine.rpc import relance_pb2 as pb
from engine.rpc.client import PATIENCE, Relance
from engine.rpc.clients import lost, outgoing
from engine.rpc.clients.buffer import MOST, Buffer
from engine.rpc.clients.lost import Lost, Pause, Tell


class Producer:
    """``with Producer(relance) as producer: producer.send(track("Order Completed", user_id="42"))``

    What the engine cannot take now is sent again, with the same ids, until it can. ``most`` events wait
    at once; when they do, ``send`` waits ``wait`` seconds for room. ``tell`` hears, from the producer's
    thread, of events that were not kept. What waits is in memory: it dies with the process.
    """

    def __init__(
        self, relance: Relance, most: int = MOST, wait: float = 5.0, tell: Tell = lost.log
    ) -> None:
        self._relance = relance
        self._wait = wait
        self._tell = tell
        self._buffer = Buffer(most)
        self._changed = Condition()
        self._closing = False
        self._thread = Thread(target=self._work, name="relance-producer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def send(self, event: Mapping[str, Any]) -> str:
        """The event's message id. Raises BadRequest, Busy when there is no room, RequestError once closed."""
        made = outgoing.event(event)
        with self._changed:
            if not self._changed.wait_for(self._has_room, self._wait):
                raise Busy(self._wait, f"{len(self._buffer)} events wait here for the engine")
            if self._closing:
                raise RequestError("this producer is closed: make another one")
            self._buffer.add(made)
            self._changed.notify_all()
        return made.message_id

    def flush(self, patience: float = PATIENCE) -> bool:
        """Whether, within ``patience`` seconds, nothing waited any more."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._buffer, patience)

    def close(self, patience: float = PATIENCE) -> None:
        """Flush, and stop; what still waits then is told as lost. The Relance stays open."""
        self.flush(patience)
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        left = RequestError("the producer was closed before the engine took it")
        lost.told(self._tell, lost.all_of(self._buffer.rest(), left))

    def _has_room(self) -> bool:
        return self._closing or not self._buffer.full

    def _work(self) -> None:
        pause = Pause()
        while request := self._next():
            try:
                missed = lost.refused(self._relance.push_request(request, 0))
            except RequestError as error:
                seconds = pause.after(error)
                if seconds is not None:
                    self._rest(seconds)
                    continue
                missed = lost.all_of(request.events, error)
            pause.over()
            self._settle(request, missed)

    def _next(self) -> pb.PushRequest | None:
        """None when the work is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._buffer)
            return None if self._closing else self._buffer.oldest()

    def _rest(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing, seconds)

    def _settle(self, request: pb.PushRequest, missed: list[Lost]) -> None:
        lost.told(self._tell, missed)
        with self._changed:
            self._buffer.settled(request)
            self._changed.notify_all()
