"""Tells what happens while it happens, in the shop's time: on a terminal as a picture, else in lines."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from engine.domain.duration import MINUTE

LINES = 14
WIDTH = 78
EVERY = 6 * 60 * MINUTE


class Progress(NamedTuple):
    """``now`` is the shop's time; ``part`` goes from 0 to 1."""

    now: int
    part: float
    events: int
    mails: int


class Story(Protocol):
    """Told of ``stage`` before and after the shop is open, of ``happened`` in between."""

    def stage(self, text: str) -> None: ...

    def happened(self, at: int, text: str) -> None: ...

    def begin(self, progress: Callable[[], Progress], zone: ZoneInfo) -> None: ...

    def end(self) -> None: ...


class Silence:
    """For a machine that waits for the document."""

    def stage(self, text: str) -> None: ...

    def happened(self, at: int, text: str) -> None: ...

    def begin(self, progress: Callable[[], Progress], zone: ZoneInfo) -> None: ...

    def end(self) -> None: ...


class Lines:
    """A line every six hours of the shop: the figures, and what happened last."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._due = 0

    def stage(self, text: str) -> None:
        self._say(text)

    def begin(self, progress: Callable[[], Progress], zone: ZoneInfo) -> None:
        self._progress, self._zone = progress, zone
        self._due = progress().now

    def happened(self, at: int, text: str) -> None:
        if at < self._due:
            return
        self._due = at + EVERY
        _, _, events, mails = self._progress()
        self._say(f"{moment(at, self._zone)}  {events:>4} events  {mails:>3} mails  {text}")

    def end(self) -> None: ...

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


class Picture:
    """The shop's clock, a bar, and the last things that happened. Fits 80 columns and 24 lines."""

    def __init__(self, console: Console) -> None:
        self._stage = ""
        self._progress: Callable[[], Progress] | None = None
        self._zone = ZoneInfo("UTC")
        self._latest: deque[Text] = deque(maxlen=LINES)
        self._live = Live(console=console, get_renderable=self._drawn, transient=True)
        self._live.start()

    def stage(self, text: str) -> None:
        self._stage, self._progress = text, None

    def begin(self, progress: Callable[[], Progress], zone: ZoneInfo) -> None:
        self._progress, self._zone = progress, zone

    def happened(self, at: int, text: str) -> None:
        line = Text(f"{moment(at, self._zone)}  ", "dim").append(text, "default")
        line.truncate(WIDTH, overflow="ellipsis")
        self._latest.append(line)

    def end(self) -> None:
        self._live.stop()

    def _drawn(self) -> RenderableType:
        if self._progress is None:
            return Group(*self._latest, Text(self._stage, "bold"))
        now, part, events, mails = self._progress()
        figures = f"{moment(now, self._zone)}   {events:>4} events in   {mails:>3} mails out"
        bar = Table.grid()
        bar.add_row(ProgressBar(total=1.0, completed=part, width=WIDTH))
        return Group(Text(figures, "bold"), bar, *self._latest)


def moment(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at / 1_000, zone).strftime("%a %H:%M")
