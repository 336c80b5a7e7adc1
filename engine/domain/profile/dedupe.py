"""Fingerprints of the messages a contact has taken: eight bytes each, six of hash, two of the hour."""

from engine.domain.duration import HOUR

FINGERPRINT = 6
ENTRY = 8
WINDOW = 7 * 24
"""Hours for which a retry is recognised."""


def has_seen(seen: bytes, fingerprint: bytes) -> bool:
    found = seen.find(fingerprint)
    while found >= 0:
        if found % ENTRY == 0:
            return True
        found = seen.find(fingerprint, found + 1)
    return False


def mark_of(fingerprint: bytes) -> bytes:
    """What stands in the ring for a message that was not taken but led on, to whomever else it names."""
    return bytes(0xFF ^ byte for byte in fingerprint)


def with_seen(seen: bytes, fingerprint: bytes, now: int, keep: int) -> bytes:
    """The last ``keep`` entries, this one newest."""
    entry = fingerprint + ((now // HOUR) & 0xFFFF).to_bytes(2, "big")
    return seen[-(keep - 1) * ENTRY :] + entry


def merged(mine: bytes, other: bytes, now: int, keep: int) -> bytes:
    """The ``keep`` youngest entries of both, oldest first, so that ``forgets_early`` stays true."""
    both = other + mine
    parts = (both[start : start + ENTRY] for start in range(0, len(both), ENTRY))
    entries = list(dict.fromkeys(parts))
    entries.sort(key=lambda entry: _age(entry, now), reverse=True)
    return b"".join(entries[-keep:])


def _age(entry: bytes, now: int) -> int:
    """Hours since it came."""
    return (now // HOUR - int.from_bytes(entry[FINGERPRINT:], "big")) & 0xFFFF


def forgets_early(seen: bytes, now: int, keep: int) -> bool:
    """Whether the ring is full and its oldest entry is younger than the window.

    Then it alone cannot tell a new message from a retry: the log has to be asked.
    """
    if len(seen) < keep * ENTRY:
        return False
    return _age(seen[:ENTRY], now) < WINDOW


def fingerprints(seen: bytes) -> list[bytes]:
    return [seen[start : start + FINGERPRINT] for start in range(0, len(seen), ENTRY)]


def young(seen: bytes, now: int) -> bytes:
    """The entries that came within the window."""
    parts = (seen[start : start + ENTRY] for start in range(0, len(seen), ENTRY))
    return b"".join(entry for entry in parts if _age(entry, now) < WINDOW)
