"""Text messages through a whole engine, the official client and a local server that answers as Twilio."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.bootstrap import Spec, init_data, part
from engine.clock import SystemClock
from engine.domain.rulebooks.definitions import encode
from engine.loading.definitions import load
from engine.offline import create_key
from engine.rpc.client import Relance
from engine.runtime.coordinator import NAME, SENDER
from engine.runtime.processes.in_process import InProcessRuntime
from engine.runtime.processes.supervisor import Supervisor
from engine.settings import Rpc, Runtime, Settings, Sms
from tests.twilio_server import ACCOUNT, PUBLIC, SERVICE, TOKEN, Day, TwilioServer, twilio_server

RATE = 300.0
"""A quarter of an hour, which makes an absence sure, takes three seconds."""
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
SIGNED_UP = {"type": "track", "event": "Signed Up"}
Report = dict[str, Any]


class Engine:
    """One that runs, the Twilio that it sends to, and a push key."""

    def __init__(
        self, runtime: InProcessRuntime, server: TwilioServer, admin: Relance, key: str
    ) -> None:
        self.runtime = runtime
        self.server = server
        self.key = key
        self._admin = admin
        self._batch: list[Report] = []

    async def sign_up(self, *numbers: int) -> None:
        """People who agree to text messages, and the event that has one sent."""
        for number in numbers:
            traits = {
                "first_name": f"Ada {number}", "phone": phone(number), "consent_sms": True,
            }  # fmt: skip
            self.said(number, {"type": "identify", "traits": traits}, SIGNED_UP)
        await self.push()

    def said(self, number: int, *items: Report) -> None:
        self._batch += [{"userId": str(number), **item} for item in items]

    async def push(self) -> None:
        """What was said since the last time."""
        batch, self._batch = {"batch": self._batch}, []
        url = f"{self.server.calls_to}/v1/batch"
        answer = await self.server.client.post(url, json=batch, auth=(self.key, ""))
        assert answer.json() == {"success": True}

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
        keys = [create_key(data, kind, kind) for kind in ("server", "admin")]  # type: ignore[arg-type]
        spec = Spec(str(data), settings, 1, encode(load(folder / "workspace")))
        runtime = InProcessRuntime(part, msgspec.msgpack.encode(spec))
        supervisor = Supervisor(runtime, [SENDER, "host-0", NAME], lambda _: None)
        await supervisor.start()
        watching = asyncio.create_task(supervisor.run())
        grpc, http = msgspec.msgpack.decode(await runtime.calls.call(NAME, "addresses", b""))
        server.calls_to = f"http://{http}"
        with Relance(grpc, keys[1]) as admin:
            try:
                yield Engine(runtime, server, admin, keys[0])
            finally:
                watching.cancel()
                await supervisor.stop()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCE_TWILIO_AUTH_TOKEN", TOKEN)


BAD_DAYS = (
    Day(takes=False, answers=429, code=20_429, retry_after="1"),
    Day(answers=500),
    Day(takes=False, answers=503),
    Day(after=0.6),
    Day(answers=0),
    Day(takes=False, answers=0),
    Day(tells=("queued", "delivered", "sent", "delivered")),
    Day(answers=0, tells=("sent",)),
)
"""Told to wait; taken and lost by 5xx or by hanging up, before and after; slow; called back early."""


def weather(key: str, attempt: int) -> Day:
    """A quarter of the first attempts go wrong, each in its way; all goes well the second time."""
    number = int(key.partition(".")[0]) >> 16
    bad = number % 4 == 0 and not attempt
    return BAD_DAYS[number // 4 % len(BAD_DAYS)] if bad else Day()


async def test_of_a_hundred_text_messages_on_a_bad_day_none_is_lost_and_none_doubled(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path, weather, timeout=0.4) as running:
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


async def test_what_was_leaving_when_the_sender_was_killed_is_found_and_sent_once(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path, lambda *_: Day(after=0.3)) as running:
        await running.sign_up(*range(30))
        while len(running.server.messages) < 5:
            await asyncio.sleep(0.01)
        await running.runtime.kill(SENDER)

        counters = await running.until(lambda c: c["sent"] == 30)

        assert Counter(running.server.taken()) == dict.fromkeys(running.server.taken(), 1)
        assert (len(running.server.messages), counters["unknown"]) == (30, 0)
        assert await running.fsck() == []


async def test_a_message_lost_twice_on_its_way_has_failed(tmp_path: Path) -> None:
    async with engine(tmp_path, lambda *_: Day(takes=False, answers=0)) as running:
        await running.sign_up(1)

        counters = await running.until(lambda c: c["failed"] == 1)

        assert len(running.server.posts) == 2
        assert (counters["deferred"], counters["sent"], counters["unknown"]) == (1, 0, 0)
        assert await running.fsck() == []


async def test_twilios_own_call_settles_a_message_that_is_in_doubt(tmp_path: Path) -> None:
    async with engine(tmp_path, (Day(answers=0, tells=("delivered",)),)) as running:
        running.server.lists = False
        await running.sign_up(1)

        await running.until(lambda c: c["delivered"] == 1)
        status = await running.ask("status")

        assert (status["messages"]["sent"], status["messages"]["queued"]) == (1, 0)
        while not running.server.called:  # it hears our answer after the commit that we counted
            await asyncio.sleep(0.01)
        assert running.server.called == [200]
        assert await running.fsck() == []


async def test_a_call_told_twice_in_any_order_and_after_other_events_counts_once(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as running:
        await running.sign_up(1)
        await running.until(lambda c: c["sent"] == 1)
        (message,) = running.server.messages
        for status in ("undelivered", "delivered", "sent", "undelivered"):
            await running.server.call_back(message, status, "30003")
        seen = [{"type": "track", "event": "Seen", "properties": {"n": n}} for n in range(100)]
        running.said(1, *seen)
        await running.push()
        await running.server.call_back(message, "delivered")

        counters = await running.counters()
        assert (counters["delivered"], counters["undelivered"], counters["sent"]) == (1, 1, 1)
        assert await running.fsck() == []


async def test_who_answers_arret_gets_no_more_and_has_withdrawn_consent(tmp_path: Path) -> None:
    async with engine(tmp_path) as running:
        await running.sign_up(1)
        await running.until(lambda c: c["sent"] == 1)

        told = [await running.server.hear(phone(1), "Arrêt svp") for _ in range(2)]
        running.said(1, SIGNED_UP)
        await running.push()
        counters = await running.until(lambda c: c["skipped"] + c["failed"] == 1)

        ada = await running.ask("contact", "user_id:1", 0)
        assert told == [200, 200]
        assert ada["attributes"]["consent_sms"] is False
        assert (len(running.server.messages), counters["intended"]) == (1, 1)
        assert await running.fsck() == []


async def test_who_answers_start_after_stop_is_written_to_again(tmp_path: Path) -> None:
    async with engine(tmp_path) as running:
        await running.sign_up(1)
        await running.until(lambda c: c["sent"] == 1)
        for word in ("STOP", "START"):
            assert await running.server.hear(phone(1), word, f"SM{word}") == 200

        ada = await running.ask("contact", "user_id:1", 0)
        assert ada["attributes"]["consent_sms"] is True
        assert (ada["consents"]["sms"]["source"], ada["suppressed"]) == (
            "opted_out",
            {"sms": False},
        )
        running.said(1, SIGNED_UP)
        await running.push()
        await running.until(lambda c: c["sent"] == 2)
        assert await running.fsck() == []


async def test_a_stop_holds_for_everybody_who_has_the_number(tmp_path: Path) -> None:
    async with engine(tmp_path) as running:
        await running.server.hear(phone(1), "STOP")
        await running.sign_up(1)

        counters = await running.until(lambda c: c["failed"] + c["skipped"] == 1)

        assert running.server.messages == []
        assert counters["sent"] == 0


async def test_who_has_opted_out_at_twilio_is_not_written_to_again(tmp_path: Path) -> None:
    async with engine(tmp_path, (Day(False, 400, code=21_610),)) as running:
        await running.sign_up(1)
        await running.until(lambda c: c["suppressed"] == 1)

        ada = await running.ask("contact", "user_id:1", 0)
        assert ada["attributes"]["consent_sms"] is False
        assert (await running.counters())["failed"] == 1


async def test_an_answer_becomes_an_event_of_the_person(tmp_path: Path) -> None:
    async with engine(tmp_path) as running:
        await running.sign_up(1)
        await running.server.hear(phone(1), "Merci !")

        ada = await running.ask("contact", "user_id:1", 20)
        heard = [row["fields"] for row in ada["timeline"] if row["message"] == "event"]
        assert ("SMS Received", {"text": "Merci !", "stop": False}) in [
            (row["name"], row["properties"]) for row in heard
        ]


async def test_a_call_that_is_not_proved_changes_nothing(tmp_path: Path) -> None:
    async with engine(tmp_path) as running:
        await running.sign_up(1)
        await running.until(lambda c: c["sent"] == 1)
        (message,) = running.server.messages
        form = {"MessageSid": message["sid"], "MessageStatus": "delivered"}

        assert await running.server.call(message["callback"], form, signature="forged") == 403
        unknown = f"{PUBLIC}/v1/receipts/twilio/OTk5LjEvdGV4dC8x"
        assert await running.server.call(unknown, form) == 404
        assert await running.server.call(f"{PUBLIC}/v1/inbound/other", form) == 404
        assert (await running.counters())["delivered"] == 0
