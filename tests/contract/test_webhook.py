"""Webhooks over real sockets: signed so that the standard's library believes it, and never led astray."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.outside import Outside, networks
from channels.webhook import LARGEST, READ, Webhook
from engine.clock import SystemClock
from engine.domain.effect import Send
from engine.domain.language.endpoint import Endpoint
from engine.domain.message import Receipt
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.errors import Deferred, Refused, RouteDown
from engine.ports.sending import Answered, Delivery, Rendered
from engine.runtime.sender import Sender
from engine.runtime.sending.spool import Spool
from tests.sender_host import Host
from tests.unit.domain import builders as build
from tests.webhook_server import OLDER, SECRET, Receiver, receiver

HOME = Outside(networks("127.0.0.0/8, ::1"))


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made


def channel(url: str, outside: Outside = HOME, **rest: Any) -> Webhook:
    return Webhook("webhook/crm", url, (SECRET, OLDER), outside, SystemClock(), **rest)


def hook(text: str = '{"type":"segment.entered","data":{"name":"été"}}') -> Rendered:
    return Rendered("1.1/webhook/1/crm/2", "<abc@example.com>", "", "", text, "", False, 0)


async def test_every_secret_signs_and_the_id_stays_over_retries(there: Receiver) -> None:
    one = channel(there.url)
    left: list[int] = []
    for _ in range(2):
        assert await one.send(hook(), lambda: left.append(len(there.ids))) == "200"
    assert there.bodies[0] == {"type": "segment.entered", "data": {"name": "été"}}
    assert there.ids == ["msg_abc", "msg_abc"]
    assert left == [0, 1]


async def test_the_answer_comes_back_when_it_is_json_of_a_size(there: Receiver) -> None:
    there.answers = [
        (200, b'{"accepted": true}', {}),
        (200, b"thanks", {}),
        (202, b'"' + b"x" * READ + b'"', {}),
    ]
    answers = []
    for _ in range(3):
        reply = await channel(there.url).send(hook(), lambda: None)
        assert isinstance(reply, Answered)
        answers.append(reply.answer)
    assert answers == [b'{"accepted": true}', b"", b""]


@pytest.mark.parametrize(
    ("status", "headers", "pause", "down"),
    [
        (500, {}, 0, False),
        (404, {}, 0, False),
        (302, {"Location": "http://169.254.169.254/"}, 0, False),
        (429, {"Retry-After": "7"}, 7_000, True),
        (503, {"Retry-After": "99999999"}, 86_400_000, True),
    ],
)
async def test_what_is_not_taken_is_put_off(
    there: Receiver, status: int, headers: dict[str, str], pause: int, down: bool
) -> None:
    there.answers = [(status, b"no", headers)]
    with pytest.raises(Deferred) as refused:
        await channel(there.url).send(hook(), lambda: None)
    assert (refused.value.retry_after, refused.value.down) == (pause, down)
    assert len(there.ids) == 1


async def test_gone_disables_the_endpoint_until_it_is_enabled(there: Receiver) -> None:
    one = channel(there.url)
    there.answers = [(410, b"", {}), (200, b"", {})]
    for _ in range(2):
        with pytest.raises(Refused, match="410"):
            await one.send(hook(), lambda: None)
    assert (one.disabled, len(there.ids)) == (True, 1)
    one.disabled = False
    assert await one.send(hook(), lambda: None) == "200"


async def test_nobody_there_is_tried_later() -> None:
    with pytest.raises(Deferred, match="no answer") as refused:
        await channel("http://127.0.0.1:9/hooks").send(hook(), lambda: None)
    assert refused.value.down


async def test_what_is_too_large_or_unsigned_does_not_leave(there: Receiver) -> None:
    with pytest.raises(Refused, match="20,000"):
        await channel(there.url).send(hook("x" * (LARGEST + 1)), lambda: None)
    unsigned = Webhook("webhook/crm", there.url, (), HOME, SystemClock())
    with pytest.raises(RouteDown, match="secret"):
        await unsigned.send(hook(), lambda: None)
    assert there.ids == []


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1:8443/", "https://localhost:8443/", "https://[::1]:8443/", "https://[::ffff:127.0.0.1]:8443/"],
)  # fmt: skip
async def test_private_addresses_are_refused_where_they_are_connected_to(url: str) -> None:
    with pytest.raises(Refused, match="no public address"):
        await channel(url, Outside()).send(hook(), lambda: None)


@pytest.mark.parametrize(
    ("url", "why"),
    [("http://example.com/", "not encrypted"), ("https://example.com:22/", "port 22")],
)
async def test_without_an_allowance_only_https_on_its_ports_is_spoken(url: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        await channel(url, Outside()).send(hook(), lambda: None)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00:ec2::254", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("ff02::1", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    if public:
        Outside().admit(address)
        return
    with pytest.raises(OSError, match="no public address"):
        Outside().admit(address)
    Outside(networks(address)).admit(address)


async def test_the_sender_tells_an_endpoint_of_its_rulebook_and_brings_its_answer_home(
    there: Receiver, tmp_path: Path
) -> None:
    there.answers = [(200, b'{"grade": "A"}', {})]
    crm = Endpoint(webhook="crm", url=there.url)
    sender = Sender(
        {}, Spool(tmp_path / "spool", "boot"), SystemClock(), endpoint=lambda one: channel(one.url)
    )
    await sender.start()
    await sender.publish(1, encode(Definitions(webhooks=(crm,))))
    host, told = Host(sender), {"type": "event", "timestamp": "now", "data": {"contact": 1}}
    send = Send("1.1/webhook/1/crm/2", 1, "webhook", "webhook/crm", "", "", False, told, 0)
    await host.offer(Delivery(send, "", "<abc@example.com>"))
    assert await host.settle([send.key]) == {send.key: "sent"}
    assert there.bodies == [told]
    assert host.outcomes[send.key].answer == b'{"grade": "A"}'
    await sender.stop()


async def sender_that_tells(url: str, folder: Path) -> Sender:
    """A new life on the spool of this folder."""
    opened = Spool(folder / "spool", "boot")
    sender = Sender({}, opened, SystemClock(), endpoint=lambda one: channel(one.url))
    await sender.start()
    await sender.publish(1, encode(Definitions(webhooks=(Endpoint(webhook="crm", url=url),))))
    return sender


def told(number: int) -> Delivery:
    key, data = f"1.1/webhook/1/crm/{number}", {"type": "event", "data": {"contact": 1}}
    send = Send(key, 1, "webhook", "webhook/crm", "", "", False, data, 0)
    return Delivery(send, "", f"<abc{number}@example.com>")


async def outcome_of(sender: Sender, number: int) -> str:
    host = Host(sender)
    await host.offer(one := told(number))
    return (await host.settle([one.send.key]))[one.send.key]


async def test_an_endpoint_that_is_gone_stays_so_in_the_senders_next_life(
    there: Receiver, tmp_path: Path
) -> None:
    there.answers = [(410, b"", {}), (200, b"", {})]
    outcomes = []
    for number in (1, 2):
        sender = await sender_that_tells(there.url, tmp_path)
        outcomes.append(await outcome_of(sender, number))
        await sender.stop()
    assert (outcomes, len(there.ids)) == (["failed", "failed"], 1)
    for number in (3, 4):
        sender = await sender_that_tells(there.url, tmp_path)
        assert await sender.enable("webhook/crm")
        assert await outcome_of(sender, number) == "sent"
        await sender.stop()


async def test_an_endpoint_that_moved_is_told_again_though_it_was_gone(
    there: Receiver, tmp_path: Path
) -> None:
    there.answers = [(410, b"", {}), (200, b"", {})]
    for number, url, outcome in ((1, there.url, "failed"), (2, f"{there.url}?v=2", "sent")):
        sender = await sender_that_tells(url, tmp_path)
        assert await outcome_of(sender, number) == outcome
        await sender.stop()


async def test_a_run_waits_for_the_answer_of_an_endpoint_and_chooses_by_it(
    there: Receiver, tmp_path: Path
) -> None:
    there.answers = [(503, b"", {}), (200, b'{"grade": "A"}', {})]
    crm = Endpoint(webhook="crm", url=there.url)
    one = build.life(
        build.scenario(
            "lead",
            {"event": "Asked"},
            {"do": "webhook", "id": "ask", "webhook": "crm", "wait": "1d"},
            {"do": "branch", "id": "graded", "when": [{"answer": {"grade": "A"}}]},
            build.put("good", "lead", "good"),
        ),
        webhooks=(crm,),
    )
    one.does("Asked", properties={"cart": 7})
    [send] = one.sends
    sender = Sender(
        {}, Spool(tmp_path / "spool", "boot"), SystemClock(), endpoint=lambda one: channel(one.url)
    )
    await sender.start()
    await sender.publish(1, encode(Definitions(webhooks=(crm,))))
    host = Host(sender)
    for attempt in (1, 2):
        host.outcomes.clear()
        await host.offer(Delivery(send, "", "<abc@example.com>", attempts=attempt))
        outcome = (await host.settle([send.key]))[send.key]
        answer = host.outcomes[send.key].answer
        one.take(Receipt(send.key, outcome, send.scenario, send.channel, answer=answer))
        assert ("lead" in one.contact.attributes) is (attempt == 2)
    assert there.bodies[0]["data"]["properties"] == {"cart": 7}
    await sender.stop()
