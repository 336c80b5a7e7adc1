"""The Coordinator: serves RPC, owns the slot table and the control store, routes, keeps hosts in line."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextvars import copy_context
from typing import Any

import msgspec

from engine.clock import Clock
from engine.domain.event import Event
from engine.domain.profile.attribute import misfit
from engine.domain.runs.entry import WORDS
from engine.errors import BadRequest, Busy, ConfigError, Unknown
from engine.ports.checking import Checked
from engine.ports.control_store import ApiKey, ControlStore, KeyKind
from engine.ports.engine import Doors, Engine, Refusal, Verdict
from engine.runtime import envelope
from engine.runtime.answers.company_reports import CompanyReports
from engine.runtime.answers.lives import Lives
from engine.runtime.desks.act_letter import GONE
from engine.runtime.desks.consents import Consents
from engine.runtime.desks.exporting import Exporting
from engine.runtime.desks.handoffs import Handoffs
from engine.runtime.desks.identities import Identities
from engine.runtime.desks.lists import Lists
from engine.runtime.desks.privacy import Privacy
from engine.runtime.desks.receipts import Receipts
from engine.runtime.desks.reports import Reports
from engine.runtime.desks.starts import Starts
from engine.runtime.desks.webhooks import Webhooks
from engine.runtime.intake.courier import Courier, Push
from engine.runtime.intake.importing import Importing
from engine.runtime.intake.refusals import Refusals
from engine.runtime.intake.router import Router
from engine.runtime.keyring import Keyring, make_key
from engine.runtime.part import Calls
from engine.runtime.processes.census import Census
from engine.runtime.rulebook.event_names import EventNames
from engine.runtime.rulebook.herald import SELDOM, Herald
from engine.runtime.rulebook.rulebooks import Rulebooks
from engine.runtime.scanning.surveying import Surveying
from engine.runtime.sending.send_post import SENDER
from engine.runtime.slots import SlotTable, part_of

log = logging.getLogger("relance.coordinator")

NAME = "coordinator"


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
        checked: Checked,
        open_doors: Callable[[Engine], Doors],
    ) -> None:
        self.table = table
        self.control = control
        self.clock = clock
        self.calls = calls
        self.backlog = backlog
        self.herald = Herald(self)
        self.census: Census = Census(table, calls, self._met)
        self.ask, self.ask_part = self.census.ask, self.census.ask_part
        self.ask_all, self.hosts = self.census.ask_all, self.census.all
        self.router = Router(table, self._hire)
        self.exports = Exporting(self.census.all, calls)
        self.rulebooks = Rulebooks(self, first, checked)
        self.reports = Reports(self)
        self.lives = Lives(self)
        self.consents = Consents(self)
        self.lists = Lists(self)
        self.handoffs = Handoffs(self)
        self.privacy = Privacy(self)
        self.refusals = Refusals(self)
        self.event_names = EventNames(control, clock)
        self.imports = Importing(
            table,
            calls,
            self.router,
            control,
            clock,
            self.rulebooks.schema,
            self.refusals,
            self.event_names.hear,
        )
        self.receipts = Receipts(self)
        self.webhooks = Webhooks(self)
        self.companies = CompanyReports(table, self.ask)
        self.surveys = Surveying(self)
        self.starts = Starts(self)
        self.identities = Identities(table, self.census, control, clock)
        self.addresses = ("", "")
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
        self.rulebooks.open()
        self.event_names.open()
        for part in self._always():
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

    def parts(self) -> list[str]:
        """Those that take the rulebook."""
        return [*self._always(), *self.census.dedicated.values()]

    def _always(self) -> list[str]:
        """Those that are always there."""
        return [SENDER, *(part_of(host) for host in range(self.table.hosts))]

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

    async def push(
        self, source: str, items: Sequence[Event | Refusal], *, again: bool = False
    ) -> list[Verdict]:
        if self._closing or self.router.pending + len(items) > self.backlog:
            raise Busy(1.0)
        push = Push(len(items))
        for index, item in enumerate(items):
            if isinstance(item, Refusal):
                push.answer(index, Verdict("rejected", item.code, item.reason))
            else:
                self.router.send(push, index, item)
        if items:
            await push.done
        verdicts = [verdict for verdict in push.verdicts if verdict is not None]
        self.event_names.hear(items, verdicts)
        if not again:
            await self.refusals.keep(source, items, verdicts)
        return verdicts

    def authenticate(self, secret: str) -> ApiKey | None:
        return self.keyring.authenticate(secret)

    def fingerprint(self, source: str, message_id: str) -> bytes:
        return self.keyring.fingerprint(source, message_id)

    def user_token_fits(self, user_id: str, token: str) -> bool:
        return self.keyring.user_token_fits(user_id, token)

    def now(self) -> int:
        return self.clock.now()

    def ready(self) -> bool:
        hosts = {part_of(host) for host in range(self.table.hosts)}
        return not self._closing and not hosts & self.herald.silent

    # --- acts ----------------------------------------------------------------------------------

    async def act(self, key: str, act: str, subject: str, value: Any, by: str) -> None:
        schema = self.rulebooks.schema()
        why = misfit(schema[subject], value) if act == "set" and subject in schema else ""
        if why:
            raise BadRequest(why)
        found = await self.reports.contact(key, 0)
        if found is None:
            text = f"no contact is known by {key!r}; a key is kind:value, or an id"
            raise Unknown(text)
        if act == "exit" and subject not in (inside := _inside(found)):
            text = f"{key} is not in {subject}; it is in {', '.join(inside) or 'none'}"
            raise BadRequest(text)
        body = envelope.encode((found["id"], by, act, subject, value))
        why = await self.ask(self.table.host_of_contact(found["id"]), "act", body)
        if why == GONE:
            text = f"{key} has just become another contact; ask again"
            raise BadRequest(text)
        if why:
            text = f"{key} does not enter {subject}: {WORDS[why]}"
            raise BadRequest(text)
        self.control.record(self.now(), by, f"act {act}", str(found["id"]))

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

    def user_token_secret(self, by: str) -> str:
        self.control.record(self.now(), by, "show user token secret", "")
        return self.keyring.user_token_secret

    async def revoke_key(self, key: str, by: str) -> bool:
        gone = self.control.revoke_key(key, self.now(), by)
        self.keyring.refresh()
        return gone


def _inside(contact: dict[str, Any]) -> list[str]:
    """The scenarios that it is in, or waits to enter."""
    return [one["scenario"] for one in (*contact["runs"], *contact["tickets"])]
