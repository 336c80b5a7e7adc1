"""A contact's standing in a segment, told as a sentence."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

Part = dict[str, Any]


def print_standing(segment: str, key: str, found: dict[str, Any]) -> None:
    """One sentence, then each part of the condition that was asked."""
    print(sentence(segment, key, found))
    for line in lines_of(found["because"], 1):
        print(line)


def sentence(segment: str, key: str, found: dict[str, Any]) -> str:
    """``user_id:1 is in hot since 12 March 2026 09:12:04 because did Visit ...; leaves on ...``."""
    member = found["member"]
    stands = f"in {segment} since {_day(found['since'])}" if member else f"not in {segment}"
    decisive = [part for part in found["because"] if part["holds"] is member] or found["because"]
    reasons = " and ".join(
        part["asks"] if part["holds"] else f"not: {part['asks']}" for part in decisive
    )
    return f"{key} is {stands} because {reasons}; {_end(found)}"


def _end(found: dict[str, Any]) -> str:
    if found["until"] is None:
        return "time alone does not change that"
    verb = "leaves" if found["member"] else "enters"
    return f"{verb} on {_day(found['until'])} if nothing happens"


def lines_of(parts: list[Part], depth: int) -> Iterator[str]:
    """Every part with its answer, what it saw, and until when."""
    for part in parts:
        answer = {True: "yes", False: "no"}.get(part["holds"], "not known yet")
        saw = f", saw {_seen(part['saw'])}" if "saw" in part else ""
        until = f", until {_day(part['until'])}" if part["until"] else ""
        yield f"{'  ' * depth}{part['asks']}: {answer}{saw}{until}"
        yield from lines_of(part.get("parts", []), depth + 1)


def _seen(saw: Any) -> str:
    if isinstance(saw, dict):
        return ", ".join(f"{name} {_seen(value)}" for name, value in saw.items())
    return "nothing" if saw is None else saw if isinstance(saw, str) else _plain(saw)


def _plain(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _day(text: str) -> str:
    """``12 March 2026 09:12:04 UTC``; parts of a second only where there are any."""
    at = datetime.fromisoformat(text)
    fraction = f".{at.microsecond // 1000:03}" if at.microsecond else ""
    return f"{at.day} {at:%B %Y %H:%M:%S}{fraction} UTC"
