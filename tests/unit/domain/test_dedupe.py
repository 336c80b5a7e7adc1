"""Fingerprints: the last messages taken, and when they are not enough to tell a retry."""

from engine.domain.profile.dedupe import fingerprints, forgets_early, has_seen, merged, with_seen
from tests.unit.domain.builders import DAY, HOUR, NOON


def prints(*numbers: int) -> list[bytes]:
    return [number.to_bytes(6, "big") for number in numbers]


def ring(*numbers: int, now: int = NOON, keep: int = 4) -> bytes:
    seen = b""
    for one in prints(*numbers):
        seen = with_seen(seen, one, now, keep)
    return seen


def test_the_last_ones_are_kept_oldest_first() -> None:
    assert fingerprints(ring(1, 2, 3, 4, 5, 6)) == prints(3, 4, 5, 6)


def test_a_match_that_lies_across_two_entries_is_none() -> None:
    seen = ring(0x0102030405, 0x0607080900)
    straddling = seen[4:10]
    assert not has_seen(seen, straddling)
    assert has_seen(seen + straddling + b"\x00\x00", straddling)


def test_a_full_ring_whose_oldest_is_young_may_have_forgotten_a_retry() -> None:
    full = ring(1, 2, 3, 4)
    assert not forgets_early(ring(1, 2, 3), NOON, 4)
    assert forgets_early(full, NOON + 7 * DAY - HOUR, 4)
    assert not forgets_early(full, NOON + 7 * DAY, 4)


def test_of_two_rings_the_youngest_are_kept_and_the_oldest_kept_is_first() -> None:
    mine, other = ring(1, 2, 3, now=NOON - 8 * DAY), ring(4, 5, now=NOON)
    both = merged(mine, other, NOON, 4)
    assert fingerprints(both) == prints(2, 3, 4, 5)
    assert not forgets_early(both, NOON, 4)
    assert forgets_early(merged(ring(6, 7), both, NOON, 4), NOON, 4)
