"""Text messages through a whole engine, the official client and a local server that answers as Twilio."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from engine.bootstrap import Spec, create_key_offline, init_data, part
from engine.clock import SystemClock
from engine.domain.definitions import encode
from engine.loading.definitions import load
from engine.rpc.client import Relance
from engine.runtime.coordinator import NAME, SENDER
from engine.runtime.in_process import InProcessRuntime
from engine.runtime.supervisor import Supervisor
from engine.settings import Rpc, Runtime, Settings, Sms
from tests.twilio_server import ACCOUNT, PUBLIC, SERVICE, TOKEN, Day, TwilioServer, twilio_server

RATE = 600.0
"""A quarter of an hour, which makes an absence sure, takes a second and a half."""
FILES = {
    "scenarios/hello.yaml": """\
scenario: hello
trigger: {event: Signed Up}
steps:
  - {do: send, id: text, channel: sms, template: hello}
""",
    "templates/hello/template.yaml": "channel: sms\n",
    "templates/hello/text.txt": "Bonjour {{ contact.first_name }}, STOP au 36111\n",
}
Report = dict[str, Any]


class Engine:
    def __init__(self, runtime: InProcessRuntime, server: TwilioServer, admin: Relance) -> None:
        self.runtime = runtime
        self.server = server
        self._admin = admin

    async def sign_up(self, *numbers: int) -> None:
        batch = []
        for number in numbers:
            traits = {
                "first_name": f"Ada {number}", "phone": phone(number), "consent_sms": True,
            }  # fmt: skip
            who = {"userId": str(number)}
            batch.append({"type": "identify", "messageId": f"i{number}", "traits": traits, **who})
            batch.append({"type": "track", "messageId": f"t{number}", "event": "Signed Up", **who})
        async with httpx.AsyncClient(base_url=self.server.calls_to) as client:
            answer = await client.post("/v1/batch", json={"batch": batch}, auth=(self.key, ""))
        assert answer.json() == {"success": True}

    key = ""

    async def ask(self, method: str, *args: Any) -> Report:
        found: Report = await asyncio.to_thread(getattr(self._admin, method), *args)
        return found

    async def counters(self) -> Counter[str]:
        raw = await self.runtime.calls.call("host-0", "status", b"")
        return Counter(msgspec.msgpack.decode(raw)["counters"])

    async def until(self, condition: Callable[[Counter[str]], bool]) -> Counter[str]:
        while not condition(counters := await self.counters()):
            await asyncio.sleep(0.05)
        return counters

    async def fsck(self) -> list[str]:
        found: list[str] = (await self.ask("fsck"))["findings"]
        return found


def phone(number: int) -> str:
    return f"+336{number:08d}"


@asynccontextmanager
async def engine(
    folder: Path, days: Callable[[str, int], Day] | tuple[Day, ...] = (), **sms: Any
) -> AsyncIterator[Engine]:
    for name, text in FILES.items():
        path = folder / "workspace" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    origin = SystemClock().now()
    async with twilio_server(SystemClock(RATE, origin), days) as server:
        settings = Settings(
            runtime=Runtime(clock_rate=RATE, clock_origin=origin),
            rpc=Rpc(grpc="127.0.0.1:0", http="127.0.0.1:0"),
            sms=Sms(
                account=ACCOUNT, sender=SERVICE, callback_url=PUBLIC, base_url=server.url,
                per_second=1_000.0, **sms,
            ),
        )  # fmt: skip
        data = folder / "data"
        init_data(data, settings)
        keys = [create_key_offline(data, kind, kind) for kind in ("server", "admin")]  # type: ignore[arg-type]
        spec = Spec(str(data), settings, 1, encode(load(folder / "workspace")))
        runtime = InProcessRuntime(part, msgspec.msgpack.encode(spec))
        supervisor = Supervisor(runtime, [SENDER, "host-0", NAME], lambda _: None)
        await supervisor.start()
        watching = asyncio.create_task(supervisor.run())
        grpc, http = msgspec.msgpack.decode(await runtime.calls.call(NAME, "addresses", b""))
        server.calls_to = f"http://{http}"
        with Relance(grpc, keys[1]) as admin:
            running = Engine(runtime, server, admin)
            running.key = keys[0]
            yield running
        watching.cancel()
        await supervisor.stop()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCE_TWILIO_AUTH_TOKEN", TOKEN)


BAD_DAYS = (
    Day(takes=False, answers=429, code=20_429, retry_after="1"),
    Day(answers=500),
    Day(takes=False, answers=503),
    Day(after=1.0),
    Day(answers=0),
    Day(takes=False, answers=0),
    Day(tells=("queued", "delivered", "sent", "delivered")),
    Day(answers=0, tells=("sent",)),
)
"""Told to wait; taken and lost by 5xx or by hanging up, before and after; slow; called back early."""


def weather(key: str, attempt: int) -> Day:
    """Half of the first attempts go wrong, each in its way; all goes well the second time."""
    number = int(key.partition(".")[0]) >> 16
    return BAD_DAYS[number // 2 % len(BAD_DAYS)] if number % 2 and not attempt else Day()


async def test_of_a_hundred_text_messages_on_a_bad_day_none_is_lost_and_none_doubled(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path, weather, timeout=0.5) as running:
        await running.sign_up(*range(100))
        counters = await running.until(lambda c: c["sent"] + c["failed"] + c["unknown"] == 100)
        server = running.server
        for message in reversed(server.messages):
            for status in ("delivered", "sent", "delivered"):
                await server.call_back(message, status)

        assert Counter(server.taken()) == dict.fromkeys(server.taken(), 1)
        assert len(server.messages) == 100
        assert (counters["sent"], counters["intended"]) == (100, 100)
        assert set(server.called) == {200}
        assert (await running.counters())["delivered"] == 100
        assert await running.fsck() == []
