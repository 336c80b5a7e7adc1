"""Puts the engine together: the one file that names concrete parts."""

import asyncio
import gc
import os
import secrets
import signal
import sys
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import msgspec

from channels.email import Email
from channels.mailbox import Mailbox
from channels.outside import Outside, networks
from channels.twilio_route import PROVIDER, TwilioRoute, twilio_route
from engine import settings as settings_of
from engine.clock import Clock, SystemClock
from engine.domain.duration import milliseconds
from engine.domain.language.endpoint import Endpoint, channel_of, secret_of
from engine.domain.rulebooks.definitions import encode
from engine.errors import ConfigError
from engine.loading.definitions import load
from engine.loading.published import problems_of
from engine.ports.control_store import ControlStore
from engine.ports.host_store import HostStore
from engine.ports.sending import Channel, Hook
from engine.rpc.http.visitors import Visitors
from engine.rpc.items.enrichment import Enrichment
from engine.rpc.server import Doors
from engine.runtime.coordinator import NAME, Coordinator
from engine.runtime.host import ContactHost
from engine.runtime.part import Calls, Part, Runtime
from engine.runtime.processes.census import wanted_parts
from engine.runtime.processes.in_process import InProcessRuntime
from engine.runtime.processes.keeper import LOST
from engine.runtime.processes.supervisor import Happening, RuntimeLost, Supervisor
from engine.runtime.scanning.scan_process import Place, ProcessScans
from engine.runtime.sender import Sender
from engine.runtime.sender_part import SenderPart
from engine.runtime.sending.catalog import Catalog
from engine.runtime.sending.send_post import SENDER
from engine.runtime.sending.spool import Spool
from engine.runtime.slots import SlotTable, part_of
from engine.settings import SQLITE, Settings
from engine.store.sqlite import SqliteControlStore, SqliteHostStore

Report = dict[str, Any]

SELDOM = (100_000, 20, 1_000)
"""Collector thresholds of a host: it holds millions of small objects and makes hardly a cycle; with the
defaults it spends a third of its time in looking for some (measured with 70,000 resident contacts)."""


_STORE = "store.url"


class Spec(msgspec.Struct):
    """Everything a part is made from; it travels to the process that the part runs in."""

    data: str
    settings: Settings
    hosts: int
    definitions: bytes

    def table(self) -> SlotTable:
        runtime = self.settings.runtime
        dedicated = runtime.placement == "dedicated"
        return SlotTable(self.hosts, runtime.dedicated_limit if dedicated else 0)


def part(name: str, spec: bytes, calls: Calls) -> Part:
    """The factory of all parts, in whatever process."""
    made = msgspec.msgpack.decode(spec, type=Spec)
    data, settings = Path(made.data), made.settings
    table = made.table()
    clock = SystemClock(settings.runtime.clock_rate, settings.runtime.clock_origin)
    if name == NAME:
        return Coordinator(
            table,
            control_store(data, settings.store.url),
            clock,
            calls,
            settings.rpc.backlog,
            made.definitions,
            problems_of,
            lambda engine: Doors(
                engine,
                settings.rpc.grpc,
                settings.rpc.http,
                data,
                hooks_of(settings),
                reflection=settings.rpc.reflection,
                visitors=Visitors(settings.rpc.public_rate, settings.rpc.proxies),
                enrichment=Enrichment(settings.enrichment),
            ),
        )
    if name == SENDER:
        spool = Spool(data / "spool" / "sender.spool")
        life = f"{os.getpid()}-{secrets.token_hex(4)}"
        catalog, public_url = Catalog(calls, NAME, clock), settings.rpc.public_url
        outside = Outside(networks(settings.webhooks.allow))
        sender = Sender(
            channels_of(settings, data), spool, clock, catalog, public_url, webhook(outside, clock)
        )
        return SenderPart(sender, life)
    gc.set_threshold(*SELDOM)
    host = int(name.removeprefix("host-"))
    store = host_store(data, settings.store.url, host, table)
    scans = ProcessScans(Place(made.data, settings.store.url, made.hosts))
    domain = parseaddr(settings.email.sender)[1].rpartition("@")[2] or "localhost.localdomain"
    return ContactHost(host, table, store, clock, calls, settings.runtime.memory, domain, scans)


