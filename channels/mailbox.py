"""Writes each mail into a folder as an .eml file and sends nothing: the route to start with."""

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar

from channels.mime import compose, sender_header
from channels.recipient import ascii_address
from engine.errors import RouteDown
from engine.ports.sending import Rendered


class Mailbox:
    """``sender`` is the From of every mail; a file is named after its Message-ID, so a repeat is one file."""

    name: ClassVar[str] = "mailbox"

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender, _ = sender_header(sender)
        folder.mkdir(parents=True, exist_ok=True)

    async def send(self, message: Rendered, leaving: Callable[[], None]) -> str:
        raw = compose(message, self.sender, ascii_address(message.address))
        name = blake2b(message.message_id.encode(), digest_size=16).hexdigest()
        path = self.folder / f"{name}.eml"
        draft = path.with_suffix(".part")
        try:
            draft.write_bytes(raw)
            leaving()
            draft.replace(path)
        except OSError as error:
            raise RouteDown(f"{self.folder} cannot be written: {error}") from error
        return str(path)

    @property
    def capacity(self) -> int:
        return 16

    async def close(self) -> None:
        """A folder needs no closing."""
