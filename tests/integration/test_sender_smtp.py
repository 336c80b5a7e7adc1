"""The Sender over real SMTP connections: cut, down, stopped, and killed again and again."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from channels.email import Email
from engine.clock import ManualClock, SystemClock
from engine.runtime.sender import Sender
from engine.runtime.sending.spool import Spool
from tests.sender_host import Host, definitions, delivery
from tests.smtp_server import Server, smtp_server

SENDER = "Équipe Relance <news@example.com>"
Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Conversation = Callable[[Reader, Writer], Coroutine[Any, Any, None]]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with smtp_server() as server:
        yield server


# --- the Sender over SMTP -------------------------------------------------------------------------


async def sending(server: Server, folder: Path, clock: SystemClock | ManualClock) -> Sender:
    Spool(folder / "spool").close()
    email = Email(server.url, SENDER, connections=4, per_connection=1_000)
    sender = Sender({"email": email}, Spool(folder / "spool"), clock)
    await sender.start()
    await sender.publish(1, definitions(hello="Hi"))
    return sender


async def test_a_connection_cut_inside_data_makes_unknown_and_never_two(
    server: Server, tmp_path: Path
) -> None:
    sender = await sending(server, tmp_path, SystemClock())
    host = Host(sender)
    server.drop = "DATA"

    await host.offer(delivery("a"))

    assert await host.settle("a") == {"a": "unknown"}
    server.drop = ""
    await host.offer(delivery("a", again=True))
    await host.offer(delivery("b"))
    await host.settle("b")
    assert server.message_ids == {"<a@example.com>": 1, "<b@example.com>": 1}
    await sender.stop()


async def test_a_server_that_was_down_gets_everything_once_when_it_is_back(
    server: Server, tmp_path: Path
) -> None:
    clock = ManualClock()
    sender = await sending(server, tmp_path, clock)
    host = Host(sender)
    keys = [f"m{number}" for number in range(30)]
    await server.stop()
    await host.offer(*map(delivery, keys))
    while (await sender.status())["routes"]["email"]["breaker"] != "open":
        await asyncio.sleep(0.01)

    await server.start()
    clock.advance(5_000)
    outcomes = await host.settle(keys)

    assert set(outcomes.values()) == {"sent"}
    assert server.message_ids == {f"<{key}@example.com>": 1 for key in keys}
    assert (await sender.status())["routes"]["email"]["breaker"] == "closed"
    await sender.stop()


async def test_stopping_waits_for_the_answer_to_what_is_in_data(
    server: Server, tmp_path: Path
) -> None:
    sender = await sending(server, tmp_path, SystemClock())
    host = Host(sender)
    server.pace = 0.1
    await host.offer(delivery("a"))
    while not server.open_data:
        await asyncio.sleep(0.005)

    await sender.stop()

    (entry,) = Spool(tmp_path / "spool").entries.values()
    assert entry.outcome is not None
    assert entry.outcome.outcome == "sent"


KILLS = 4
CONNECTIONS = 4
LIFE = """
import asyncio, sys
from pathlib import Path
from channels.email import Email
from engine.clock import SystemClock
from engine.runtime.sender import Sender
from engine.runtime.sending.spool import Spool
from tests.sender_host import Host, definitions, delivery

async def main(url: str, spool: str, first: str) -> None:
    email = Email(url, "news@example.com", connections=4)
    sender = Sender({"email": email}, Spool(Path(spool)), SystemClock())
    await sender.start()
    await sender.publish(1, definitions(hello="Hi"))
    host = Host(sender)
    again = first == "False"
    await host.offer(*(delivery(f"m{n}", again=again) for n in range(200)))
    await sender.caught_up("host-0")
    while len(host.outcomes) < 200:
        await host.poll(acknowledge=False)
        await asyncio.sleep(0.02)
    for outcome in host.outcomes.values():
        print(outcome.key, outcome.outcome)

asyncio.run(main(*sys.argv[1:]))
"""


async def live(server: Server, spool: Path, *, first: bool) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", LIFE, server.url, str(spool), str(first),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.slow
async def test_a_sender_killed_again_and_again_doubles_nothing_and_forgets_nothing(
    server: Server, tmp_path: Path
) -> None:
    server.pace = 0.01
    spool = tmp_path / "spool"
    Spool(spool).close()
    in_data = 0
    for round_ in range(KILLS):
        process = await live(server, spool, first=round_ == 0)
        aim = len(server.received) + 30
        while len(server.received) < aim or not server.open_data:
            await asyncio.sleep(0.003)
        process.send_signal(signal.SIGKILL)
        in_data += server.open_data
        await process.communicate()

    process = await live(server, spool, first=False)
    told, _ = await process.communicate()
    outcomes = dict(line.split() for line in told.decode().splitlines())

    unknown = {key for key, outcome in outcomes.items() if outcome == "unknown"}
    assert in_data >= KILLS
    assert set(outcomes) == {f"m{number}" for number in range(200)}
    assert set(outcomes.values()) <= {"sent", "unknown"}
    assert max(server.message_ids.values()) == 1
    assert len(unknown) <= KILLS * CONNECTIONS
    sent = {f"<{key}@example.com>" for key in outcomes.keys() - unknown}
    assert sent <= set(server.message_ids)
