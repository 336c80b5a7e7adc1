"""How a problem names what was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 24
"""Known words listed when none is near; of more, one is an example."""


def meant(word: str, known: Iterable[str]) -> str:
    """``did you mean segment?``, or what is known at all."""
    words = sorted(known)
    near = get_close_matches(word, words, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if not words:
        return "none is declared"
    if len(words) > SHOWN:
        return f"for example {words[len(words) // 2]}"
    return f"known are {', '.join(words)}"
