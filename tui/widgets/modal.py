"""What lies over a screen: a question before an act, and texts to read."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static


class Confirm(ModalScreen[bool]):
    """Names what will happen; Cancel has the focus, so that Enter alone does nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n", "answer(False)", show=False),
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, yes: str, no: str) -> None:
        super().__init__()
        self._texts = (title, text, yes, no)

    def compose(self) -> ComposeResult:
        title, text, yes, no = self._texts
        with Vertical(classes="box"):
            yield Static(title, markup=False, classes="box-title")
            yield Static(text, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(no, id="no", compact=True)
                yield Button(yes, id="yes", variant="warning", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class Reading(ModalScreen[None]):
    """A text to read and scroll; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark", "dismiss(None)", show=False),
        Binding("j", "app.scroll_reading(1)", show=False),
        Binding("k", "app.scroll_reading(-1)", show=False),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self.text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall"):
            yield Static(self._title, markup=False, classes="box-title")
            with VerticalScroll():
                yield Static(self.text, markup=False)
