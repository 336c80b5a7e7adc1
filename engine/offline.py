"""What is done to a data folder whose engine is stopped: keys, fsck."""

from collections.abc import Callable
from pathlib import Path

from engine.bootstrap import Report, control_store, host_store, init_data, store_of
from engine.clock import SystemClock
from engine.domain.rulebooks.definitions import decode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.errors import ConfigError
from engine.ports.control_store import ControlStore, KeyKind
from engine.replay.fsck import Fsck
from engine.runtime.desks import figures
from engine.runtime.keyring import make_key
from engine.runtime.keyring import user_token_secret as signing_secret
from engine.runtime.slots import SlotTable
from engine.runtime.state.founding import GIVEN


def control_of(data: Path, act: str) -> ControlStore:
    url = store_of(data)
    if not url:
        text = f"{data} is no data folder: there is no control.db; make one with `relance init` or `relance up`"
        raise ConfigError(text)
    control = control_store(data, url)
    control.open(act)
    return control


def create_key(data: Path, kind: KeyKind, name: str, origins: str = "") -> str:
    """The secret. A data folder that is not there yet is made."""
    init_data(data)
    control = control_of(data, "keys")
    try:
        key, secret = make_key(kind, name, SystemClock().now(), origins)
        control.add_key(key, "local")
    finally:
        control.close()
    return secret


def list_keys(data: Path) -> list[Report]:
    control = control_of(data, "keys")
    shown = ("id", "kind", "name", "created", "revoked", "origins")
    try:
        known = control.keys()
        return [{name: getattr(key, name) for name in shown} for key in known]
    finally:
        control.close()


def revoke_key(data: Path, number: str) -> bool:
    control = control_of(data, "keys")
    try:
        return control.revoke_key(number, SystemClock().now(), "local")
    finally:
        control.close()


def user_token_secret(data: Path) -> str:
    """What a site's server signs its users' ids with."""
    control = control_of(data, "keys")
    try:
        control.record(SystemClock().now(), "local", "show user token secret", "")
        return signing_secret(control.setting("secret") or b"")
    finally:
        control.close()


def fsck(data: Path, progress: Callable[[int], None]) -> Report:
    """Check every store of a stopped engine."""
    control = control_of(data, "fsck")
    try:
        hosts = int(control.setting("hosts", b"1") or b"1")
        books = control.rulebooks()
    finally:
        control.close()
    version = max(books, default=0)
    rulebook = Rulebook(version, decode(books[version]))
    table = SlotTable(hosts)
    reports: list[Report] = []
    waiting = [*range(hosts)]
    for host in waiting:
        store = host_store(data, store_of(data), host, table)
        opening = store.open("fsck")
        try:
            waiting += table.given(host, opening.counters.get(GIVEN, 0))
            check = Fsck(table, host, rulebook)
            for read in check.read(store):
                progress(read)
            check.unfinished(opening.outbox, opening.hops)
            reports.append(check.found(opening.counters))
        finally:
            store.close()
    return figures.fsck(reports)
