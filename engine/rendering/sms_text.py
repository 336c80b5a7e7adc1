"""How many parts an SMS takes, and how to write it so that it takes fewer (3GPP TS 23.038, 23.040).

A text of the GSM alphabet has 160 characters, or 153 a part; one letter outside it makes the whole
text UCS-2: 70, or 67 a part. What takes two units never straddles two parts.
"""

# ruff: noqa: RUF001, RUF002 - letters that look alike are the subject

import unicodedata
from typing import Literal, NamedTuple

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Two units each: an escape goes before them."""
LONGEST = 1_600
"""Characters that a provider takes in one message."""
_WIDE = 0x10000
_PLAIN = {
    "’": "'", "‘": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‹": "'",
    "›": "'", "–": "-", "—": "-", "−": "-", "‑": "-", "•": "-", "·": ".", "œ": "oe", "Œ": "OE",
    "\u200b": "", "\ufeff": "", "\u202f": " ", "\t": " ",
}  # fmt: skip


class Size(NamedTuple):
    """``units`` are septets of GSM-7, or 16-bit units of UCS-2."""

    alphabet: Literal["GSM-7", "UCS-2"]
    units: int
    parts: int


def size_of(text: str) -> Size:
    gsm = _is_gsm(text)
    units = sum(_units(letter, gsm=gsm) for letter in text)
    return Size("GSM-7" if gsm else "UCS-2", units, len(parts_of(text)))


def parts_of(text: str) -> list[str]:
    """The text as phones get it: each part filled as far as it goes. Empty for an empty text."""
    gsm = _is_gsm(text)
    alone, each = (160, 153) if gsm else (70, 67)
    if sum(_units(letter, gsm=gsm) for letter in text) <= alone:
        return [text] if text else []
    parts, filled = [""], 0
    for letter in text:
        units = _units(letter, gsm=gsm)
        if filled + units > each:
            parts.append("")
            filled = 0
        parts[-1] += letter
        filled += units
    return parts


def plainer(text: str) -> str:
    """Each letter outside the GSM alphabet by its nearest inside it: ç c, ê e, ’ '. Others stay."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter if _in_gsm(letter) else _plain(letter) for letter in composed)


def shorter(text: str) -> str:
    """The plainer text where it saves a part, else the text as it is."""
    plain = plainer(text)
    return plain if len(parts_of(plain)) < len(parts_of(text)) else text


def _plain(letter: str) -> str:
    if letter in _PLAIN:
        return _PLAIN[letter]
    apart = unicodedata.normalize("NFKD", letter)
    bare = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return bare if bare and _is_gsm(bare) else letter


def _in_gsm(letter: str) -> bool:
    return letter in BASIC or letter in EXTENSION


def _is_gsm(text: str) -> bool:
    return all(map(_in_gsm, text))


def _units(letter: str, *, gsm: bool) -> int:
    return 2 if (letter in EXTENSION if gsm else ord(letter) >= _WIDE) else 1
