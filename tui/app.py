"""The console: screens over one feed, keys from the registry, one gate before every act."""

import asyncio
from functools import partial
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import Input

from engine.errors import EngineError
from tui.draw.line import Line
from tui.feed import Feed
from tui.i18n.words import LANGUAGES, Words
from tui.registry import ACTIONS, PLACES, Action, place_named
from tui.scene import Scene
from tui.screens.contact import Contact
from tui.screens.handoffs import Handoffs
from tui.screens.messages import Messages
from tui.screens.pulse import Pulse
from tui.screens.scenarios import Scenarios
from tui.screens.scores import Scores
from tui.screens.segments import Segments
from tui.screens.view import Subject, View
from tui.texts import confirmation, details, help_text
from tui.widgets import bars
from tui.widgets.grid import Grid
from tui.widgets.modal import Confirm, Reading
from tui.widgets.paint import THEMES
from tui.widgets.panel import Panel

VIEWS: dict[str, type[View]] = {
    "pulse": Pulse,
    "segments": Segments,
    "scores": Scores,
    "messages": Messages,
    "scenarios": Scenarios,
    "contact": Contact,
    "handoffs": Handoffs,
}
RATES = (250, 500, 1_000, 2_000, 5_000, 15_000)
"""Ms between two rounds, from which ``+`` and ``-`` choose."""
UNSEEN = 5_000
"""Ms between rounds while another window has the focus."""
TOGETHER = 0.02
"""Seconds within which the reports of one round come."""
HEARTBEAT = 1.0
"""Seconds between two looks at how old the figures are."""


