"""The Coordinator: serves RPC, owns the slot table and the control store, routes, keeps hosts in line."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import Any

import msgspec

from engine.clock import Clock
from engine.domain.attribute import Schema, misfit
from engine.domain.channel import CHANNELS
from engine.domain.definitions import Definitions, decode, encode, succeed
from engine.domain.effect import contact_of
from engine.domain.event import Event
from engine.domain.notice import Notice
from engine.domain.since import dated
from engine.errors import BadRequest, Busy, ConfigError, EngineError, Unknown
from engine.ports.control_store import ApiKey, ControlStore, KeyKind, RejectedItem
from engine.ports.engine import Doors, Engine, Refusal, Verdict
from engine.runtime import envelope, figures, ledger, scoreboard
from engine.runtime.census import Census
from engine.runtime.company_reports import CompanyReports
from engine.runtime.consents import Consents
from engine.runtime.courier import Courier, Push
from engine.runtime.exporting import Exporting
from engine.runtime.herald import SELDOM, Herald
from engine.runtime.identities import Identities
from engine.runtime.importing import Importing
from engine.runtime.keyring import Keyring, make_key
from engine.runtime.life_story import life_story
from engine.runtime.misfits import keep_misfits
from engine.runtime.notice import NOBODY
from engine.runtime.part import Calls, PartLost
from engine.runtime.privacy import Privacy
from engine.runtime.router import Router
from engine.runtime.slots import SlotTable, part_of

log = logging.getLogger("relance.coordinator")

NAME = "coordinator"
SENDER = "sender"


class Coordinator:
    """A Part, and the Engine that the doors serve."""

    def __init__(
        self,
        table: SlotTable,
        control: ControlStore,
        clock: Clock,
        calls: Calls,
        backlog: int,
        first: bytes,
        open_doors: Callable[[Engine], Doors],
        imports: Path | None = None,
    ) -> None:
        self.table = table
        self.control = control
        self.clock = clock
        self.calls = calls
        self.backlog = backlog
        self.herald = Herald(self)
        self.census = Census(table, calls, self._met)
        self.ask, self.ask_part = self.census.ask, self.census.ask_part
        self.ask_all, self.hosts = self.census.ask_all, self.census.all
        self.router = Router(table, self._hire)
        self.exports = Exporting(self.census.all, calls)
        self.imports = Importing(table, calls, self.router, control, clock, self._schema)
        self.consents = Consents(self)
        self.privacy = Privacy(self, imports)
        self.version = 0
        self.definitions = b""
        self._country = ""
        self.companies = CompanyReports(table, self.ask)
        self.identities = Identities(table, self.census, control, clock)
        self.addresses = ("", "")
        self._first = first
        self._doors = open_doors(self)
        self._loops: list[asyncio.Task[None]] = []
        self.keyring: Keyring
        self._closing = False
        self._open = False
        self._failed = asyncio.Event()

    # --- Part ----------------------------------------------------------------------------------

    async def start(self) -> None:
        self._context = copy_context()
        self._epoch = self.control.open(NAME)
        self._open = True
        secret = self.control.setting("secret")
        if secret is None:
            text = "this data folder has no workspace secret; make it anew with `relance init`"
            raise ConfigError(text)
        self.keyring = Keyring(self.control, secret)
        books = self.control.rulebooks()
        self.version = max(books, default=0)
        self.definitions = books.get(self.version, b"")
        if not books:
            self._publish(succeed(None, decode(self._first)), "init")
        self._country = decode(self.definitions).country
        for part in self._parts():
            self._begin(self.herald.tend(part))
        for host in range(self.table.hosts if self.table.dedicated else 0):
            self._begin(self.census.follow(host))
        self._begin(self.privacy.run())
        self.addresses = await self._doors.start()

    async def stop(self) -> None:
        self._closing = True
        await self._doors.stop()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self.drop()

    def drop(self) -> None:
        """Let go of the control store."""
        if self._open:
            self._open = False
            self.control.close()

    async def call(self, method: str, body: bytes) -> bytes:
        if method == "addresses":
            return envelope.encode(self.addresses)
        if method == "wanted":
            known = msgspec.msgpack.decode(body, type=int)
            return envelope.encode(await self.census.wanted(known))
        if method == "products":
            return envelope.encode(self.control.products(msgspec.msgpack.decode(body)))
        text = f"the Coordinator has no call {method!r}"
        raise BadRequest(text)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """In the part's own context, whoever calls: so it ends with the part."""
        self._loops.append(asyncio.create_task(self._guard(work), context=self._context))

    def _hire(self, host: int) -> Courier:
        courier = Courier(host, self.calls, self._epoch, self.router)
        self._begin(courier.run())
        return courier

    def _met(self, host: int) -> None:
        """A contact has got a host of its own."""
        self.herald.silent.add(part_of(host))
        self._begin(self.herald.tend(part_of(host), SELDOM))

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except BaseException:
            log.critical("a loop of the Coordinator stopped", exc_info=True)
            self._failed.set()
            raise

    async def failed(self) -> None:
        """A Coordinator that takes events and carries them nowhere is worse than none; see Mortal."""
        await self._failed.wait()

    # --- events --------------------------------------------------------------------------------

    async def push(self, source: str, items: Sequence[Event | Refusal]) -> list[Verdict]:
        if self._closing or self.router.pending + len(items) > self.backlog:
            raise Busy(1.0)
        refused = [item for item in items if isinstance(item, Refusal)]
        if refused:
            now = self.now()
            refused = await self.privacy.without_erased(refused)
            self.control.reject(
                [RejectedItem(now, source, r.code, r.reason, r.body) for r in refused]
            )
        push = Push(len(items))
        for index, item in enumerate(items):
            if isinstance(item, Refusal):
                push.answer(index, Verdict("rejected", item.code, item.reason))
            else:
                self.router.send(push, index, item)
        if items:
            await push.done
        verdicts = [verdict for verdict in push.verdicts if verdict is not None]
        keep_misfits(self.control, self.now(), source, items, verdicts)
        return verdicts

    def _schema(self) -> Schema:
        return {one.attribute: one for one in decode(self.definitions).attributes}

    def authenticate(self, secret: str) -> ApiKey | None:
        return self.keyring.authenticate(secret)

    def fingerprint(self, source: str, message_id: str) -> bytes:
        return self.keyring.fingerprint(source, message_id)

    def user_token_fits(self, user_id: str, token: str) -> bool:
        return self.keyring.user_token_fits(user_id, token)

    def now(self) -> int:
        return self.clock.now()

    def country(self) -> str:
        return self._country

    def ready(self) -> bool:
        hosts = {part_of(host) for host in range(self.table.hosts)}
        return not self._closing and not hosts & self.herald.silent

    # --- the rulebook --------------------------------------------------------------------------

    def _publish(self, definitions: Definitions, by: str) -> None:
        """As the next version, which is in force from now on. Raises ConfigError."""
        before = decode(self.definitions) if self.definitions else None
        try:
            definitions = dated(before, definitions, self.version + 1)
        except (ValueError, KeyError) as error:
            text = f"the definitions do not fit together: {error}"
            raise ConfigError(text) from error
        self.version = self.control.publish(encode(definitions), self.now(), by)
        self.definitions = encode(definitions)

    async def apply(self, definitions: bytes, by: str, *, backfill: bool = False) -> int:
        try:
            written = decode(definitions)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            text = f"this is no document of definitions: {error}"
            raise ConfigError(text) from error
        published = decode(self.definitions)
        next_ = succeed(published, written)
        if next_ != published:
            next_ = msgspec.structs.replace(next_, backfill=backfill)
        return await self._put_in_force(next_, by)

    async def _put_in_force(self, definitions: Definitions, by: str) -> int:
        if encode(definitions) == self.definitions:
            return self.version
        self._publish(definitions, by)
        self._country = definitions.country
        parts = [*self._parts(), *self.census.dedicated.values()]
        await asyncio.gather(*(self.herald.hand(part) for part in parts))
        return self.version

    def _parts(self) -> list[str]:
        """Those that are always there."""
        return [SENDER, *(part_of(host) for host in range(self.table.hosts))]

    async def pause(self, kind: str, name: str, paused: bool, by: str) -> None:
        definitions = decode(self.definitions)
        if kind == "scenario":
            known = [scenario.scenario for scenario in definitions.scenarios]
        elif kind == "channel":
            known = list(CHANNELS)
        else:
            text = f"{kind!r} cannot be paused; a scenario or a channel can"
            raise BadRequest(text)
        if name not in known:
            text = f"no {kind} is called {name!r}; there are {', '.join(sorted(known)) or 'none'}"
            raise Unknown(text)
        self.control.pause(kind, name, paused, self.now(), by)
        if kind == "channel":
            await self.calls.call(SENDER, "pause", envelope.encode((name, paused)))
            return
        names = {*definitions.paused, name} if paused else {*definitions.paused} - {name}
        changed = msgspec.structs.replace(definitions, paused=tuple(sorted(names)))
        await self._put_in_force(changed, by)

    # --- reports and acts ----------------------------------------------------------------------

    async def status(self) -> dict[str, Any]:
        hosts = await self.census.figures("status")
        sender = await self._ask_sender()
        rejected = self.control.rejected_counts()
        paused = sorted(self.control.paused())
        starting = len(self.herald.silent.intersection(self.census.dedicated.values()))
        placement = figures.placement(self.table.dedicated, hosts, starting)
        return figures.status(self.version, hosts, sender, rejected, paused, placement)

    async def _ask_sender(self) -> dict[str, Any]:
        try:
            told = msgspec.msgpack.decode(await self.calls.call(SENDER, "status", b""))
        except (PartLost, EngineError):
            return {"up": False}
        return dict(told)

    async def contact(self, key: str, timeline: int) -> dict[str, Any] | None:
        number = await self._resolve(key)
        while number:
            found = await self._tell(number, timeline)
            if found is None or not found["merged_into"]:
                return await life_story(found, timeline, self._tell) if found else None
            number = found["merged_into"]
        return None

    async def membership(self, segment: str, key: str) -> dict[str, Any] | None:
        found = await self.contact(key, 0)
        if found is None:
            return None
        body = envelope.encode((found["id"], segment))
        host = self.table.host_of_contact(found["id"])
        return dict(await self.ask(host, "membership", body))

    async def _tell(self, contact: int, timeline: int) -> Any:
        body = envelope.encode((contact, timeline))
        return await self.ask(self.table.host_of_contact(contact), "contact", body)

    async def _resolve(self, key: str) -> int:
        """``kind:value``, or the contact id in digits; 0 when nobody holds it."""
        if key.isdigit():
            return int(key) if await self.census.reaches(int(key)) else 0
        return int(await self.ask(self.table.host_of_key(key), "resolve", key.encode()))

    def rejected(self, limit: int) -> list[dict[str, Any]]:
        return [
            row._asdict() | {"body": row.body.decode("utf-8", "replace")}
            for row in self.control.rejected(limit)
        ]

    async def segments(self) -> list[dict[str, Any]]:
        return figures.segments(decode(self.definitions), await self.census.figures("status"))

    async def scenarios(self) -> list[dict[str, Any]]:
        return figures.scenarios(decode(self.definitions), await self.census.figures("status"))

    async def scores(self) -> list[dict[str, Any]]:
        return scoreboard.scores(decode(self.definitions), await self.census.figures("standings"))

    async def messages(self) -> dict[str, Any]:
        hosts, standings = (
            await self.census.figures("status"),
            await self.census.figures("standings"),
        )
        return ledger.messages(hosts, standings, await self._ask_sender(), self.control.paused())

    async def rulebook(self) -> dict[str, Any]:
        version, definitions = self.version, decode(self.definitions)
        return figures.rulebook(version, definitions, await self.census.figures("status"))

    async def act(self, key: str, act: str, subject: str, value: Any, by: str) -> None:
        schema = self._schema()
        why = misfit(schema[subject], value) if act == "set" and subject in schema else ""
        if why:
            raise BadRequest(why)
        found = await self.contact(key, 0)
        if found is None:
            text = f"no contact is known by {key!r}"
            raise Unknown(text)
        body = envelope.encode((found["id"], by, act, subject, value))
        await self.ask(self.table.host_of_contact(found["id"]), "act", body)
        self.control.record(self.now(), by, f"act {act}", str(found["id"]))

    async def notice(self, notice: Notice) -> None:
        fingerprint = self.fingerprint(notice.source, notice.id)
        contact = contact_of(notice.key) or NOBODY
        if contact > 0 and not await self.census.reaches(contact):
            contact = NOBODY
        while contact > 0:
            body = envelope.encode((contact, notice, fingerprint))
            contact = await self.ask(self.table.host_of_contact(contact), "notice", body)
        if contact == NOBODY:
            text = f"no contact here was sent {notice.key!r}"
            raise Unknown(text)

    async def fsck(self) -> dict[str, Any]:
        return figures.fsck(await self.ask_all("fsck"))

    async def put_products(self, products: Sequence[tuple[str, bytes]]) -> None:
        self.control.put_products(products)

    async def products(self, ids: Sequence[str]) -> dict[str, bytes]:
        return self.control.products(ids)

    async def confirm_clock(self, by: str) -> None:
        await self.ask_all("confirm_clock")
        self.control.record(self.now(), by, "confirm clock", "")

    # --- keys ----------------------------------------------------------------------------------

    async def create_key(self, kind: KeyKind, name: str, by: str, origins: str = "") -> str:
        key, secret = make_key(kind, name, self.now(), origins)
        self.control.add_key(key, by)
        self.keyring.refresh()
        return secret

    async def keys(self) -> list[dict[str, Any]]:
        shown = ("id", "kind", "name", "created", "revoked", "origins")
        known = self.control.keys()
        return [{name: getattr(key, name) for name in shown} for key in known]

    async def revoke_key(self, key: str, by: str) -> bool:
        gone = self.control.revoke_key(key, self.now(), by)
        self.keyring.refresh()
        return gone
