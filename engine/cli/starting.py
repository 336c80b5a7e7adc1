"""Starting a scenario by hand: for one contact, for everybody on a list, or in a segment."""

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from engine.cli.output import note, print_json, print_rows
from engine.domain.runs.entry import WORDS
from engine.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.rpc.client import Relance

PATIENCE = 15.0
"""Seconds that the answers of a cap are waited for."""
BECAME = {
    "started": "let in",
    "asked": "ask to enter: the cap on entries decides",
    "waiting": "enter when their turn comes",
    "missed": "turned away by the cap, or let in no more when their turn had come; start them again later",
    "gone": "became another contact, or are among them no more",
}
"""What came of a start, beside the reasons why a contact does not enter."""

Start = Annotated[
    str, typer.Option("--start", metavar="KEY", help="Let this contact enter NAME, if it may.")
]
StartList = Annotated[
    str, typer.Option("--start-list", metavar="LIST", help="Let everybody on LIST enter NAME.")
]
StartSegment = Annotated[
    str,
    typer.Option("--start-segment", metavar="SEGMENT", help="Let everybody in SEGMENT enter NAME."),
]
Label = Annotated[
    str,
    typer.Option(
        "--label", metavar="TEXT", help="Of a start of many: begun again, it lets nobody in twice."
    ),
]
Properties = Annotated[
    list[str] | None,
    typer.Option(
        "--property", metavar="NAME=VALUE", help="Of the runs, as an event's; JSON, else text."
    ),
]
Count = Annotated[bool, typer.Option("--count", help="Only tell whom a start would let in.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")]


class Wanted(msgspec.Struct, frozen=True):
    """What is to be started, and for whom: one of ``key``, ``list`` and ``segment``."""

    key: str
    list: str
    segment: str
    label: str
    properties: dict[str, Any]
    count: bool
    yes: bool

    @property
    def many(self) -> bool:
        return bool(self.list or self.segment)


def wanted(
    start: str,
    start_list: str,
    start_segment: str,
    label: str,
    given: list[str] | None,
    *,
    count: bool,
    yes: bool,
) -> Wanted | None:
    """None when nothing is to be started. Raises BadRequest for options that do not fit together."""
    named = [one for one in (start, start_list, start_segment) if one]
    if len(named) > 1:
        raise BadRequest("name one of --start, --start-list and --start-segment")
    if not named and (label or given or count):
        raise BadRequest("say who is to enter: --start KEY, --start-list or --start-segment")
    if start and (label or count):
        raise BadRequest("--label and --count are for --start-list and --start-segment")
    if not named:
        return None
    return Wanted(start, start_list, start_segment, label, properties_of(given), count, yes)


def properties_of(given: list[str] | None) -> dict[str, Any]:
    return dict(_property(one) for one in given or ())


def _property(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise BadRequest(f"--property takes name=value, not {text!r}")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value


def start_many(engine: "Relance", scenario: str, asked: Wanted, *, json: bool) -> None:
    """Count, ask whether it is meant, start, and tell what came of it."""
    label = asked.label or secrets.token_hex(4)
    begin = partial(
        engine.starts.run,
        scenario=scenario,
        label=label,
        list_=asked.list,
        segment=asked.segment,
        properties=asked.properties,
    )
    would = begin("count")
    about = {"scenario": scenario, "list": asked.list, "segment": asked.segment}
    if asked.count:
        _print(about | {"counts": would}, json=json)
        return
    if not asked.yes:
        _confirm(scenario, would)
    note(f"Started under the label {label}: if it is cut off, go on with --label {label}")
    with _progress(sum(would.values())) as tell:
        counts = begin("start", tell=tell)
    found = about | {"label": label, "counts": counts}
    if counts.get("asked"):
        found["became"] = _answers(partial(begin, "tell"))
    _print(found, json=json)


def _answers(tell: "Callable[[], dict[str, int]]") -> dict[str, int]:
    """What became of all that the start has reached, once the cap has answered each."""
    end = time.monotonic() + PATIENCE
    while True:
        found = tell()
        if not found.get("asked") or time.monotonic() > end:
            return found
        time.sleep(0.2)


def _confirm(scenario: str, would: dict[str, int]) -> None:
    entering = would.get("started", 0) + would.get("asked", 0)
    others = sum(would.values()) - entering
    if not sys.stdin.isatty():
        raise BadRequest(f"{entering} would enter {scenario}: say --yes where nobody can be asked")
    text = f"Let {entering:,} contacts enter {scenario}? {others:,} more may not"
    if not typer.confirm(text, err=True):
        raise typer.Exit(1)


@contextmanager
def _progress(total: int) -> "Iterator[Callable[[dict[str, int]], None]]":
    """Shows how far a start is, where somebody may be looking."""
    from rich.console import Console

    with Console(stderr=True).status("Beginning") as shown:

        def tell(counts: dict[str, int]) -> None:
            shown.update(f"{sum(counts.values()):,} of {total:,} contacts")

        yield tell


def _print(found: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(found)
        return
    for part in ("counts", "became"):
        rows = [
            {"what": what, "contacts": count, "": BECAME.get(what) or WORDS.get(what, "")}
            for what, count in sorted(found.get(part, {}).items(), key=lambda one: -one[1])
        ]
        if part in found:
            print_rows(rows, "Nobody is among them.")
