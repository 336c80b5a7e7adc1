"""What the Coordinator tells of companies, which live on the hosts of their keys."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import chain
from operator import itemgetter
from typing import Any

from engine.domain.profile.identity import company_key
from engine.runtime import envelope
from engine.runtime.slots import SlotTable


class CompanyReports:
    """``ask`` puts a call to a host, by its number."""

    def __init__(
        self, table: SlotTable, ask: Callable[[int, str, bytes], Coroutine[Any, Any, Any]]
    ) -> None:
        self._table = table
        self._ask = ask

    async def one(self, key: str) -> dict[str, Any] | None:
        host = self._table.host_of_key(company_key(key))
        found = await self._ask(host, "company", key.encode())
        return dict(found) if found else None

    async def first(self, limit: int) -> list[dict[str, Any]]:
        asked = envelope.encode(limit)
        hosts = range(self._table.hosts)
        told = await asyncio.gather(*(self._ask(host, "companies", asked) for host in hosts))
        return sorted(chain(*told), key=itemgetter("company"))[:limit]
