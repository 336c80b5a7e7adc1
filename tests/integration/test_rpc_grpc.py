"""The gRPC door and its client, over real sockets."""

import asyncio
import socket
import stat
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from engine.domain.event import Event
from engine.errors import (
    BadRequest,
    Busy,
    NotAllowed,
    RequestError,
    SettingsError,
    StoreFull,
    Unknown,
)
from engine.ports.engine import Refusal, Verdict
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.client import Relance
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

TRACK = {"type": "track", "event": "Cart Viewed", "userId": "42", "messageId": "m1"}


class Open(NamedTuple):
    engine: EngineInMemory
    doors: Doors
    grpc: str
    http: str
    folder: Path


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Open]:
    engine = EngineInMemory()
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0", tmp_path)
    bound = await doors.start()
    yield Open(engine, doors, *bound, tmp_path)
    await doors.stop(1)


async def test_every_event_gets_its_answer_in_order(place: Open) -> None:
    def push() -> list[str]:
        bad = {"type": "track", "userId": "42"}
        with Relance(place.grpc, "server") as relance:
            answers = relance.push([TRACK, bad, TRACK])
        assert answers[1].code == "no_event_name"
        assert answers[0].message_id == "m1"
        return [answer.outcome for answer in answers]

    assert await asyncio.to_thread(push) == ["accepted", "rejected", "duplicate"]


async def test_the_response_carries_totals_and_rejections_by_index(place: Open) -> None:
    async with grpc.aio.insecure_channel(place.grpc) as channel:
        good, bad = pb.Event(type="track", event="X", user_id="1"), pb.Event(message_id="m2")
        request = pb.PushRequest(events=[good, bad])
        metadata = (("authorization", "Basic c2VydmVyOg=="),)
        response = await wire.EventsStub(channel).Push(request, metadata=metadata)

    assert (response.accepted, response.duplicates, response.rejected) == (1, 0, 1)
    (rejection,) = response.rejections
    assert (rejection.index, rejection.message_id, rejection.code) == (1, "m2", "bad_type")


async def test_many_events_go_in_several_calls_and_are_answered_as_one(place: Open) -> None:
    def push() -> int:
        events = [{"type": "track", "event": "X", "userId": str(n)} for n in range(1_200)]
        with Relance(place.grpc, "server") as relance:
            return len(relance.push(events))

    assert await asyncio.to_thread(push) == 1_200
    assert place.engine.pushes == 3
    assert len(place.engine.events) == 1_200


async def test_overload_is_waited_out_and_stored_once(place: Open) -> None:
    place.engine.busy, place.engine.retry_after = 2, 0.05

    def push() -> str:
        with Relance(place.grpc, "server") as relance:
            return relance.push([TRACK])[0].outcome

    assert await asyncio.to_thread(push) == "accepted"
    assert place.engine.pushes == 3
    assert len(place.engine.events) == 1


async def test_patience_ends_with_the_delay_that_the_engine_asked_for(place: Open) -> None:
    place.engine.busy, place.engine.retry_after = 9, 7.5

    def push() -> float:
        with Relance(place.grpc, "server") as relance, pytest.raises(Busy) as busy:
            relance.push([TRACK], patience=0.1)
        return busy.value.retry_after

    assert await asyncio.to_thread(push) == 7.5


async def test_overload_tells_every_grpc_client_when_to_come_back(place: Open) -> None:
    place.engine.busy = 1
    async with grpc.aio.insecure_channel(place.grpc) as channel:
        request = pb.PushRequest(events=[pb.Event(type="track", event="X", user_id="1")])
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await wire.EventsStub(channel).Push(
                request, metadata=(("authorization", "Bearer server"),)
            )

    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert ("grpc-retry-pushback-ms", "1000") in tuple(error.value.trailing_metadata() or ())


@pytest.mark.parametrize(
    ("key", "may"),
    [
        ("public", {"push"}),
        ("server", {"push"}),
        ("viewer", {"read"}),
        ("operator", {"read", "pause"}),
        ("admin", {"push", "read", "pause", "keys"}),
        ("wrong", set()),
        ("", set()),
    ],
)
async def test_each_kind_of_key_opens_its_own_doors(place: Open, key: str, may: set[str]) -> None:
    def tried() -> set[str]:
        opened = set()
        with Relance(place.grpc, key) as relance:
            calls = {
                "push": lambda: relance.push([TRACK]),
                "read": relance.status,
                "pause": lambda: relance.pause("scenario", "welcome"),
                "keys": relance.keys,
            }
            for name, call in calls.items():
                try:
                    call()
                    opened.add(name)
                except NotAllowed:
                    continue
        return opened

    assert await asyncio.to_thread(tried) == may


