"""The control store in SQL: keys, published rulebooks, pauses, refused items, audit. Rarely written."""

from collections.abc import Iterable, Mapping, Sequence

from engine.ports.control_store import (
    ApiKey,
    AuditRow,
    ErasureRow,
    ImportJob,
    Published,
    RejectedItem,
)
from engine.ports.host_store import Search
from engine.store import control_statements as q
from engine.store.database import Database
from engine.store.rejection import KEPT, Group, group_of

SLOT = 0
"""The one ownership row: the control epoch."""


class SqlControlStore:
    """Owned by one Coordinator. Used from one thread."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def open(self, owner: str) -> int:
        return self._db.open(owner, [SLOT])

    def setting(self, name: str, default: bytes | None = None) -> bytes | None:
        found = self._db.rows(q.SETTING, (name,))
        return found[0][0] if found else default

    def set_setting(self, name: str, value: bytes) -> None:
        with self._db.transaction():
            self._db.many(q.PUT_SETTING, [(name, value)])

    def add_key(self, key: ApiKey, by: str) -> None:
        with self._db.transaction():
            self._db.many(q.ADD_KEY, [key])
            self._audit(key.created, by, "create key", key.id)

    def revoke_key(self, key: str, at: int, by: str) -> bool:
        with self._db.transaction():
            revoked = self._db.run(q.REVOKE_KEY, (at, key)) > 0
            if revoked:
                self._audit(at, by, "revoke key", key)
        return revoked

    def keys(self) -> list[ApiKey]:
        return [ApiKey(*row) for row in self._db.rows(q.KEYS)]

    def publish(self, definitions: bytes, at: int, by: str, note: str = "") -> int:
        with self._db.transaction():
            version: int = self._db.rows(q.NEXT_VERSION)[0][0]
            self._db.many(q.ADD_RULEBOOK, [(version, definitions, at, by, note)])
            self._audit(at, by, "publish", f"version {version}")
        return version

    def rulebooks(self) -> dict[int, bytes]:
        return dict(self._db.rows(q.RULEBOOKS))

    def published(self) -> list[Published]:
        return [Published(*row) for row in self._db.rows(q.PUBLISHED)]

    def pause(self, kind: str, name: str, paused: bool, at: int, by: str) -> None:
        with self._db.transaction():
            if paused:
                self._db.many(q.PUT_PAUSE, [(kind, name, at, by)])
            else:
                self._db.many(q.DROP_PAUSE, [(kind, name)])
            self._audit(at, by, "pause" if paused else "resume", f"{kind} {name}")

    def paused(self) -> set[tuple[str, str]]:
        return {(kind, name) for kind, name in self._db.rows(q.PAUSED)}

    def reject(self, items: Sequence[RejectedItem]) -> None:
        refused: dict[Group, int] = {}
        kept = []
        with self._db.transaction():
            for item in items:
                group = group_of(item)
                if group not in refused:
                    refused[group] = self._refused(group)
                if refused[group] < KEPT:
                    kept.append(item)
                refused[group] += 1
            if kept:
                self._db.many(q.ADD_REJECTED, kept)
            if refused:
                self._db.many(q.PUT_COUNT, [(*group, count) for group, count in refused.items()])

    def _refused(self, group: Group) -> int:
        found = self._db.rows(q.COUNT, group)
        return found[0][0] if found else 0

    def rejected(self, limit: int = 100, code: str = "") -> list[RejectedItem]:
        query, values = (q.REJECTED_AS, (code, limit)) if code else (q.REJECTED, (limit,))
        return [RejectedItem(*row) for row in self._db.rows(query, values)]

    def rejected_counts(self) -> dict[str, int]:
        return dict(self._db.rows(q.COUNTS))

    def record(self, at: int, by: str, act: str, subject: str) -> None:
        with self._db.transaction():
            self._audit(at, by, act, subject)

    def _audit(self, at: int, by: str, act: str, subject: str) -> None:
        self._db.many(q.ADD_AUDIT, [(at, by, act, subject)])

    def audit(self, limit: int = 100) -> list[AuditRow]:
        return [AuditRow(*row) for row in self._db.rows(q.AUDIT, (limit,))]

    def rename(self, subjects: Mapping[str, str]) -> int:
        with self._db.transaction():
            return sum(self._db.run(q.RENAME, (new, old)) for old, new in subjects.items())

    def put_erasures(self, rows: Sequence[ErasureRow]) -> None:
        with self._db.transaction():
            self._db.many(q.PUT_ERASURE, rows)

    def erasures(self, limit: int = 100) -> list[ErasureRow]:
        return [ErasureRow(*row) for row in self._db.rows(q.ERASURES, (limit,))]

    def open_erasures(self) -> list[ErasureRow]:
        return [ErasureRow(*row) for row in self._db.rows(q.OPEN_ERASURES)]

    def rejected_after(self, after: int, limit: int) -> list[tuple[int, RejectedItem]]:
        found = self._db.rows(q.REJECTED_AFTER, (after, limit))
        return [(number, RejectedItem(*row)) for number, *row in found]

    def drop_rejected(self, numbers: Sequence[int]) -> None:
        if numbers:
            with self._db.transaction():
                self._db.many(q.DROP_REJECTED, [(number,) for number in numbers])

    def forget(self, rejected: int, audit: int, limit: int) -> int:
        gone = 0
        with self._db.transaction():
            for old, drop, before in (
                (q.OLD_REJECTED, q.DROP_REJECTED, rejected),
                (q.OLD_AUDIT, q.DROP_AUDIT, audit),
            ):
                found = self._db.rows(old, (before, limit))
                if found:
                    self._db.many(drop, found)
                gone += len(found)
        return gone

    def purge(self, *, whole: bool = False) -> None:
        self._db.purge(whole=whole)

    def traces(self, of: Search) -> bool:
        return self._db.traces(of)

    def imports(self) -> list[ImportJob]:
        return [ImportJob(*row) for row in self._db.rows(q.IMPORTS)]

    def put_import(self, job: ImportJob) -> None:
        with self._db.transaction():
            self._db.many(q.PUT_IMPORT, [job])

    def put_products(self, products: Sequence[tuple[str, bytes]]) -> None:
        if products:
            with self._db.transaction():
                self._db.many(q.PUT_PRODUCT, products)

    def products(self, ids: Iterable[str]) -> dict[str, bytes]:
        return dict(self._db.find(q.PRODUCTS, ids))

    def close(self) -> None:
        self._db.close()
