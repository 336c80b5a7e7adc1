"""How a problem names what was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 12
"""Known words listed when none is near."""


def meant(word: str, known: Iterable[str]) -> str:
    """``did you mean segment?``, or what is known at all."""
    words = sorted(known)
    near = get_close_matches(word, words, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if not words:
        return "there is none"
    more = ", ..." if len(words) > SHOWN else ""
    return f"known are {', '.join(words[:SHOWN])}{more}"
