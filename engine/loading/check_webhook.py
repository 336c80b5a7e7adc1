"""What a struct's types cannot say about endpoints."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from engine.domain.language.endpoint import Endpoint
from engine.loading.check_condition import moment_problems
from engine.loading.shape import Problems

_OURS = frozenset({
    "content-type", "content-length", "host", "webhook-id", "webhook-timestamp", "webhook-signature",
})  # fmt: skip


def endpoint_problems(endpoint: Endpoint, names: Mapping[str, Collection[str]]) -> Problems:
    """Moments that may come, an address without a password, headers that are not ours."""
    for at, moment in enumerate(endpoint.on):
        yield from moment_problems(moment, ("on", at), names)
    parts = urlsplit(endpoint.url)
    if parts.username or parts.password:
        yield ("url",), "holds a name or password, which every log would show; use a header"
    for name in endpoint.headers or {}:
        if name.lower() in _OURS:
            yield ("headers", name), "is set by the engine; leave it out"
