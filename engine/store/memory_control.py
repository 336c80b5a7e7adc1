"""The control store in memory: for demos and tests; it passes the same contract as the one on disk."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from engine.errors import StoreError
from engine.ports.control_store import (
    ApiKey,
    AuditRow,
    ErasureRow,
    ImportJob,
    Published,
    RejectedItem,
)
from engine.ports.host_store import Search
from engine.store.control import SLOT
from engine.store.memory_disk import MemoryDisk, MemoryOwner
from engine.store.rejection import KEPT, Group, group_of


class _Rows:
    """What the control file would hold."""

    def __init__(self) -> None:
        self.settings: dict[str, bytes] = {}
        self.keys: dict[str, ApiKey] = {}
        self.rulebooks: dict[int, bytes] = {}
        self.published: list[Published] = []
        self.paused: set[tuple[str, str]] = set()
        self.rejected: dict[int, RejectedItem] = {}
        self.next_rejected = 1
        self.refused: Counter[Group] = Counter()
        self.audit: list[AuditRow] = []
        self.products: dict[str, bytes] = {}
        self.erasures: dict[str, ErasureRow] = {}
        self.imports: dict[int, ImportJob] = {}


class MemoryControlStore:
    """Two stores on one ``disk``, one after the other, are a restart. See ``MemoryDisk``."""

    def __init__(self, disk: MemoryDisk | None = None, *, fence_only: bool = False) -> None:
        self._owner = MemoryOwner(disk, [SLOT], fence_only=fence_only)

    @property
    def _rows(self) -> _Rows:
        disk = self._owner.disk
        if disk.content is None:
            disk.content = _Rows()
        rows: _Rows = disk.content
        return rows

    def open(self, owner: str) -> int:
        return self._owner.take(owner)

    def setting(self, name: str, default: bytes | None = None) -> bytes | None:
        return self._rows.settings.get(name, default)

    def set_setting(self, name: str, value: bytes) -> None:
        self._owner.check()
        self._rows.settings[name] = value

    def add_key(self, key: ApiKey, by: str) -> None:
        self._owner.check()
        if key.id in self._rows.keys:
            message = f"there is a key {key.id} already"
            raise StoreError(message)
        self._rows.keys[key.id] = key
        self._audit(key.created, by, "create key", key.id)

    def revoke_key(self, key: str, at: int, by: str) -> bool:
        self._owner.check()
        found = self._rows.keys.get(key)
        if found is None or found.revoked:
            return False
        self._rows.keys[key] = found._replace(revoked=at)
        self._audit(at, by, "revoke key", key)
        return True

    def keys(self) -> list[ApiKey]:
        return sorted(self._rows.keys.values(), key=lambda key: (key.created, key.id))

    def publish(self, definitions: bytes, at: int, by: str, note: str = "") -> int:
        self._owner.check()
        version = len(self._rows.rulebooks) + 1
        self._rows.rulebooks[version] = definitions
        self._rows.published.append(Published(version, at, by, note))
        self._audit(at, by, "publish", f"version {version}")
        return version

    def rulebooks(self) -> dict[int, bytes]:
        return dict(self._rows.rulebooks)

    def published(self) -> list[Published]:
        return list(self._rows.published)

    def pause(self, kind: str, name: str, paused: bool, at: int, by: str) -> None:
        self._owner.check()
        if paused:
            self._rows.paused.add((kind, name))
        else:
            self._rows.paused.discard((kind, name))
        self._audit(at, by, "pause" if paused else "resume", f"{kind} {name}")

    def paused(self) -> set[tuple[str, str]]:
        return set(self._rows.paused)

    def reject(self, items: Sequence[RejectedItem]) -> None:
        self._owner.check()
        for item in items:
            group = group_of(item)
            if self._rows.refused[group] < KEPT:
                self._rows.rejected[self._rows.next_rejected] = item
                self._rows.next_rejected += 1
            self._rows.refused[group] += 1

    def rejected(self, limit: int = 100, code: str = "") -> list[RejectedItem]:
        found = [item for item in self._rows.rejected.values() if code in ("", item.code)]
        return found[: -limit - 1 : -1]

    def rejected_counts(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for (code, _, _), count in self._rows.refused.items():
            counts[code] += count
        return dict(counts)

    def record(self, at: int, by: str, act: str, subject: str) -> None:
        self._owner.check()
        self._audit(at, by, act, subject)

    def _audit(self, at: int, by: str, act: str, subject: str) -> None:
        self._rows.audit.append(AuditRow(at, by, act, subject))

    def audit(self, limit: int = 100) -> list[AuditRow]:
        return self._rows.audit[: -limit - 1 : -1]

    def rename(self, subjects: Mapping[str, str]) -> int:
        self._owner.check()
        audit = self._rows.audit
        renamed = [row._replace(subject=subjects.get(row.subject, row.subject)) for row in audit]
        changed = sum(new != old for new, old in zip(renamed, audit, strict=True))
        self._rows.audit = renamed
        return changed

    def put_erasures(self, rows: Sequence[ErasureRow]) -> None:
        self._owner.check()
        self._rows.erasures.update((row.id, row) for row in rows)

    def erasures(self, limit: int = 100) -> list[ErasureRow]:
        return sorted(self._rows.erasures.values(), key=lambda row: (row.at, row.id))[
            : -limit - 1 : -1
        ]

    def open_erasures(self) -> list[ErasureRow]:
        found = [row for row in self._rows.erasures.values() if not row.done]
        return sorted(found, key=lambda row: (row.at, row.id))

    def rejected_after(self, after: int, limit: int) -> list[tuple[int, RejectedItem]]:
        found = [(number, item) for number, item in self._rows.rejected.items() if number > after]
        return found[:limit]

    def drop_rejected(self, numbers: Sequence[int]) -> None:
        self._owner.check()
        for number in numbers:
            self._rows.rejected.pop(number, None)

    def forget(self, rejected: int, audit: int, limit: int) -> int:
        self._owner.check()
        rows = self._rows
        old = [number for number, item in rows.rejected.items() if item.at < rejected][:limit]
        for number in old:
            del rows.rejected[number]
        before = [row for row in rows.audit if row.at < audit][:limit]
        rows.audit = [row for row in rows.audit if row not in before]
        return len(old) + len(before)

    def purge(self, *, whole: bool = False) -> None:
        """Memory keeps nothing of what it let go."""

    def traces(self, of: Search) -> bool:  # noqa: ARG002 - the shape of the port
        return False

    def imports(self) -> list[ImportJob]:
        return sorted(self._rows.imports.values(), reverse=True)

    def put_import(self, job: ImportJob) -> None:
        self._owner.check()
        self._rows.imports[job.id] = job

    def put_products(self, products: Sequence[tuple[str, bytes]]) -> None:
        self._owner.check()
        self._rows.products.update(products)

    def products(self, ids: Iterable[str]) -> dict[str, bytes]:
        return {one: body for one in ids if (body := self._rows.products.get(one)) is not None}

    def close(self) -> None:
        self._owner.close()
