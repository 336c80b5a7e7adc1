"""Which of many texts may stand in some bytes, at a cost that does not grow with their number.

A text is looked up by one of its words, runs of ASCII letters and digits: the one that fewest of the
texts have, by as much of its beginning as ``START`` says. Where a text stands as a whole, no letter or
digit comes right before it; one may come after it, because a byte of msgpack that follows looks like one.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from string import ascii_letters, digits

START = 8
"""Bytes of a word that are compared."""
FEW = 16
"""Texts up to which asking for each of them is quicker."""

LETTERS = frozenset((ascii_letters + digits).encode())

_WORDS = bytes(byte if byte in LETTERS else ord(" ") for byte in range(256)).lower()


class Index:
    """Texts are added in lower case."""

    def __init__(self) -> None:
        self._words: dict[bytes, set[bytes]] = {}
        self._by_word: dict[bytes, list[bytes]] = {}
        self._wordless: list[bytes] = []
        self._lengths: list[int] = []

    def add(self, text: bytes) -> None:
        self._words[text] = {word[:START] for word in text.translate(_WORDS).split()}
        self._by_word.clear()

    def standing_in(self, raw: bytes) -> list[bytes]:
        """Those that stand in these bytes (in lower case), every one that does so as a whole."""
        near: Iterable[bytes] = self._words
        if len(self._words) > FEW:
            if not self._by_word:
                self._sort()
            words = self._by_word.keys() & self._begun(raw)
            near = chain(self._wordless, *(self._by_word[word] for word in words))
        return [text for text in near if text in raw]

    def _sort(self) -> None:
        shared = Counter(chain.from_iterable(self._words.values()))
        self._wordless = [text for text, words in self._words.items() if not words]
        for text, words in self._words.items():
            if words:
                rarest = min(words, key=lambda word: (shared[word], -len(word)))
                self._by_word.setdefault(rarest, []).append(text)
        self._lengths = sorted({len(word) for word in self._by_word})

    def _begun(self, raw: bytes) -> set[bytes]:
        words = set(raw.translate(_WORDS).split())
        return {word[:length] for length in self._lengths for word in words}
