"""Keys and ids: how a contact is addressed, where it lives, how one key is claimed.

A key is the text ``kind:value`` (``user_id:42``, ``email:ada@example.com``). A contact id is an
integer: a number drawn from one counter a store, shifted left by 16 bits, with the slot in the low
16 bits, so that ids grow (appends, no random index) and carry their slot.
"""

from zlib import crc32

import msgspec

from engine.domain.profile.phone import e164

SLOTS = 256
SLOT_BITS = 16
SLOT_MASK = (1 << SLOT_BITS) - 1

RANK = ("user_id", "external_id", "email", "phone", "anonymous_id")
DEVICE = "anonymous_id"
WHO = "?"
WITH = "#"


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A key that a contact says is its own, since an instant (ms).

    ``rebind`` is the ``since`` of the binding that its holder lets go of: the key changes hands only
    while that binding is the last one, so that of two claimants one has to ask again. Under 0 it is the
    contact, negated, that gave the key up by ``since``, when the two were parted. ``source`` and
    ``message_id`` are the event's that named the key: the evidence, should two contacts claim it; by its
    ``fingerprint`` the directory knows it.

    Two texts that no key can be stand in line with the keys: ``?user_id:7`` asks who holds the key and
    claims nothing; ``#65536`` is something under way with that contact itself.
    """

    key: str
    since: int
    public: bool = False
    rebind: int | None = None
    source: str = ""
    message_id: str = ""
    fingerprint: bytes = b""

    @property
    def asked(self) -> str:
        """The key that the directory is asked about."""
        return self.key.removeprefix(WHO)

    @property
    def anew(self) -> "Claim":
        """As it is put to the directory by whom no holder has let go of the key for."""
        asks = self.rebind is None or self.rebind < 0
        return self if asks else msgspec.structs.replace(self, rebind=None)


class Binding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Since this instant (ms) the key belongs to this contact."""

    since: int
    contact: int


def key_of(kind: str, value: str) -> str:
    """``kind`` of an external id is its source (``crm:0031``).

    Email is compared without case, phone without spacing; every other kind as it was sent.
    """
    if kind == "email":
        value = value.strip().lower()
    elif kind == "phone":
        value = e164(value) or value
    return f"{kind}:{value}"


def company_key(group: str) -> str:
    """What places a company in its slot; no contact is addressed by it."""
    return f"company:{group}"


def quota_key(scenario: str) -> str:
    """What places a scenario's quota in its slot; no contact is addressed by it."""
    return f"quota:{scenario}"


def kind_of(key: str) -> str:
    return key.partition(":")[0]


def value_of(key: str) -> str:
    return key.partition(":")[2]


def rank_of(key: str) -> int:
    """Position in the order user_id, external ids, email, phone, anonymous_id."""
    kind = kind_of(key)
    return RANK.index(kind) if kind in RANK else RANK.index("external_id")


def is_device(key: str) -> bool:
    return key.startswith("anonymous_id:")


def slot_of_key(key: str) -> int:
    """CRC-32 (ISO 3309) of the key: the same in every process, unlike ``hash``."""
    return crc32(key.encode("utf-8", "surrogatepass")) % SLOTS


def slot_of(contact: int) -> int:
    return contact & SLOT_MASK


def contact_id(number: int, slot: int) -> int:
    return number << SLOT_BITS | slot


def holder_at(bindings: tuple[Binding, ...], at: int) -> int:
    """The contact that held the key at an instant; before the first binding, the first holder."""
    holder = bindings[0].contact
    for binding in bindings:
        if binding.since <= at:
            holder = binding.contact
    return holder


def bound(
    bindings: tuple[Binding, ...], claim: Claim, contact: int, now: int
) -> tuple[Binding, ...] | None:
    """The bindings after a claim, or None when another contact holds the key and keeps it.

    Whoever only asks is told the holder, were it itself.

    A key changes hands after ``now``: whatever came by it until then went to who held it. A holder
    that claims its own key had let it go: a new binding, so that the release counts no more.
    """
    if claim.asked != claim.key:
        return None if bindings else bindings
    if not bindings:
        return (Binding(claim.since, contact),)
    last = bindings[-1]
    mine = last.contact == contact
    if mine and (claim.rebind is not None or _asked_again(last, claim)):
        return bindings
    if not mine and claim.rebind != last.since and not _given(last, claim):
        return None
    return (*bindings, Binding(max(now, last.since) + 1, contact))


def _asked_again(last: Binding, claim: Claim) -> bool:
    """The claim that was bound already. A device's counts each time: it may have been let go since."""
    return not is_device(claim.key) and claim.since <= last.since


def _given(last: Binding, claim: Claim) -> bool:
    """Whether the holder gave the key up in an unmerge, and has not claimed it again since."""
    return claim.rebind == -last.contact and last.since <= claim.since
