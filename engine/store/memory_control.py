"""The control store in memory: for demos and tests; it passes the same contract as the one on disk."""

from collections import Counter
from collections.abc import Sequence

from engine.errors import StoreError
from engine.ports.control_store import ApiKey, RejectedItem
from engine.store.control import SLOT
from engine.store.memory_disk import MemoryDisk, MemoryOwner
from engine.store.rejection import KEPT, Group, group_of


class _Rows:
    """What the control file would hold."""

    def __init__(self) -> None:
        self.settings: dict[str, bytes] = {}
        self.keys: dict[str, ApiKey] = {}
        self.rulebooks: dict[int, bytes] = {}
        self.paused: set[tuple[str, str]] = set()
        self.rejected: list[RejectedItem] = []
        self.refused: Counter[Group] = Counter()
        self.audit: list[tuple[int, str, str, str]] = []


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

    def publish(self, definitions: bytes, at: int, by: str) -> int:
        self._owner.check()
        version = len(self._rows.rulebooks) + 1
        self._rows.rulebooks[version] = definitions
        self._audit(at, by, "publish", f"version {version}")
        return version

    def rulebooks(self) -> dict[int, bytes]:
        return dict(self._rows.rulebooks)

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
                self._rows.rejected.append(item)
            self._rows.refused[group] += 1

    def rejected(self, limit: int = 100) -> list[RejectedItem]:
        return self._rows.rejected[: -limit - 1 : -1]

    def rejected_counts(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for (code, _, _), count in self._rows.refused.items():
            counts[code] += count
        return dict(counts)

    def record(self, at: int, by: str, act: str, subject: str) -> None:
        self._owner.check()
        self._audit(at, by, act, subject)

    def _audit(self, at: int, by: str, act: str, subject: str) -> None:
        self._rows.audit.append((at, by, act, subject))

    def audit(self, limit: int = 100) -> list[tuple[int, str, str, str]]:
        return self._rows.audit[: -limit - 1 : -1]

    def close(self) -> None:
        self._owner.close()