def host_store(data: Path, url: str, host: int, table: SlotTable) -> HostStore:
    if url == SQLITE:
        return SqliteHostStore(data / "hosts" / f"{host}.db", table.slots_of(host))
    from engine.store.postgres import PostgresHostStore  # noqa: PLC0415 - its driver is slow to import

    return PostgresHostStore(url, host, table.slots_of(host))


def control_store(data: Path, url: str) -> ControlStore:
    if url == SQLITE:
        return SqliteControlStore(data / "control.db")
    from engine.store.postgres import PostgresControlStore  # noqa: PLC0415 - its driver is slow to import

    return PostgresControlStore(url)


def store_of(data: Path) -> str:
    """The URL of the store that a data folder was made for; empty when there is none yet."""
    if (data / _STORE).exists():
        return (data / _STORE).read_text(encoding="utf-8")
    return SQLITE if (data / "control.db").exists() else ""


def _choose_store(data: Path, wanted: str) -> str:
    """Remember the store in the data folder, for commands that know only that. Raises ConfigError."""
    made = store_of(data)
    if made and (made == SQLITE) != (wanted == SQLITE):
        kind = "SQLite" if made == SQLITE else "PostgreSQL"
        text = (
            f"{data} was made for {kind}: correct [store] url, or name another folder with --data"
        )
        raise ConfigError(text)
    if wanted != SQLITE:
        (data / _STORE).touch(mode=0o600)
        (data / _STORE).write_text(wanted, encoding="utf-8")
    return wanted


def channels_of(settings: Settings, data: Path) -> dict[str, Channel]:
    """Raises SettingsError."""
    channels = {"email": _email(settings.email, data)}
    if settings.sms.account:
        channels["sms"] = _sms(settings.sms)
    return channels


def _email(email: settings_of.Email, data: Path) -> Channel:
    if email.route == "mailbox":
        return Mailbox(data / "mailbox", email.sender)
    return Email(
        email.route,
        email.sender,
        connections=email.connections,
        per_connection=email.per_connection,
        data_timeout=email.data_timeout,
        password=os.environ.get("RELANCE_SMTP_PASSWORD", ""),
    )


def _sms(sms: settings_of.Sms) -> Channel:
    from channels.sms import Sms  # noqa: PLC0415 - Twilio's client takes half a second, 20 MB

    return Sms(
        _twilio(sms),
        connections=sms.connections,
        timeout=sms.timeout,
        validity=sms.validity,
        per_second=sms.per_second,
        most_parts=sms.most_parts,
        plain=sms.plain,
    )


def _twilio(sms: settings_of.Sms) -> TwilioRoute:
    token = os.environ.get("RELANCE_TWILIO_AUTH_TOKEN", "")
    return twilio_route(sms.account, token, sms.sender, sms.callback_url, sms.base_url, sms.proxy)


def webhook(outside: Outside, clock: Clock) -> Callable[[Endpoint], Channel]:
    """Opens an endpoint; its secrets, the newest first, come from ``RELANCE_WEBHOOK_<NAME>``."""

    def opened(endpoint: Endpoint) -> Channel:
        from channels.webhook import Webhook  # noqa: PLC0415 - only where there are endpoints

        written = os.environ.get(secret_of(endpoint.webhook), "")
        secrets_ = tuple(filter(None, (part.strip() for part in written.split(","))))
        timeout, name = milliseconds(endpoint.timeout) / 1_000, channel_of(endpoint.webhook)
        return Webhook(
            name, endpoint.url, secrets_, outside, clock, headers=endpoint.headers, timeout=timeout
        )

    return opened


