"""The gRPC service for a contact's past. Method names are the wire's."""
# ruff: noqa: N802

from collections.abc import AsyncIterator

from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine
from engine.ports.host_store import LogRow
from engine.ports.life import LifePart
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import OPERATORS
from engine.rpc.grpc.guard import Guard, streamed_to
from engine.rpc.items.phone_number import told_key


class Lives(wire.LivesServicer):
    def __init__(self, engine: Engine, guard: Guard) -> None:
        self._engine = engine
        self.guard = guard

    @streamed_to(*OPERATORS)
    async def Read(self, request: pb.LifeRequest, _caller: ApiKey) -> AsyncIterator[pb.LifePart]:
        key = told_key(request.key, self._engine.rulebooks.country())
        async for part in self._engine.lives.read(key):
            yield pb.LifePart(
                contact=part.contact,
                rows=[_row(row) for row in part.rows],
                state=part.state,
                now=part.now,
                cut=part.cut,
                rulebooks=part.rulebooks,
            )


def _row(row: LogRow) -> pb.LifeRow:
    return pb.LifeRow(
        row=row.id,
        retention_class=row.klass,
        before=row.prev,
        at=row.now,
        rulebook=row.rulebook,
        message=row.body,
        facts=row.facts,
    )


def part_of(told: pb.LifePart) -> LifePart:
    """As the reader gets it."""
    rows = [
        LogRow(
            row.row,
            told.contact,
            row.retention_class,
            row.before,
            row.at,
            row.rulebook,
            row.message,
            row.facts,
        )
        for row in told.rows
    ]
    return LifePart(told.contact, rows, told.state, told.now, told.cut, dict(told.rulebooks))
