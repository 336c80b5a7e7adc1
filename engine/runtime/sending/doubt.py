"""Messages that may have been taken: looked for at their provider until found, or surely absent.

A provider lists a message a while after it took it, so absence counts only after SETTLED; until then
the provider's own call may settle the matter in the host, and what is found here changes nothing more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from itertools import count

from engine.clock import Clock
from engine.domain.duration import MINUTE
from engine.errors import ChannelError, Refused, Unsure
from engine.ports.sending import Delivery, Outcome, Rendered, Searchable
from engine.rendering.render import CannotRender
from engine.runtime.sending.in_hand import InHand

EARLY = (2 * MINUTE, 5 * MINUTE)
SETTLED = 15 * MINUTE
AGAIN = 5 * MINUTE
"""Ms after the doubt began: looks that can only find; the first that may say absent; more, when the
provider did not answer."""
AT_ONCE = 2

_log = logging.getLogger(__name__)


def looks() -> Iterator[int]:
    yield from EARLY
    yield from count(SETTLED, AGAIN)


class Doubts:
    """Of one channel. ``prepare`` renders again what an earlier life had sent; ``settle`` is told once."""

    def __init__(
        self,
        channel: Searchable,
        clock: Clock,
        prepare: Callable[[Delivery], Awaitable[Rendered]],
        settle: Callable[[InHand, Outcome], None],
    ) -> None:
        self._channel, self._clock = channel, clock
        self._prepare, self._settle = prepare, settle
        self._tasks: dict[asyncio.Task[None], InHand] = {}
        self._looking = asyncio.Semaphore(AT_ONCE)

    def __len__(self) -> int:
        return len(self._tasks)

    def take(self, held: InHand) -> None:
        held.doubtful = True
        task = asyncio.create_task(self._resolve(held))
        self._tasks[task] = held
        task.add_done_callback(lambda ended: self._tasks.pop(ended, None))

    def forget(self, held: InHand) -> bool:
        """Whether it was being looked for; nobody asks for it any more."""
        looking = [task for task, looked in self._tasks.items() if looked is held]
        for task in looking:
            task.cancel()
        return bool(looking)

    async def stop(self) -> None:
        """The spool keeps what is still in doubt; its host offers it again."""
        tasks = list(self._tasks)
        self.drop()
        await asyncio.gather(*tasks, return_exceptions=True)

    def drop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _resolve(self, held: InHand) -> None:
        began = self._clock.now()
        for after in looks():
            while (ahead := began + after - self._clock.now()) > 0:  # noqa: ASYNC110 - no bell rings
                await asyncio.sleep(self._clock.seconds(ahead))
            async with self._looking:
                outcome = await self._look(held, began, settled=after >= SETTLED)
            if outcome is not None:
                self._settle(held, outcome)
                return

    async def _look(self, held: InHand, began: int, *, settled: bool) -> Outcome | None:
        """None when it has to be looked for again."""
        try:
            message = held.message or await self._prepare(held.delivery)
            reply = await self._channel.find(message, held.at, began)
        except (Unsure, Refused, CannotRender) as error:
            reason = f"it cannot be told whether it was taken: {error}"
            return Outcome(held.key, "unknown", reason=reason) if settled else None
        except ChannelError as error:
            _log.warning("message %s cannot be looked for: %s", held.key, error)
            return None
        except Exception:  # noqa: BLE001 - a bug here must not lose the message
            _log.exception("message %s cannot be looked for", held.key)
            return None
        if reply:
            return Outcome(held.key, "sent", reply=reply, reason="found at its provider")
        reason = "its provider does not have it"
        return Outcome(held.key, "deferred", reason=reason, absent=True) if settled else None