def hooks_of(settings: Settings) -> dict[str, Hook]:
    """The providers that may call us, by the name in their path. Raises SettingsError."""
    if not settings.sms.account or not settings.sms.callback_url:
        return {}
    from channels.twilio_calls import TwilioCalls  # noqa: PLC0415 - only where Twilio is used

    return {PROVIDER: TwilioCalls(_twilio(settings.sms))}


def init_data(data: Path, settings: Settings | None = None) -> int:
    """Make a data folder, readable by its owner alone; one that is there already stays as it is.

    Answers for how many hosts it was made: the first settings that it sees fix that, 0 until then.
    """
    for folder in (data, data / "hosts", data / "spool", data / "mailbox"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = (
        settings.store.url
        if settings
        else store_of(data) or os.environ.get("RELANCE_STORE__URL", SQLITE)
    )
    control = control_store(data, _choose_store(data, wanted))
    control.open("init")
    try:
        if control.setting("secret") is None:
            control.set_setting("secret", secrets.token_bytes(32))
        if settings is not None:
            _fix_placement(data, control, settings)
            if control.setting("hosts") is None:
                control.set_setting("hosts", str(settings.runtime.hosts).encode())
        return int(control.setting("hosts") or 0)
    finally:
        control.close()


def _fix_placement(data: Path, control: ControlStore, settings: Settings) -> None:
    """As ``_choose_store``. Raises ConfigError."""
    wanted = settings.runtime.placement
    if control.setting("hosts") is None:
        control.set_setting("placement", wanted.encode())
    made = (control.setting("placement") or b"pooled").decode()
    if made != wanted:
        text = (
            f"the contacts in {data} are {made}, the settings say {wanted}: correct [runtime]"
            f' placement = "{made}", or name another folder with --data'
        )
        raise ConfigError(text)


def serve(workspace: Path, data: Path, settings: Settings, ready: Callable[[Report], None]) -> int:
    """Run the engine until SIGTERM or SIGINT. Raises EngineError when it cannot start."""
    data = data.resolve()
    hosts = init_data(data, settings)
    spec = msgspec.msgpack.encode(Spec(str(data), settings, hosts, encode(load(workspace))))
    if settings.runtime.runtime == "in-process":
        return asyncio.run(_serve(InProcessRuntime(part, spec), spec, ready))
    from engine.runtime.ray_runtime import RayRuntime  # noqa: PLC0415 - Ray takes a second to import

    return asyncio.run(_serve(RayRuntime("engine.bootstrap:part", spec), spec, ready))


async def _serve(runtime: Runtime, spec: bytes, ready: Callable[[Report], None]) -> int:
    table = msgspec.msgpack.decode(spec, type=Spec).table()
    names = [SENDER, *(part_of(host) for host in range(table.hosts)), NAME]
    wanted = wanted_parts(runtime.calls, NAME) if table.dedicated else None
    supervisor = Supervisor(runtime, names, _tell, wanted=wanted)
    await supervisor.start()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    grpc, http = msgspec.msgpack.decode(await runtime.calls.call(NAME, "addresses", b""))
    pids = {name: row.get("pid") for name, row in supervisor.status().items()}
    ready({"ready": True, "grpc": grpc, "http": http, "pids": pids})
    watching = asyncio.create_task(supervisor.run())
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({watching, stopped}, return_when=asyncio.FIRST_COMPLETED)
    failed = watching.exception() if watching.done() else None
    watching.cancel()
    await supervisor.stop()
    if isinstance(failed, RuntimeLost):
        sys.stderr.write(f"{failed}\n")
        return LOST
    if failed is not None:
        raise failed
    return 0


def _tell(happening: Happening) -> None:
    why = f": {happening.why}" if happening.why else ""
    sys.stderr.write(f"{happening.part} {happening.what}{why}\n")
