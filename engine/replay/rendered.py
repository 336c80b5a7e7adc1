"""The text of a message as it would leave, for who looks at it before anybody gets it."""

from typing import NamedTuple

from engine.domain.effect import Send
from engine.domain.language.template import Template
from engine.rendering.render import render

LINK = "https://links.invalid"
"""No message of a rehearsal leaves, so its links lead nowhere (RFC 2606)."""

HANDOFF = ("handoff_url", "accept_url", "return_url", "reject_url")


class Text(NamedTuple):
    subject: str
    text: str
    html: str


def rendered(template: Template, send: Send) -> Text:
    """Raises ``CannotRender``, as the Sender would. The product catalog is not at hand."""
    about = {
        "id": f"<{send.key}@links.invalid>",
        "address": send.address,
        "scenario": send.scenario,
        "template": send.template,
        "unsubscribe_url": f"{LINK}/unsubscribe",
        "confirm_url": f"{LINK}/confirm",
        "tracking": send.tracking,
    }
    if send.handoff:
        about |= dict.fromkeys(HANDOFF, f"{LINK}/handoff")
    return Text(*render(template, {**send.variables, "message": about}, {}))
