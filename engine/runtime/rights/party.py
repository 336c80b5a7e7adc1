"""Persons who are erased together, looked for all at once: what is found is what each alone would find."""

import asyncio
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate

import msgspec

from engine.runtime.rights.index import LETTERS, Index
from engine.runtime.rights.traces import Person, Traces, forms_of, head_of, texts_of

STRETCH = 100
"""Persons taken up between two looks at what else there is to do."""
LONG_HEAD = 2
"""Bytes before a string of msgpack from which on its length is one of them: it may look like a letter."""

_NOT_BEFORE = LETTERS | frozenset(b"._%+@-")
_NOT_AFTER = LETTERS | frozenset(b"_@-")
_DOT = ord(".")
_NUMBERS = {
    b"\xce": re.compile(rb"\xce(?=(.{4}))", re.DOTALL),
    b"\xcf": re.compile(rb"\xcf(?=(.{8}))", re.DOTALL),
}
"""Whole numbers as msgpack writes them, without their head; a contact's has four bytes at least."""

Whose = dict[int, set[int]]
"""By place among some bytes, the numbers of the persons whose traces are there."""


class Party:
    """A person's number is its place in ``persons``."""

    def __init__(self) -> None:
        self.persons: list[Person] = []
        self._index = Index()
        self._texts: dict[bytes, set[int]] = defaultdict(set)
        self._heads: dict[bytes, bytes] = {}
        self._plain: dict[bytes, bytes] = {}
        self._numbers: dict[bytes, set[int]] = defaultdict(set)
        self._words: dict[str, set[int]] = defaultdict(set)
        self._contacts: dict[int, set[int]] = defaultdict(set)
        self.traces = cache(self._traces)

    @classmethod
    async def of(cls, persons: Iterable[Person]) -> "Party":
        party = cls()
        for number, person in enumerate(persons):
            party.add(person)
            if number % STRETCH == 0:
                await asyncio.sleep(0)
        return party

    def add(self, person: Person) -> None:
        number = len(self.persons)
        self.persons.append(person)
        for text in texts_of(person):
            self._add_text(number, text)
        for contact in person.contacts:
            self._contacts[contact].add(number)
            self._numbers[msgspec.msgpack.encode(contact)[1:]].add(number)
        for word in person.words:
            self._words[word].add(number)

    def _add_text(self, number: int, text: str) -> None:
        raw, head = text.encode().lower(), head_of(text).lower()
        self._heads[raw] = head
        for form in {form.lower() for form in forms_of(text)}:
            self._texts[form].add(number)
            self._index.add(form)
        if len(head) >= LONG_HEAD:
            self._plain[head + raw] = raw
            self._index.add(head + raw)

    def _traces(self, number: int) -> Traces:
        return Traces(self.persons[number])

    def held_by(self, contacts: Iterable[int]) -> set[int]:
        """Whose contacts these are."""
        return set().union(*(self._contacts.get(contact, ()) for contact in contacts))

    def places(self, raws: Sequence[bytes]) -> Whose:
        """Where among these bytes of any kind there are traces, and of whom."""
        joined = b"\0".join(raws)
        starts = [0, *accumulate(len(raw) + 1 for raw in raws)]
        found: Whose = defaultdict(set)
        for at, whose in (*self._standing(joined.lower(), starts), *self._numbered(joined)):
            found[bisect_right(starts, at) - 1] |= whose
        return found

    def found(self, raw: bytes) -> set[int]:
        """Of whom there are traces."""
        return self.places((raw,)).get(0, set())

    def readable(self, raw: bytes) -> set[int]:
        """Of whom there are traces as text: for files as they lie on the disk."""
        raw, found = raw.lower(), set[int]()
        for text in self._near(raw):
            if any(_is_bounded(raw, at, text) for at in _all(raw, text)):
                found |= self._texts[text]
        return found

    def told_by(self, texts: Iterable[str]) -> set[int]:
        """Whose words these are, in lower case."""
        return set().union(*(self._words.get(text, ()) for text in texts))

    def mask(self, raw: bytes, whose: Iterable[int]) -> bytes:
        """The bytes without any trace of these."""
        for number in sorted(whose):
            raw = self.traces(number).mask(raw)
        return raw

    def _near(self, raw: bytes) -> set[bytes]:
        return {self._plain.get(text, text) for text in self._index.standing_in(raw)}

    def _standing(self, raw: bytes, starts: list[int]) -> Iterator[tuple[int, set[int]]]:
        """Where texts begin, once in each of the bytes that were joined."""
        for text in self._near(raw):
            whose, head = self._texts[text], self._heads.get(text, b"")
            at = raw.find(text)
            while at >= 0:
                if _is_bounded(raw, at, text) or (head and raw.endswith(head, 0, at)):
                    yield at, whose
                    at = starts[bisect_right(starts, at)] - 1
                at = raw.find(text, at + 1)

    def _numbered(self, raw: bytes) -> Iterator[tuple[int, set[int]]]:
        """Where contacts' numbers begin."""
        for head, expression in _NUMBERS.items():
            for packed in self._numbers.keys() & set(expression.findall(raw)):
                yield from ((at, self._numbers[packed]) for at in _all(raw, head + packed))


def _all(raw: bytes, text: bytes) -> Iterator[int]:
    """Every place where the text begins."""
    at = raw.find(text)
    while at >= 0:
        yield at
        at = raw.find(text, at + 1)


def _is_bounded(raw: bytes, at: int, text: bytes) -> bool:
    """Whether no longer word begins before the text or goes on after it; see ``traces``."""
    end = at + len(text)
    if at and raw[at - 1] in _NOT_BEFORE:
        return False
    after = raw[end : end + 2]
    return not after or not (
        after[0] in _NOT_AFTER or (after[0] == _DOT and len(after) > 1 and after[1] in LETTERS)
    )
