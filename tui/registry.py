"""Every screen and every act of the console: keys, footers, help and gate are read from here."""

from typing import NamedTuple


class Place(NamedTuple):
    """A screen. ``name`` is typed after ``:``; its title is the text ``screen.<id>``."""

    id: str
    key: str
    name: str


class Action(NamedTuple):
    """``run`` is a Textual action; its texts are ``key.<id>`` and ``help.<id>``.

    ``writes``: changes something in the engine, so that it asks first and a viewer may not.
    ``places``: the screens that have it; none means all of them. ``shown``: in the key bar.
    """

    id: str
    key: str
    run: str
    face: str
    writes: bool = False
    places: tuple[str, ...] = ()
    shown: bool = True


PLACES = (
    Place("pulse", "1", "pulse"),
    Place("segments", "2", "segments"),
    Place("scores", "3", "scores"),
    Place("messages", "4", "messages"),
    Place("scenarios", "5", "scenarios"),
    Place("contact", "6", "contact"),
    Place("handoffs", "7", "handoffs"),
)

TABLES = ("segments", "scores", "messages", "scenarios", "contact", "handoffs")
"""Screens with a table."""
SORTED = ("segments", "scores", "messages", "contact", "handoffs")
"""Those whose rows may be put in another order."""

ACTIONS = (
    Action("open", "enter", "", "enter", places=("scores", "messages", "scenarios", "contact")),
    Action("filter", "slash", "filter", "/", places=tuple(one for one in TABLES if one != "contact")),
    Action("search", "slash", "search", "/", places=("contact",)),
    Action("sort", "s", "", "s", places=SORTED),
    Action("reverse", "S", "", "S", places=SORTED, shown=False),
    Action("other", "left_square_bracket,right_square_bracket", "other", "[ ]", places=("scores",)),
    Action("pause_subject", "P", "pause_subject", "P", writes=True, places=("scenarios", "messages")),
    Action("hold", "p", "hold", "p"),
    Action("faster", "plus,equals_sign", "rate(1)", "+", shown=False),
    Action("slower", "minus", "rate(-1)", "-", shown=False),
    Action("again", "r", "again", "r", shown=False),
    Action("copy", "y", "copy", "y", places=TABLES, shown=False),
    Action("move", "j,k", "", "j k", places=TABLES, shown=False),
    Action("ends", "g,G", "", "g G", places=TABLES, shown=False),
    Action("page", "ctrl+d,ctrl+u", "", "^d ^u", places=TABLES, shown=False),
    Action("panes", "tab", "", "tab", places=("messages", "contact"), shown=False),
    Action("command", "colon", "command", ":"),
    Action("language", "f2", "language", "F2", shown=False),
    Action("colours", "f3", "colours", "F3", shown=False),
    Action("picture", "f8", "picture", "F8", shown=False),
    Action("help", "question_mark", "help", "?"),
    Action("back", "escape", "back", "esc", shown=False),
    Action("quit", "q", "quit", "q"),
)  # fmt: skip


def actions_of(place: str) -> list[Action]:
    return [action for action in ACTIONS if not action.places or place in action.places]


def place_named(text: str) -> Place | None:
    """The only screen whose name begins so, or that has this key."""
    found = [place for place in PLACES if place.name.startswith(text) or place.key == text]
    return found[0] if len(found) == 1 and text else None
