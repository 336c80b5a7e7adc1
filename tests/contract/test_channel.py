"""What every channel promises; each part of ``CHANNELS`` is held to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from channels.email import Email
from channels.mailbox import Mailbox
from engine.errors import Deferred, Refused
from engine.ports.sending import Channel, Rendered
from tests.smtp_server import smtp_server

SENDER = "Relance <news@example.com>"
Delivered = Callable[[], list[EmailMessage]]
Opened = tuple[Channel, Delivered]


@asynccontextmanager
async def mailbox(folder: Path) -> AsyncIterator[Opened]:
    def delivered() -> list[EmailMessage]:
        files = sorted(folder.glob("*.eml"))
        return [message_from_bytes(each.read_bytes(), policy=policy.default) for each in files]

    yield Mailbox(folder, SENDER), delivered


@asynccontextmanager
async def email(_: Path) -> AsyncIterator[Opened]:
    async with smtp_server() as server:
        yield Email(server.url, SENDER), lambda: server.mails


CHANNELS = {"mailbox": mailbox, "email": email}


@pytest.fixture(params=CHANNELS)
def opening(request: Any, tmp_path: Path) -> AbstractAsyncContextManager[Opened]:
    return CHANNELS[request.param](tmp_path / "out")


@pytest.fixture
async def opened(opening: AbstractAsyncContextManager[Opened]) -> AsyncIterator[Opened]:
    async with opening as (channel, delivered):
        yield channel, delivered
        await channel.close()


def message(number: int = 1, address: str = "ada@example.com") -> Rendered:
    return Rendered(
        f"run/step/{number}", f"<{number}@example.com>", address, "Été", "Hello", "<p>Hello</p>",
        marketing=True, at=1_700_000_000_000,
    )  # fmt: skip


async def test_a_message_arrives_whole(opened: Opened) -> None:
    channel, delivered = opened

    reply = await channel.send(message(), lambda: None)

    (mail,) = delivered()
    assert (mail["Subject"], mail["To"], mail["Message-ID"]) == (
        "Été", "ada@example.com", "<1@example.com>",
    )  # fmt: skip
    assert reply


async def test_leaving_is_called_once_and_before_anything_arrives(opened: Opened) -> None:
    channel, delivered = opened
    seen: list[int] = []

    await channel.send(message(), lambda: seen.append(len(delivered())))

    assert seen == [0]


async def test_a_message_that_may_not_leave_does_not_arrive(opened: Opened) -> None:
    channel, delivered = opened

    def withheld() -> None:
        raise Deferred("paused")

    with pytest.raises(Deferred, match="paused"):
        await channel.send(message(1), withheld)

    assert delivered() == []
    await channel.send(message(2), lambda: None)
    assert [mail["Message-ID"] for mail in delivered()] == ["<2@example.com>"]


async def test_an_address_with_a_line_end_is_refused_before_it_leaves(opened: Opened) -> None:
    channel, delivered = opened
    left: list[bool] = []

    with pytest.raises(Refused):
        await channel.send(message(1, "ada@example.com\r\nX: y"), lambda: left.append(True))

    assert (left, delivered()) == ([], [])


async def test_an_international_domain_is_reached(opened: Opened) -> None:
    channel, delivered = opened

    await channel.send(message(1, "ada@bücher.example"), lambda: None)

    assert delivered()[0]["To"] == "ada@xn--bcher-kva.example"


async def test_it_says_how_much_it_carries_and_closes_when_idle(opened: Opened) -> None:
    channel, _ = opened

    assert channel.capacity > 0
    assert channel.name


async def test_the_same_message_written_twice_is_one_file(tmp_path: Path) -> None:
    async with mailbox(tmp_path / "out") as (channel, delivered):
        await channel.send(message(), lambda: None)
        await channel.send(message(), lambda: None)

        assert len(delivered()) == 1
        assert not list((tmp_path / "out").glob("*.part"))
