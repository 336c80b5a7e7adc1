"""Writes each mail into a folder as an .eml file and sends nothing: the route to start with."""

import asyncio
import os
from collections.abc import Callable, Sequence
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import getaddresses
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar

from channels.mime import compose, sender_header
from channels.recipient import ascii_address
from engine.domain.effect import contact_of
from engine.errors import Refused, RouteDown
from engine.ports.sending import Rendered, Whose


def _forms(address: str) -> tuple[str, ...]:
    try:
        return address, ascii_address(address)
    except Refused:
        return (address,)


def _recipients(path: Path) -> list[str]:
    with path.open("rb") as file:
        told = BytesHeaderParser(policy=default).parse(file)
    return [address.lower() for _, address in getaddresses(told.get_all("To", []))]


class Mailbox:
    """``sender`` is the From of every mail. A file is named after its contact and its Message-ID, so a
    repeat is one file."""

    name: ClassVar[str] = "mailbox"

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender, _ = sender_header(sender)
        folder.mkdir(parents=True, exist_ok=True)

    async def send(self, message: Rendered, leaving: Callable[[], None]) -> str:
        raw = compose(message, self.sender, ascii_address(message.address))
        name = blake2b(message.message_id.encode(), digest_size=16).hexdigest()
        path = self.folder / f"{contact_of(message.key)}-{name}.eml"
        draft = path.with_suffix(".part")
        try:
            draft.write_bytes(raw)
            leaving()
            draft.replace(path)
        except OSError as error:
            raise RouteDown(f"{self.folder} cannot be written: {error}") from error
        return str(path)

    async def forget(self, whose: Sequence[Whose]) -> list[int]:
        """See Keeping. The bytes are overwritten before the file goes."""
        files = await asyncio.to_thread(self._about, whose)
        for path in sorted(set().union(*files)):
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                os.fsync(file.fileno())
            path.unlink()
        return [len(of) for of in files]

    async def kept(
        self, contacts: Sequence[int], addresses: Sequence[str]
    ) -> list[tuple[str, bytes]]:
        """See Keeping."""
        [files] = await asyncio.to_thread(self._about, [Whose(contacts, addresses)])
        return [(path.name, path.read_bytes()) for path in files]

    def _about(self, whose: Sequence[Whose]) -> list[list[Path]]:
        """Every mail has one recipient; the domain may be written in ASCII (RFC 5891)."""
        found: list[list[Path]] = [[] for _ in whose]
        named: dict[str, set[int]] = {}
        for number, (contacts, addresses) in enumerate(whose):
            forms = (form.lower() for one in addresses for form in _forms(one))
            for name in (*map(str, contacts), *forms):
                named.setdefault(name, set()).add(number)
        for path in sorted(self.folder.iterdir()) if named else ():
            of = named.get(path.name.partition("-")[0])
            for number in of or set().union(*(named.get(one, ()) for one in _recipients(path))):
                found[number].append(path)
        return found

    @property
    def capacity(self) -> int:
        return 16

    async def close(self) -> None:
        """A folder needs no closing."""
