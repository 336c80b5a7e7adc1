"""The lines around a screen: where one is and how fresh it is, the places to go, the keys."""

from collections.abc import Callable

from tui.draw.line import Line, Piece, clip, fit, width_of, wrapped
from tui.feed import Feed
from tui.registry import PLACES, actions_of
from tui.scene import Scene

TROUBLE = 4
"""Lines that an explanation may take."""
Draw = Callable[[Scene, str, str, int], list[Line]]
"""(scene, screen, where on it, width) -> lines."""
_STYLES = {"live": "bar.good", "paused": "bar.warn", "connecting": "bar.dim"}


def _status(scene: Scene, place: str, crumb: str, width: int) -> list[Line]:
    """Left where one is, right how fresh the figures are."""
    words, feed = scene.words, scene.feed
    right: list[Piece] = []
    status = scene.report("status")
    if scene.read_only:
        right.append((f" {words('state.read_only')} ", "bar.warn"))
    if status and status["paused"]:
        right.append((" " + words.counted("state.held", len(status["paused"])) + " ", "bar.warn"))
    right.append((f" {freshness(scene, feed)} ", _STYLES.get(feed.state, "bar.bad")))
    left: list[Piece] = [(" Relance ", "bar.key"), (f"{words(f'screen.{place}')}", "bar")]
    if crumb:
        left.append((f" > {fit(crumb, min(len(crumb), 30)).strip()}", "bar.dim"))
    room = width - width_of(tuple(right))
    return [(*_padded(tuple(left), room), *right)]


def freshness(scene: Scene, feed: Feed) -> str:
    """``LIVE 1 s``, or what is wrong and since when."""
    words, state, age = scene.words, feed.state, feed.age
    text = words(f"state.{state}")
    if state == "live":
        return f"{text} {words.number(feed.interval / 1_000, 1)} s"
    return f"{text} {words.span(age * 1_000)}" if age is not None else text


def _places(scene: Scene, place: str, _crumb: str, _width: int) -> list[Line]:
    pieces: list[Piece] = []
    for one in PLACES:
        here = one.id == place
        text = scene.words(f"screen.{one.id}")
        pieces += [
            (f" {one.key} ", "bar.here" if here else "accent"),
            (f"{text} ", "bar.here" if here else "dim"),
        ]
    return [tuple(pieces)]


def _keys(scene: Scene, place: str, _crumb: str, width: int) -> list[Line]:
    """The keys that do something here; what a viewer may not do is not offered."""
    pieces: list[Piece] = []
    for action in actions_of(place):
        if action.shown and not (action.writes and scene.read_only):
            pieces += [
                (f" {action.face} ", "bar.key"),
                (scene.words(f"key.{action.id}"), "bar.dim"),
            ]
    return [_padded(tuple(pieces), width)]


def trouble_of(scene: Scene) -> str:
    """What is wrong and what to do, "" when nothing is."""
    feed, words = scene.feed, scene.words
    if feed.trouble:
        return words("state.retrying", why=feed.trouble)
    text = next((report.trouble for report in feed.reports.values() if report.trouble), "")
    status = scene.report("status")
    if not text and status and status["timers"]["held"]:
        text = words("state.timers_held")
    return text


def _trouble(scene: Scene, _place: str, _crumb: str, width: int) -> list[Line]:
    lines = wrapped(trouble_of(scene), width - 4)[:TROUBLE]
    return [
        ((fit(f" {'!' if n == 0 else ' '} {text}", width), "bar.bad"),)
        for n, text in enumerate(lines)
    ]


def _padded(line: Line, width: int) -> Line:
    """Filled in the colour of the bar."""
    gap = width - width_of(line)
    return (*line, (" " * gap, "bar")) if gap > 0 else clip(line, width)


LINES: dict[str, Draw] = {"status": _status, "places": _places, "trouble": _trouble, "keys": _keys}
"""By the name of the panel that shows it."""
