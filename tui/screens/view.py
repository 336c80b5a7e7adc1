"""A screen: what it wants to be told, and how it draws what it was told."""

from typing import ClassVar, NamedTuple

from textual.widget import Widget

from tui.feed import Wish
from tui.scene import Scene
from tui.widgets.grid import Grid


class Subject(NamedTuple):
    """What an act would be done to. ``kind``: scenario | channel; ``waiting``: how many it would hold up."""

    kind: str
    name: str
    paused: bool
    waiting: int


class View(Widget):
    DEFAULT_CSS = "View { height: 1fr; layout: vertical; }"
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self, scene: Scene, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.scene = scene

    def wish(self) -> Wish:
        return Wish(self.topics)

    def draw(self) -> None:
        """Something new has come, or the words changed."""
        raise NotImplementedError

    def crumb(self) -> str:
        """Where on the screen one is, for the status line."""
        return ""

    def subject(self) -> Subject | None:
        """What ``P`` would pause or let go on."""
        return None

    def grid(self) -> Grid | None:
        """The table that has the focus, else the first."""
        grids = list(self.query(Grid))
        return next((grid for grid in grids if grid.has_focus), grids[0] if grids else None)

    def enter(self) -> None:
        """It has come to the front."""
        grid = self.grid()
        if grid is not None:
            grid.focus()
