"""What a person may be recognised by in bytes, and how that is found there and made unreadable.

A mask is as long as what it hides, so that it takes its place in msgpack, JSON and text alike. It
hides equal texts alike, so that what others' rows say of one another stays true; the number that it
is made from is forgotten with the erasure.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from hashlib import shake_256
from typing import Any

import msgspec

from engine.domain.profile.identity import WITH, kind_of, value_of

LONG = 8
"""Characters from which on an id is its person's wherever it stands; a shorter one only as a key."""
ADDRESSES = ("email", "phone")
ASCII = 0x7F
UNASSIGNED = b"+999"
"""A country code that no network has (ITU-T E.164): what stands for a number must reach nobody."""

_CELLS = re.compile(r"[\t,;|\"'{}\[\]:]+")
_BEFORE = rb"(?<![A-Za-z0-9._%+@-])"
_AFTER = rb"(?![A-Za-z0-9_@-]|\.[A-Za-z0-9])"


class Person(msgspec.Struct):
    """Everybody that one person was here, and what they are known by.

    ``values`` are texts of theirs that others may share (names): they tell a person only together
    with their place. ``former`` are keys that are another's now. ``seen`` packs the fingerprints of
    what they sent. ``upto``: by host, the next log row and contact when it let go of the keys.
    """

    contacts: list[int] = []
    keys: list[str] = []
    addresses: list[str] = []
    values: list[str] = []
    former: list[str] = []
    at: int = 0
    salt: bytes = b""
    seen: bytes = b""
    upto: dict[int, tuple[int, int]] = {}

    def join(self, other: "Person") -> bool:
        """Add what another look has found; whether anything was new."""
        before = len(self.contacts) + len(self.keys) + len(self.addresses) + len(self.values)
        for name in ("contacts", "keys", "addresses", "values"):
            mine = getattr(self, name)
            mine += [one for one in getattr(other, name) if one not in mine]
        after = len(self.contacts) + len(self.keys) + len(self.addresses) + len(self.values)
        return after > before

    @property
    def told(self) -> list[str]:
        """Texts that tell this person wherever they stand: addresses, and ids that are long enough."""
        ids = [value_of(key) for key in self.keys if kind_of(key) not in ADDRESSES]
        both = [*self.addresses, *(one for one in ids if len(one) >= LONG)]
        return list(dict.fromkeys(both))

    @property
    def words(self) -> set[str]:
        """Every text of theirs, in lower case: one that equals a whole value of an item is theirs."""
        return {text.lower() for text in (*map(value_of, self.keys), *self.addresses, *self.values)}


class Pattern:
    """A regular expression that is asked only where one of its ``texts`` stands.

    Most rows hold none, and to find that out costs a hundredth of what the expression costs.
    """

    def __init__(self, texts: Iterable[bytes], expression: re.Pattern[bytes]) -> None:
        self._texts = sorted({text.lower() for text in texts}, key=len)
        self._expression = expression

    def search(self, raw: bytes) -> bool:
        return self.among((raw,)) and self._expression.search(raw) is not None

    def among(self, raws: Iterable[bytes]) -> bool:
        """Whether a trace may be in one of them; where it says no, there is none."""
        joined = b"\0".join(raws).lower()
        return any(text in joined for text in self._texts)


class Traces:
    """Of one person, in bytes of any kind."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._salt = person.salt
        self._texts = texts_of(person)

    @cached_property
    def pattern(self) -> Pattern:
        """Finds any of them. Matches nothing when there are none."""
        numbers = [msgspec.msgpack.encode(one) for one in self._person.contacts]
        exactly = [b"(?-i:" + re.escape(one) + b")" for one in numbers]
        return Pattern([*self._forms, *numbers], _any([*map(_found, self._texts), *exactly]))

    @cached_property
    def readable(self) -> Pattern:
        """Finds them as text: for files as they lie on the disk."""
        return Pattern(self._forms, _any([_bounded(text) for text in self._texts]))

    @property
    def _forms(self) -> Iterator[bytes]:
        return (form for text in self._texts for form in forms_of(text))

    def mask(self, raw: bytes) -> bytes:
        """The bytes without any trace, as many as before."""
        if not self.pattern.search(raw):
            return raw
        for text in self._texts:
            raw = re.sub(_found(text), partial(self._hidden, text), raw, flags=re.IGNORECASE)
        for number in self._person.contacts:
            packed = msgspec.msgpack.encode(number)
            raw = raw.replace(packed, packed[:1] + b"\x7f" + b"\xff" * (len(packed) - 2))
        return raw

    def _hidden(self, text: str, one: re.Match[bytes]) -> bytes:
        """What stands for a match; of a key its kind stays, of a msgpack string its head."""
        head, whole, bounded = one.groups(b"")
        kind, colon, value = text.partition(":")
        named = f"{kind}:".encode() if colon and text in self._person.keys else b""
        if text.startswith(WITH):
            named, value = WITH.encode(), text
        length = len(whole or bounded) - len(named)
        return head + named + self._token(value if named else text, length)

    def _token(self, value: str, length: int) -> bytes:
        drawn = shake_256(self._salt + value.lower().encode()).digest(length)
        if value.startswith("+") and length >= LONG:
            digits = bytes(48 + byte % 10 for byte in drawn)
            return UNASSIGNED + digits[: length - len(UNASSIGNED)]
        return bytes(97 + byte % 26 for byte in drawn)


def _any(alternatives: list[bytes]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(alternatives) or b"(?!)", re.IGNORECASE)


def _found(text: str) -> bytes:
    """The text as a whole msgpack string, in which its length is written before it, or bounded."""
    head, raw = re.escape(head_of(text)), re.escape(text.encode())
    return b"(" + head + b")(" + raw + b")|" + _bounded(text)


def _bounded(text: str) -> bytes:
    """The text in another one, as JSON may write it too, where no longer word begins or goes on."""
    forms = b"|".join(map(re.escape, forms_of(text)))
    return _BEFORE + b"(" + forms + b")" + _AFTER


def texts_of(person: Person) -> list[str]:
    """What is looked for besides the numbers of contacts: a number as something under way has it, too."""
    under_way = [f"{WITH}{number}" for number in person.contacts]
    return list(dict.fromkeys((*person.keys, *person.told, *under_way)))


def head_of(text: str) -> bytes:
    """What msgpack writes before it."""
    packed = msgspec.msgpack.encode(text)
    return packed[: len(packed) - len(text.encode())]


def forms_of(text: str) -> list[bytes]:
    """The bytes that it may be written in."""
    return sorted({text.encode(), _escaped(text)})


def _escaped(text: str) -> bytes:
    """JSON in ASCII (RFC 8259 section 7)."""
    if text.isascii():
        return text.encode()
    units = text.encode("utf-16-be", "surrogatepass")
    pairs = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(chr(one) if one <= ASCII else f"\\u{one:04x}" for one in pairs).encode()


def words_of(body: bytes) -> set[str]:
    """Every text in a JSON document, in lower case; of what is none, what stands between its signs."""
    try:
        found: set[str] = set()
        _gather(msgspec.json.decode(body), found)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = body.decode("utf-8", "replace").lower()
        return {text, *(cell.strip() for cell in _CELLS.split(text))}
    return found


def _gather(value: Any, into: set[str]) -> None:
    if isinstance(value, str):
        text = value.lower()
        into.update((text, text.partition(":")[2]) if ":" in text else (text,))
    elif isinstance(value, int | float):
        into.add(str(value))
    elif isinstance(value, list):
        for one in value:
            _gather(one, into)
    elif isinstance(value, dict):
        for one in value.values():
            _gather(one, into)
