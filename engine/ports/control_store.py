"""The control store: keys, rulebooks, pauses, rejected items, audit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from engine.ports.host_store import Search

KeyKind = Literal["public", "server", "viewer", "operator", "admin"]


class ApiKey(NamedTuple):
    """``hash`` is SHA-256 of the secret; the secret itself is shown once and never stored.

    ``origins``: the pages that a public key is for (``https://host``, by blanks), empty for any.
    """

    id: str
    kind: KeyKind
    name: str
    hash: bytes
    created: int
    revoked: int = 0
    origins: str = ""


class RejectedItem(NamedTuple):
    """One refused item, as it came; ``source`` is the key's name, ``public`` whether that was a public one."""

    at: int
    source: str
    code: str
    reason: str
    body: bytes
    public: int = 0


class ErasureRow(NamedTuple):
    """The erasing of one person. ``subject`` is a keyed hash; ``rule``: request, or one of retention.

    ``body`` holds what there is to look for, until only files have to be purged; then it is empty.
    What is left once it is ``done`` (ms) are ``counts`` (JSON).
    """

    id: str
    at: int
    by: str
    rule: str
    subject: str
    done: int
    counts: bytes
    body: bytes


class AuditRow(NamedTuple):
    """Who did what to what; ``subject`` is an id or a keyed hash, never an address."""

    at: int
    by: str
    act: str
    subject: str


class Published(NamedTuple):
    """A version of the rulebook: when (ms), by whom, and what for."""

    version: int
    at: int
    by: str
    note: str


class ImportJob(NamedTuple):
    """A file, or a query that is asked again and again, on its way in.

    ``digest`` is what is imported (SHA-256 of the file; the query's name), ``reading`` how it is read.
    ``kept``: every chunk up to this one has been heard of by whoever sends; ``progress`` is the
    sender's own note beside it (JSON). Instants are ms; ``finished`` is 0 while it is under way.
    """

    id: int
    kind: str
    name: str
    digest: str
    reading: str
    by: str
    opened: int
    kept: int = 0
    progress: bytes = b""
    finished: int = 0


class ControlStore(Protocol):
    """Small, rarely written, owned by the Coordinator that holds the control epoch."""

    def open(self, owner: str) -> int:
        """Take ownership, answer the epoch. Raises StoreLocked."""
        ...

    def setting(self, name: str, default: bytes | None = None) -> bytes | None:
        """A workspace constant (``secret``, ``hosts``, ``placement``, ``id``)."""
        ...

    def set_setting(self, name: str, value: bytes) -> None: ...

    def add_key(self, key: ApiKey, by: str) -> None: ...

    def revoke_key(self, key: str, at: int, by: str) -> bool: ...

    def keys(self) -> list[ApiKey]: ...

    def publish(self, definitions: bytes, at: int, by: str, note: str = "") -> int:
        """Store the next rulebook version, answer its number."""
        ...

    def rulebooks(self) -> dict[int, bytes]:
        """Every published version."""
        ...

    def published(self) -> list[Published]:
        """How each came to be, the oldest first."""
        ...

    def pause(self, kind: str, name: str, paused: bool, at: int, by: str) -> None:
        """``kind``: scenario | channel."""
        ...

    def paused(self) -> set[tuple[str, str]]: ...

    def reject(self, items: Sequence[RejectedItem]) -> None:
        """Keep 1,000 a (reason code, source, day) in full, count the rest; durable on return."""
        ...

    def rejected(self, limit: int = 100, code: str = "") -> list[RejectedItem]:
        """The newest, first; with a code only those."""
        ...

    def rejected_counts(self) -> dict[str, int]:
        """How many were ever refused, by reason code."""
        ...

    def record(self, at: int, by: str, act: str, subject: str) -> None:
        """One line of the audit trail."""
        ...

    def audit(self, limit: int = 100) -> list[AuditRow]:
        """The newest, first."""
        ...

    def rename(self, subjects: Mapping[str, str]) -> int:
        """Put other names for subjects in the audit trail; how many rows were changed."""
        ...

    def put_erasures(self, rows: Sequence[ErasureRow]) -> None:
        """All of them or none, durable on return."""
        ...

    def erasures(self, limit: int = 100) -> list[ErasureRow]:
        """The newest, first."""
        ...

    def open_erasures(self) -> list[ErasureRow]:
        """Those that are not done, oldest first."""
        ...

    def rejected_after(self, after: int, limit: int) -> list[tuple[int, RejectedItem]]:
        """Refused items by their numbers, those greater than ``after`` in order."""
        ...

    def drop_rejected(self, numbers: Sequence[int]) -> None: ...

    def forget(self, rejected: int, audit: int, limit: int) -> int:
        """Delete refused items and audit rows from before these instants (ms), at most ``limit`` each.

        Answers how many were deleted.
        """
        ...

    def purge(self, *, whole: bool = False) -> None:
        """See ``HostStore.purge``."""
        ...

    def traces(self, of: Search) -> bool:
        """See ``HostStore.traces``."""
        ...

    def imports(self) -> list[ImportJob]:
        """The newest first."""
        ...

    def put_import(self, job: ImportJob) -> None:
        """Durable on return."""
        ...

    def put_products(self, products: Sequence[tuple[str, bytes]]) -> None:
        """Put each product (id, JSON object) in place of what the catalog had of it; durable on return."""
        ...

    def products(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Those of these ids that the catalog has."""
        ...

    def close(self) -> None: ...
