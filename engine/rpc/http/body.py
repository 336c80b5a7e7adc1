"""The body of an HTTP request: read within limits, unpacked within limits.

Content-Type is not looked at: SDKs send JSON as text/plain and as x-www-form-urlencoded.
"""

import asyncio
import zlib
from http import HTTPStatus

from starlette.requests import Request

from engine.rpc.http.http_fault import Fault

MOST_PACKED = 2**20
MOST = 4 * 2**20
PATIENCE = 30.0
"""Seconds that a whole body may take."""
_DRAIN = 16 * 2**20
_GZIP = 16 + zlib.MAX_WBITS


async def read(request: Request) -> bytes:
    """Raises Fault: ``payload_too_large``, ``bad_gzip``, ``slow_body``."""
    packed = "gzip" in request.headers.get("content-encoding", "").lower()
    limit = MOST_PACKED if packed else MOST
    try:
        async with asyncio.timeout(PATIENCE):
            body = await _received(request, limit)
    except TimeoutError:
        text = f"the body took more than {PATIENCE:.0f} s"
        raise Fault(HTTPStatus.REQUEST_TIMEOUT, "slow_body", text) from None
    return unpacked(body) if packed else body


async def _received(request: Request, limit: int) -> bytes:
    """What is over the limit is read and dropped up to a point: a client that writes hears nothing."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        elif size > _DRAIN:
            break
    if size > limit:
        raise _too_large(limit)
    return b"".join(chunks)


def unpacked(body: bytes) -> bytes:
    """One gzip member (RFC 1952), never inflated beyond MOST."""
    inflate = zlib.decompressobj(_GZIP)
    try:
        plain = inflate.decompress(body, MOST + 1)
    except zlib.error as error:
        raise Fault(HTTPStatus.BAD_REQUEST, "bad_gzip", f"the body is not gzip: {error}") from None
    if len(plain) > MOST:
        raise _too_large(MOST)
    if not inflate.eof or inflate.unused_data:
        raise Fault(
            HTTPStatus.BAD_REQUEST, "bad_gzip", "the body is cut, or more than one gzip member"
        )
    return plain


def _too_large(limit: int) -> Fault:
    text = f"the body is over {limit} bytes: send smaller batches"
    return Fault(HTTPStatus.BAD_REQUEST, "payload_too_large", text)