class RelanceConsole(App[None]):
    """``feed`` is made by the caller, so that a test can hand in one with a clock of its own."""

    CSS_PATH = "relance.tcss"
    TITLE = "Relance"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-tall")]  # noqa: RUF012 - not a ClassVar in App
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(place.key, f"go('{place.id}')", place.id, show=False) for place in PLACES),
        *(Binding(a.key, f"run('{a.id}')", a.id, show=False) for a in ACTIONS if a.run),
        Binding("ctrl+q", "app.quit", show=False, priority=True),
    ]

    def __init__(self, feed: Feed, language: str, *, read_only: bool = False) -> None:
        super().__init__()
        self.scene = Scene(feed, Words(language), read_only=read_only)
        self.place = PLACES[0].id
        self.views = {name: view(self.scene, id=name) for name, view in VIEWS.items()}
        self._bars = {name: Panel(id=name, classes="line") for name in bars.LINES}
        self._prompt = Input(id="prompt", compact=True)
        self._asking = ""
        self._before: list[str] = []
        self._interval = feed.interval

    def compose(self) -> ComposeResult:
        yield self._bars["status"]
        yield self._bars["places"]
        yield self._bars["trouble"]
        with Container(id="screens"):
            yield from self.views.values()
        yield self._prompt
        yield self._bars["keys"]

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self._show(self.place)
        self.run_worker(self._follow())
        self.set_interval(HEARTBEAT, self._draw_bars)
        self.call_after_refresh(self.scene.feed.start)

    async def on_unmount(self) -> None:
        await self.scene.feed.close()

    @property
    def view(self) -> View:
        return self.views[self.place]

    # --- what has come -------------------------------------------------------------------------

    async def _follow(self) -> None:
        """The only reader of the feed: whatever came since the last picture is one picture."""
        changed = self.scene.feed.changed
        while True:
            await changed.wait()
            await asyncio.sleep(TOGETHER)
            changed.clear()
            self.scene.look()
            self._draw()

    def _draw(self) -> None:
        if not self.is_running:
            return  # it is being taken apart: the screens have no panels any more
        with self.batch_update():
            self._draw_bars()
            self.view.draw()

    def _draw_bars(self) -> None:
        crumb = self.view.crumb()
        for name, draw in bars.LINES.items():
            self._bars[name].show(partial(self._bar, draw, crumb))
        trouble = self._bars["trouble"]
        trouble.styles.height = len(self._bar(bars.LINES["trouble"], crumb, self.size.width, 0))
        trouble.display = bool(bars.trouble_of(self.scene))

    def _bar(self, draw: bars.Draw, crumb: str, width: int, _height: int) -> list[Line]:
        return draw(self.scene, self.place, crumb, width)

    # --- going about ---------------------------------------------------------------------------

    def action_go(self, place: str) -> None:
        if place != self.place:
            self._before.append(self.place)
            self._show(place)

    def _show(self, place: str) -> None:
        self.place = place
        with self.batch_update():
            for name, view in self.views.items():
                view.set_class(name == place, "here")
            self._draw()
        self.view.enter()
        self.scene.feed.want(self.view.wish())

    async def action_back(self) -> None:
        """Out of a field, then out of a filter, then to the screen before."""
        grid = self.view.grid()
        if isinstance(self.focused, Input):
            self._close_prompt()
            self.view.enter() if grid is None else grid.focus()
        elif grid is not None and grid.filter:
            grid.narrow("")
        elif self._before:
            self._show(self._before.pop())

    def look_at(self, contact: str) -> None:
        """Go to a contact."""
        view = self.views["contact"]
        assert isinstance(view, Contact)  # noqa: S101 - see VIEWS
        self.action_go("contact")
        view.look_for(contact)
        self.scene.feed.want(view.wish())
        self._draw()

    # --- acts: each through the one gate ---------------------------------------------------------

    async def action_run(self, name: str) -> None:
        action = next(one for one in ACTIONS if one.id == name and self._is_here(one))
        if action.writes and self.scene.read_only:
            self.notify(self.scene.read_only, severity="warning")
            return
        await self.run_action(action.run)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that means nothing on this screen is left to whoever else wants it."""
        if action == "run":
            return any(one.id == parameters[0] and self._is_here(one) for one in ACTIONS)
        return True

    def _is_here(self, action: Action) -> bool:
        return not action.places or self.place in action.places

    def action_pause_subject(self) -> None:
        subject = self.view.subject()
        if subject is None:
            return
        title, text, yes = confirmation(self.scene.words, subject)
        question = Confirm(title, text, yes, self.scene.words("act.cancel"))
        self.push_screen(question, partial(self._answered, subject))

    def _answered(self, subject: Subject, yes: bool | None) -> None:
        if yes:
            self.run_worker(self._pause(subject))

    async def _pause(self, subject: Subject) -> None:
        words, paused = self.scene.words, not subject.paused
        try:
            await self.scene.feed.pause_subject(subject.kind, subject.name, paused)
        except EngineError as error:
            self.notify(str(error), title=words("act.failed"), severity="error", markup=False)
        else:
            done = words("act.paused" if paused else "act.goes_on", name=subject.name)
            self.notify(done, markup=False)

    # --- how it looks and how often --------------------------------------------------------------

    def action_hold(self) -> None:
        feed = self.scene.feed
        feed.pause(not feed.paused)
        self._draw_bars()

    def action_rate(self, by: int) -> None:
        place = RATES.index(self._interval) - by
        self._interval = RATES[max(0, min(place, len(RATES) - 1))]
        self._at_rate(self._interval)

    def _at_rate(self, interval: int) -> None:
        if interval != self.scene.feed.interval:
            self.scene.feed.interval = interval
            self.scene.feed.restart()

    def on_app_blur(self) -> None:
        self._at_rate(max(UNSEEN, self._interval))

    def on_app_focus(self) -> None:
        self._at_rate(self._interval)

    def action_again(self) -> None:
        self.scene.feed.restart()

    def action_other(self) -> None:
        view = self.view
        if isinstance(view, Scores):
            view.other(1)
            self._draw_bars()

    def action_language(self) -> None:
        place = LANGUAGES.index(self.scene.words.language)
        self.scene.words = Words(LANGUAGES[(place + 1) % len(LANGUAGES)])
        self._draw()

    def action_colours(self) -> None:
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_picture(self) -> None:
        self.notify(self.save_screenshot(), markup=False)

    def action_copy(self) -> None:
        """The row, its cells set apart by tabs."""
        grid = self.view.grid()
        if grid is not None and grid.row is not None:
            text = "\t".join(cell.strip() for cell, _ in grid.row.cells)
            self.copy_to_clipboard(text)
            self.notify(self.scene.words("act.copied", text=text[:50]), markup=False)

    def action_help(self) -> None:
        words = self.scene.words
        self.push_screen(Reading(words("help.title"), help_text(words, self.place)))

    # --- typing ----------------------------------------------------------------------------------

    def action_search(self) -> None:
        self.query_one("#contact-key", Input).focus()

    def action_filter(self) -> None:
        grid = self.view.grid()
        self._ask("filter", grid.filter if grid else "")

    def action_command(self) -> None:
        self._ask("command", "")

    def _ask(self, what: str, text: str) -> None:
        self._asking = what
        self._prompt.placeholder = self.scene.words(f"prompt.{what}")
        self._prompt.value = text
        self._prompt.add_class("shown")
        self._prompt.focus()

    def _close_prompt(self) -> None:
        self._asking = ""
        self._prompt.remove_class("shown")

    def on_input_changed(self, event: Input.Changed) -> None:
        grid = self.view.grid()
        if event.input is self._prompt and self._asking == "filter" and grid is not None:
            grid.narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is not self._prompt:
            self.look_at(event.value)
            return
        asking = self._asking
        self._close_prompt()
        self.view.enter()
        if asking == "command":
            self._obey(event.value)

    def _obey(self, text: str) -> None:
        """``:segments buy``, ``:contact email:ada@example.com``: a screen, then what to look for."""
        name, _, rest = text.strip().partition(" ")
        place = place_named(name.lower())
        if place is None:
            known = ", ".join(one.name for one in PLACES)
            self.notify(self.scene.words("prompt.unknown", names=known), severity="warning")
            return
        if place.id == "contact" and rest:
            self.look_at(rest)
            return
        self.action_go(place.id)
        grid = self.view.grid()
        if rest and grid is not None:
            grid.narrow(rest.strip())

    def on_grid_opened(self, event: Grid.Opened) -> None:
        view, words = self.view, self.scene.words
        if isinstance(view, Scores):
            self.look_at(event.row.id)
        elif isinstance(view, Messages):
            told = view.told_of(event.grid, event.row)
            self.push_screen(Reading(words("messages.title"), told))
        elif isinstance(view, Contact):
            found = view.row_named(event.row.id)
            if found is not None:
                title = words("details.title", row=event.row.id, at=words.date(found["at"]))
                self.push_screen(Reading(title, details(self.scene, found)))

    def action_scroll_reading(self, by: int) -> None:
        self.screen.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