async def test_an_address_to_suppress_is_taken_as_people_write_it(place: Open) -> None:
    def suppress(address: str) -> None:
        with Relance(f"unix:{place.folder}/control.sock") as relance:
            relance.suppress("", address, "asked")

    for address in ("06 12 34 56 78", " Ada@example.com "):
        await asyncio.to_thread(suppress, address)
    told = [act[2] for act in place.engine.acts]
    assert told == ["+33612345678", "Ada@example.com"]
    with pytest.raises(BadRequest, match="'ada' is neither an email address nor a phone number"):
        await asyncio.to_thread(suppress, "ada")


async def test_the_control_socket_needs_no_key_and_acts_as_local(place: Open) -> None:
    def administer() -> str:
        with Relance(f"unix:{place.folder}/control.sock") as relance:
            relance.act("user_id:42", "set", "plan", {"name": "pro"})
            relance.suppress("email", "a@b.fr", "asked")
            relance.lift("email", "a@b.fr")
            relance.consent("user_id:42", "email/news", "granted", "letter of 3 May")
            relance.confirm_clock()
            return relance.create_key("server", "shop")

    assert stat.S_IMODE((place.folder / "control.sock").stat().st_mode) == 0o600
    assert await asyncio.to_thread(administer) == "secret-shop"
    assert place.engine.acts == [
        ("set", "user_id:42", "plan", {"name": "pro"}, "local"),
        ("suppress", "email", "a@b.fr", "asked", "local"),
        ("lift", "email", "a@b.fr", "local", ()),
        ("consent", "user_id:42", "email/news", "granted", "letter of 3 May", "local"),
        ("confirm_clock", "local"),
    ]


@pytest.mark.parametrize(("status", "evidence"), [("granted", ""), ("perhaps", "letter of 3 May")])
async def test_consent_without_evidence_or_sense_is_refused(
    place: Open, status: str, evidence: str
) -> None:
    def state() -> None:
        with Relance(f"unix:{place.folder}/control.sock") as relance:
            relance.consent("user_id:42", "email", status, evidence)

    with pytest.raises(BadRequest):
        await asyncio.to_thread(state)
    assert place.engine.acts == []


async def test_a_control_socket_works_in_a_folder_with_a_long_path(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 120)
    folder.mkdir()
    doors = Doors(EngineInMemory(), "127.0.0.1:0", "127.0.0.1:0", folder)
    await doors.start()
    with Relance(f"unix:{folder}/control.sock") as relance:
        assert await asyncio.to_thread(relance.health)
    await doors.stop(1)

    assert list(folder.iterdir()) == []


async def test_a_socket_left_by_a_dead_process_is_replaced_but_never_a_file(tmp_path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "control.sock"))
    dead.close()
    doors = Doors(EngineInMemory(), "127.0.0.1:0", "127.0.0.1:0", tmp_path)
    await doors.start()
    await doors.stop(1)
    (tmp_path / "control.sock").write_text("precious")

    with pytest.raises(SettingsError, match="in the way"):
        await Doors(EngineInMemory(), "127.0.0.1:0", "127.0.0.1:0", tmp_path).start()

    assert (tmp_path / "control.sock").read_text() == "precious"


async def test_reports_and_acts_travel(place: Open) -> None:
    def ask() -> None:
        with Relance(place.grpc, "admin") as relance:
            relance.push([TRACK | {"userId": "7"}])
            assert relance.status() == {"events": 1}
            assert relance.contact("user_id:7") == {"key": "user_id:7", "timeline": ["Cart Viewed"]}
            assert relance.contact("user_id:8") is None
            assert relance.segments() == [{"segment": "buyers", "size": 2}]
            assert [relance.lifecycle()["days"], relance.lifecycle(7)["days"]] == [30, 7]
            assert relance.scenarios() == [{"scenario": "welcome", "running": 1}]
            assert relance.rulebook()["version"] == 0
            assert relance.fsck() == {"findings": [], "checked": {"events": 1}}
            assert relance.apply(b"{}", note="a first try") == 1
            assert relance.versions() == [{"version": 1, "note": "a first try"}]
            assert relance.published(1) == {}
            assert len(relance.keys()) == 5

    await asyncio.to_thread(ask)
    assert place.engine.published == [b"{}"]


async def test_what_is_wrong_is_told_in_the_engines_words(place: Open) -> None:
    def ask() -> None:
        with Relance(place.grpc, "admin") as relance:
            with pytest.raises(BadRequest, match=r"unknown key 'conditon'\nb\.yaml"):
                relance.apply(b"bad")
            with pytest.raises(Unknown, match="no scenario is called ghost"):
                relance.pause("scenario", "ghost")
            with pytest.raises(Unknown, match="no key in force"):
                relance.revoke_key("ghost")
            with pytest.raises(BadRequest, match="kind: 'king' is none of public"):
                relance.create_key("king", "x")
            with pytest.raises(BadRequest, match="timeline: at most"):
                relance.contact("user_id:7", timeline=5_000)
            with pytest.raises(BadRequest, match="no field 'user_id'"):
                relance.push([{"type": "track", "user_id": "1"}])

    await asyncio.to_thread(ask)


