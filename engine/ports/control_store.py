"""The control store: keys, rulebooks, pauses, rejected items, audit."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

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
    """One refused item, as it came; ``source`` is the key's name."""

    at: int
    source: str
    code: str
    reason: str
    body: bytes


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

    def publish(self, definitions: bytes, at: int, by: str) -> int:
        """Store the next rulebook version, answer its number."""
        ...

    def rulebooks(self) -> dict[int, bytes]:
        """Every published version."""
        ...

    def pause(self, kind: str, name: str, paused: bool, at: int, by: str) -> None:
        """``kind``: scenario | channel."""
        ...

    def paused(self) -> set[tuple[str, str]]: ...

    def reject(self, items: Sequence[RejectedItem]) -> None:
        """Keep 1,000 a (reason code, source, day) in full, count the rest; durable on return."""
        ...

    def rejected(self, limit: int = 100) -> list[RejectedItem]:
        """The newest, first."""
        ...

    def rejected_counts(self) -> dict[str, int]:
        """How many were ever refused, by reason code."""
        ...

    def record(self, at: int, by: str, act: str, subject: str) -> None:
        """One line of the audit trail."""
        ...

    def audit(self, limit: int = 100) -> list[tuple[int, str, str, str]]: ...

    def close(self) -> None: ...
