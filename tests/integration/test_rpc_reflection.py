"""Whether the gRPC door tells which calls there are."""

import grpc
import pytest
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


async def listed(*, reflection: bool) -> list[str]:
    doors = Doors(EngineInMemory(), "127.0.0.1:0", "127.0.0.1:0", reflection=reflection)
    address, _ = await doors.start()
    try:
        async with grpc.aio.insecure_channel(address) as channel:
            stub = reflection_pb2_grpc.ServerReflectionStub(channel)
            asked = reflection_pb2.ServerReflectionRequest(list_services="")
            (answer,) = [one async for one in stub.ServerReflectionInfo(iter([asked]))]
            return [service.name for service in answer.list_services_response.service]
    finally:
        await doors.stop(1)


async def test_where_it_is_switched_on_every_service_is_listed() -> None:
    names = await listed(reflection=True)

    assert {"relance.v1.Events", "relance.v1.Console", "relance.v1.Control"} <= set(names)


async def test_it_is_off_unless_it_is_switched_on() -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await listed(reflection=False)

    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED
