"""What a contact consumed, in a few words."""

from engine.domain.event import Event
from engine.domain.message import Logged


def consumed(message: Logged) -> str:
    """An event by its kind and name, else the kind of message and what it says."""
    kind = str(message.__struct_config__.tag)
    match message:
        case Event():
            return f"{message.kind} {message.name}".strip()
        case _:
            what = getattr(message, "outcome", "") or getattr(message, "act", "")
            return f"{kind} {what}".strip()
