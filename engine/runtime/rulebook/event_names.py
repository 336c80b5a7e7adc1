"""Which events came so far, by name: what a definition's event names are compared with."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from engine.clock import Clock
from engine.domain.duration import DAY
from engine.domain.event import Event
from engine.ports.control_store import ControlStore
from engine.ports.engine import Refusal, Verdict

MOST = 1_000
"""Names that are kept; senders invent them."""
SETTING = "event names"
Days = tuple[int, int]
"""The first and the last on which one came (since 1970, UTC)."""


class EventNames:
    """Kept in the control store: written when a name is new, or comes for the first time on a day."""

    def __init__(self, control: ControlStore, clock: Clock) -> None:
        self._control = control
        self._clock = clock
        self._days: dict[str, Days] = {}
        self._last: dict[str, int] = {}

    def open(self) -> None:
        """From the control store, which must be open."""
        kept = self._control.setting(SETTING)
        self._days = msgspec.msgpack.decode(kept, type=dict[str, Days]) if kept else {}
        self._last = {name: last for name, (_first, last) in self._days.items()}

    def hear(self, items: Sequence[Event | Refusal], verdicts: Sequence[Verdict]) -> None:
        """Refused items have no name that counts, at the door or behind it."""
        today, last = self._clock.now() // DAY, self._last
        news = {
            item.name
            for item, said in zip(items, verdicts, strict=True)
            if isinstance(item, Event)
            and last.get(item.name) != today
            and said.outcome != "rejected"
        }
        if news:
            self._take(news, today)

    def _take(self, news: set[str], today: int) -> None:
        changed = False
        for name in news:
            if name in self._days or len(self._days) < MOST:
                self._days[name] = (self._days.get(name, (today, today))[0], today)
                self._last[name] = today
                changed = True
        if changed:
            self._control.set_setting(SETTING, msgspec.msgpack.encode(self._days))

    def forget(self, tells: Callable[[str], bool]) -> int:
        """Names that a sender has made of somebody's address or id go with that person; how many."""
        gone = [name for name in self._days if tells(name)]
        for name in gone:
            del self._days[name], self._last[name]
        if gone:
            self._control.set_setting(SETTING, msgspec.msgpack.encode(self._days))
        return len(gone)

    def told(self) -> list[dict[str, str]]:
        """By name, with dates."""
        return [
            {"event": name, "first": _date(first), "last": _date(last)}
            for name, (first, last) in sorted(self._days.items())
        ]


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY / 1000, UTC).date().isoformat()