async def test_a_call_over_the_limits_is_refused_for_good(place: Open) -> None:
    metadata = (("authorization", "Bearer server"),)
    async with grpc.aio.insecure_channel(place.grpc) as channel:
        push = wire.EventsStub(channel).Push
        with pytest.raises(grpc.aio.AioRpcError) as many:
            await push(pb.PushRequest(events=[pb.Event()] * 2_501), metadata=metadata)
        huge = pb.Event(properties=bytes(5 * 2**20))
        with pytest.raises(grpc.aio.AioRpcError) as large:
            await push(pb.PushRequest(events=[huge]), metadata=metadata)

    assert many.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert large.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert place.engine.pushes == 0


async def test_an_address_where_nothing_answers_is_named_with_what_to_try() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    told = f"nothing answers at {address}.*relance up"
    with Relance(address, "admin") as relance, pytest.raises(RequestError, match=told):
        await asyncio.to_thread(relance.status)
    with pytest.raises(RequestError, match="no engine at unix:/nowhere"):
        Relance("unix:/nowhere/control.sock")


async def test_a_taken_address_is_named_and_leaves_nothing_open(place: Open) -> None:
    for addresses in ((place.grpc, "127.0.0.1:0"), ("127.0.0.1:0", place.http)):
        with pytest.raises(SettingsError, match=r"cannot listen on 127.0.0.1:\d+.*\[rpc\]"):
            await Doors(EngineInMemory(), *addresses).start()

    async with httpx.AsyncClient() as http:
        assert (await http.get(f"http://{place.http}/healthz")).status_code == 200


@pytest.mark.parametrize("address", ["8470", ":8470", "localhost:x", "localhost:70000"])
async def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(SettingsError, match="write host:port"):
        await Doors(EngineInMemory(), address, "127.0.0.1:0").start()


async def test_health_follows_the_store_and_ends_with_the_doors(place: Open) -> None:
    async with grpc.aio.insecure_channel(place.grpc) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest(service="relance.v1.Events")
        watch = health.Watch(request)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        place.engine.accepts_writes = False
        assert (await health.Check(request)).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.aio.AioRpcError, match="NOT_FOUND"):
            await health.Check(health_pb2.HealthCheckRequest(service="ghost"))


class Slow(EngineInMemory):
    """Its commit waits for ``go_on``."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def push(self, source: str, items: Sequence[Event | Refusal]) -> list[Verdict]:
        self.begun.set()
        await self.go_on.wait()
        return await super().push(source, items)


async def test_a_push_whose_caller_gave_up_is_kept() -> None:
    engine = Slow()
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    address, _ = await doors.start()
    async with grpc.aio.insecure_channel(address) as channel:
        request = pb.PushRequest(events=[pb.Event(type="track", event="X", user_id="1")])
        call = wire.EventsStub(channel).Push(
            request, metadata=(("authorization", "Bearer server"),)
        )
        await engine.begun.wait()
        call.cancel()
    engine.go_on.set()
    await doors.stop(2)

    assert [event.name for event in engine.events.values()] == ["X"]


async def test_doors_that_close_finish_the_push_that_they_began() -> None:
    engine = Slow()
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    address, _ = await doors.start()
    async with grpc.aio.insecure_channel(address) as channel:
        request = pb.PushRequest(events=[pb.Event(type="track", event="X", user_id="1")])
        call = wire.EventsStub(channel).Push(
            request, metadata=(("authorization", "Bearer server"),)
        )
        await engine.begun.wait()
        closing = asyncio.create_task(doors.stop(5))
        engine.go_on.set()
        response = await call
        await closing

    assert response.accepted == 1


class Full(EngineInMemory):
    async def status(self) -> dict[str, Any]:
        raise StoreFull

    async def fsck(self) -> dict[str, Any]:
        raise ValueError("a bug")


async def test_a_full_disk_and_a_bug_are_told_apart_from_an_engine_that_is_away() -> None:
    doors = Doors(Full(), "127.0.0.1:0", "127.0.0.1:0")
    address, _ = await doors.start()

    def ask() -> None:
        with Relance(address, "admin") as relance:
            with pytest.raises(RequestError, match="Free space, then go on"):
                relance.status()
            with pytest.raises(RequestError, match="its log says where"):
                relance.fsck()

    await asyncio.to_thread(ask)
    await doors.stop(1)
