"""A line on the screen as plain data: pieces of text, each in a style. Widths are terminal cells."""

from rich.cells import cell_len, set_cell_size

Piece = tuple[str, str]
"""Text and the name of its style (see ``tui.widgets.paint``), "" for the usual one."""
Line = tuple[Piece, ...]

CUT = "…"
SPACES = "\u00a0\u202f"
"""No-break spaces: Python calls them unprintable."""


def clean(text: str) -> str:
    """What may be shown of text that came from outside: a terminal obeys control characters."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in SPACES else "·" for c in text)


def fit(text: str, width: int, align: str = "left") -> str:
    """Exactly ``width`` cells: cut with an ellipsis, or filled with spaces."""
    text = clean(text)
    have = cell_len(text)
    if have > width:
        return set_cell_size(text, width - 1) + CUT if width > 0 else ""
    space = " " * (width - have)
    return space + text if align == "right" else text + space


def clip(line: Line, width: int) -> Line:
    """Exactly ``width`` cells of a line."""
    pieces: list[Piece] = []
    left = width
    for text, style in line:
        have = cell_len(text)
        if have >= left:
            pieces.append((set_cell_size(text, left), style))
            return tuple(pieces)
        pieces.append((text, style))
        left -= have
    return (*pieces, (" " * left, ""))


def width_of(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def wrapped(text: str, width: int) -> list[str]:
    """Words on lines of at most ``width`` cells; a longer word is cut over several."""
    lines, current = [], ""
    for word in clean(text).split(" "):
        rest = word
        while cell_len(rest) > width:
            if current:
                lines.append(current)
                current = ""
            part = set_cell_size(rest, width).rstrip()
            lines.append(part)
            rest = rest[len(part) :]
        joined = f"{current} {rest}".strip()
        if cell_len(joined) > width:
            lines.append(current)
            current = rest
        else:
            current = joined
    return [*lines, current] if current else lines
