"""A statement of consent as a reader wants it: its status, when, and what proves it."""

from typing import Any

import msgspec

from engine.domain.profile.calendar import written
from engine.domain.profile.consent import Consent

INSTANTS = ("at", "said", "confirmed")


def evidence(statement: Consent) -> dict[str, Any]:
    """What is known of it; times as RFC 3339."""
    plain: dict[str, Any] = msgspec.structs.asdict(statement)
    known = {name: value for name, value in plain.items() if value}
    return {name: written(value) if name in INSTANTS else value for name, value in known.items()}
