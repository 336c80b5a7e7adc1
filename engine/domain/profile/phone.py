"""Telephone numbers as networks know them: ITU-T E.164, ``+`` and at most fifteen digits."""

import re

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_TRUNK = re.compile(r"\(0\)")
_SPACING = re.compile(r"[\s().\-/\u2010-\u2015]+")


def e164(written: str) -> str:
    """``+33 (0)6 12-34-56-78`` -> ``+33612345678``; "" for what names no country or is no number."""
    number = _SPACING.sub("", _TRUNK.sub("", written))
    if number.startswith("00"):
        number = f"+{number[2:]}"
    return number if _E164.fullmatch(number) else ""
