"""Items as they would be judged by an engine, where none is running."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import msgspec

from engine.domain.event import Event
from engine.ports.engine import Refusal
from engine.rpc.items.intake import Intake
from engine.rpc.items.surroundings import Shared

SOURCE = "rehearsal"


class Nobody:
    """Keeps no secret, so it knows no user token, and what it tells apart by need not be kept secret."""

    def __init__(self, country: str) -> None:
        self._country = country

    @property
    def rulebooks(self) -> "Nobody":
        return self

    def country(self) -> str:
        return self._country

    def fingerprint(self, source: str, message_id: str) -> bytes:
        return blake2b(f"{source}/{message_id}".encode(), digest_size=6).digest()

    def user_token_fits(self, _user_id: str, _token: str) -> bool:
        return False


def judge(country: str) -> Callable[[dict[str, Any], int], Event]:
    """Items to events, received at an instant (ms), from a server of this country; raises ValueError."""
    intake = Intake(Nobody(country))

    def judged(item: dict[str, Any], received: int) -> Event:
        [found] = intake.json_items([msgspec.json.encode(item)], Shared(SOURCE, received))
        if isinstance(found, Refusal):
            raise ValueError(f"{found.code}: {found.reason}")  # noqa: TRY004 - its value is wrong, not its type
        return found

    return judged
