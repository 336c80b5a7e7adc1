"""The catalog over gRPC: products in, and looked up again."""
# ruff: noqa: N802

import msgspec
from google.protobuf.empty_pb2 import Empty

from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import OPERATORS, VIEWERS
from engine.rpc.grpc.grpc_status import BadField
from engine.rpc.grpc.guard import Guard, open_to
from engine.rpc.items import payload
from engine.rpc.items.refusal import Refused

MOST = 1_000
"""Products of one call."""
LARGEST = 32 * 1024
"""Bytes of one."""
LONGEST_ID = 200


class Catalog(wire.CatalogServicer):
    def __init__(self, engine: Engine, guard: Guard) -> None:
        self._engine = engine
        self.guard = guard

    @open_to("server", *OPERATORS)
    async def Put(self, request: pb.PutProductsRequest, _caller: ApiKey) -> Empty:
        if len(request.products) > MOST:
            raise BadField("products", f"{len(request.products)} in one call: send at most {MOST}")
        for at, product in enumerate(request.products):
            why = _trouble(product)
            if why:
                raise BadField(f"products[{at}]", why)
        latest = {product.id: product.json for product in request.products}
        await self._engine.put_products(list(latest.items()))
        return Empty()

    @open_to(*VIEWERS)
    async def Get(self, request: pb.ProductsRequest, _caller: ApiKey) -> pb.Report:
        if len(request.ids) > MOST:
            raise BadField("ids", f"{len(request.ids)} in one call: ask for at most {MOST}")
        found = await self._engine.products(list(request.ids))
        told = {product: msgspec.Raw(body) for product, body in found.items()}
        return pb.Report(json=msgspec.json.encode(told))


def _trouble(product: pb.Product) -> str:
    """Why a product cannot be kept, "" when it can."""
    if not product.id.strip() or len(product.id) > LONGEST_ID or "\x00" in product.id:
        return f"a product needs an id of at most {LONGEST_ID} characters"
    if len(product.json) > LARGEST:
        return f"{len(product.json)} bytes: a product has at most {LARGEST}"
    try:
        payload.read(product.json, "json")
    except Refused as no:
        return no.reason
    return ""
