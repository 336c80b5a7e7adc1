"""A client that retries until every event is acknowledged, and remembers each answer."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from queue import Empty, Queue

from engine.errors import RequestError
from engine.rpc.client import Relance
from tests.acceptance.shop import Item

THREADS = 4
PATIENCE = 5.0
PAUSE = 0.1


class Pusher:
    """``acknowledged`` counts the answers by message id; ``refused`` holds what was rejected."""

    def __init__(self, connect: Callable[[], Relance], threads: int = THREADS) -> None:
        self.acknowledged: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.refused: list[str] = []
        self.retries = 0
        self._connect = connect
        self._work: Queue[Sequence[Item]] = Queue()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._push) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def push(self, batch: Sequence[Item]) -> None:
        """A batch goes as one call; its events arrive in this order."""
        self._work.put(batch)

    def join(self) -> None:
        """Until everything given so far is acknowledged."""
        self._work.join()

    def close(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _push(self) -> None:
        with self._connect() as client:
            while not self._ended.is_set():
                try:
                    batch = self._work.get(timeout=0.05)
                except Empty:
                    continue
                self._insist(client, batch)
                self._work.task_done()

    def _insist(self, client: Relance, batch: Sequence[Item]) -> None:
        while not self._ended.is_set():
            try:
                answers = client.push(batch, PATIENCE)
            except RequestError:
                with self._lock:
                    self.retries += 1
                time.sleep(PAUSE)
                continue
            with self._lock:
                for answer in answers:
                    self.outcomes[answer.outcome] += 1
                    if answer.outcome == "rejected":
                        self.refused.append(f"{answer.message_id}: {answer.reason}")
                    else:
                        self.acknowledged[answer.message_id] += 1
            return
