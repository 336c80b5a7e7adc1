"""A table that paints the rows in view and nothing else: a cursor by row id, sort, filter."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.draw.line import Line, Piece, fit
from tui.widgets.panel import Panel

MARK, GAP = 2, 1


class Column(NamedTuple):
    """``width`` 0 takes what the others leave; ``least`` columns of screen below which it is left out."""

    title: str
    width: int = 0
    align: str = "left"
    least: int = 0


class Row(NamedTuple):
    """``values`` are what the cells are sorted by."""

    id: str
    cells: tuple[Piece, ...]
    values: tuple[Any, ...] = ()


class Grid(Panel, can_focus=True):
    """Rows stay where they are sorted to; the cursor stays on its row whatever moves around it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("g,home", "go(0)", show=False),
        Binding("G,end", "go(-1)", show=False),
        Binding("ctrl+d,pagedown", "page(1)", show=False),
        Binding("ctrl+u,pageup", "page(-1)", show=False),
        Binding("s", "sort", show=False),
        Binding("S", "reverse", show=False),
        Binding("enter", "open", show=False),
    ]

    class Opened(Message):
        """Enter, or a click on the row under the cursor."""

        def __init__(self, grid: "Grid", row: Row) -> None:
            super().__init__()
            self.grid = grid
            self.row = row

        @property
        def control(self) -> "Grid":
            return self.grid

    class Chosen(Opened):
        """The cursor came to another row."""

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:  # noqa: A002
        super().__init__(id=id)
        self.empty = empty
        self.columns: tuple[Column, ...] = ()
        self.rows: list[Row] = []
        self.filter = ""
        self.sorted_by: int | None = None
        self.reversed = False
        self._given: Sequence[Row] = ()
        self._cursor = ""
        self._top = 0

    # --- what it shows -------------------------------------------------------------------------

    def fill(self, columns: tuple[Column, ...], rows: Sequence[Row]) -> None:
        self.columns = columns
        self._given = rows
        self._arrange()
        self.repaint()

    def narrow(self, text: str) -> None:
        """Only rows with this text; ``!text`` those without."""
        self.filter = text
        self._arrange()
        self.repaint()

    @property
    def row(self) -> Row | None:
        """The one under the cursor."""
        return self.rows[self._index()] if self.rows else None

    def _arrange(self) -> None:
        wanted = self.filter.lower()
        rows = [row for row in self._given if _matches(row, wanted)]
        if self.sorted_by is not None:
            rows.sort(key=self._sort_key, reverse=self.reversed)
        self.rows = rows
        if rows and not any(row.id == self._cursor for row in rows):
            self._cursor = rows[min(self._top, len(rows) - 1)].id

    def _sort_key(self, row: Row) -> tuple[bool, Any, str]:
        value = row.values[self.sorted_by or 0]
        return isinstance(value, str), value, row.id

    def _index(self) -> int:
        return next((i for i, row in enumerate(self.rows) if row.id == self._cursor), 0)

    def drawn(self, width: int, height: int) -> list[Line]:
        shown = self._shown(width)
        if not self.rows:
            return [self._head(shown), ((f"  {self.empty}", "dim"),)]
        self._keep_in_view(height - 1)
        visible = self.rows[self._top : self._top + height - 1]
        return [self._head(shown), *(self._line(row, shown) for row in visible)]

    def _shown(self, width: int) -> list[tuple[int, Column, int]]:
        """(index, column, width) of the columns for which there is room."""
        kept = [(i, c) for i, c in enumerate(self.columns) if c.least <= self.app.size.width]
        fixed = sum(c.width for _, c in kept) + GAP * (len(kept) - 1) + MARK
        open_ = sum(1 for _, c in kept if not c.width)
        share = max(4, (width - fixed) // open_) if open_ else 0
        return [(i, c, c.width or share) for i, c in kept]

    def _head(self, shown: list[tuple[int, Column, int]]) -> Line:
        pieces: list[Piece] = [(" " * MARK, "head")]
        for i, column, width in shown:
            arrow = ("▲", "▼")[self.reversed] if i == self.sorted_by else ""
            pieces.append((fit(column.title + arrow, width, column.align), "head"))
            pieces.append((" ", "head"))
        return tuple(pieces[:-1])

    def _line(self, row: Row, shown: list[tuple[int, Column, int]]) -> Line:
        here = row.id == self._cursor
        pieces: list[Piece] = [("> " if here and self.has_focus else "  ", "accent")]
        for i, column, width in shown:
            text, style = row.cells[i]
            pieces += [(fit(text, width, column.align), style), (" " * GAP, "")]
        return tuple(pieces[:-1])

    def chosen(self, y: int) -> bool:
        place = self._top + y - 1
        at_cursor = y > 0 and place < len(self.rows) and self.rows[place].id == self._cursor
        return at_cursor and self.has_focus

    # --- the cursor ----------------------------------------------------------------------------

    def _keep_in_view(self, height: int) -> None:
        at = self._index()
        self._top = max(at - height + 1, min(self._top, at))
        self._top = max(0, min(self._top, len(self.rows) - height))

    def put_cursor(self, index: int) -> None:
        if not self.rows:
            return
        row = self.rows[max(0, min(index, len(self.rows) - 1))]
        if row.id == self._cursor:
            return
        self._cursor = row.id
        self.repaint()
        self.post_message(self.Chosen(self, row))

    def action_move(self, by: int) -> None:
        self.put_cursor(self._index() + by)

    def action_page(self, by: int) -> None:
        self.put_cursor(self._index() + by * max(1, self.size.height - 2))

    def action_go(self, to: int) -> None:
        self.put_cursor(to if to >= 0 else len(self.rows) - 1)

    def action_sort(self) -> None:
        """By the next column; after the last one in the order in which the engine tells them."""
        count = len(self.columns)
        after = 0 if self.sorted_by is None else self.sorted_by + 1
        self.sorted_by = None if after >= count else after
        self.reversed = False
        self._arrange()
        self.repaint()

    def action_reverse(self) -> None:
        self.reversed = not self.reversed
        self._arrange()
        self.repaint()

    def action_open(self) -> None:
        if self.row is not None:
            self.post_message(self.Opened(self, self.row))

    # --- mouse and focus -----------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(-3)

    def on_click(self, event: events.Click) -> None:
        place = self._top + event.y - 1
        if event.y == 0 or place >= len(self.rows):
            return
        again = self.rows[place].id == self._cursor
        self.put_cursor(place)
        if again:
            self.action_open()

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()


def _matches(row: Row, wanted: str) -> bool:
    inverse = wanted.startswith("!")
    wanted = wanted.removeprefix("!")
    if not wanted:
        return True
    text = " ".join(cell for cell, _ in row.cells).lower()
    return (wanted in text) is not inverse
