"""The command that sends events from a file or a pipe."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json
from engine.errors import BadRequest

if TYPE_CHECKING:
    from rich.progress import Progress

    from engine.rpc.client import Relance

app = typer.Typer()
BATCH = 500
SHOWN = 20
"""Refused lines that are told one by one."""


class Line(msgspec.Struct):
    """One event of the input; ``event`` is None when the line is no JSON object."""

    number: int
    event: dict[str, Any] | None


class Sent:
    """What became of the lines so far."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(("accepted", "duplicates", "rejected"), 0)
        self.reasons: Counter[str] = Counter()
        self.rejections: list[dict[str, Any]] = []

    def reject(self, line: int, reason: str) -> None:
        self.counts["rejected"] += 1
        self.reasons[reason] += 1
        if len(self.rejections) < SHOWN:
            self.rejections.append({"line": line, "reason": reason})

    def as_plain(self) -> dict[str, Any]:
        return {**self.counts, "reasons": dict(self.reasons), "rejections": self.rejections}


@app.command()
def push(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON lines; - reads them from stdin.")
    ] = Path("-"),
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Send events, one JSON object a line in Segment's shape.

    A line that has a timestamp and no messageId is given one made from its text: sending the file
    again stores nothing twice.
    """
    sent = Sent()
    with ExitStack() as stack:
        stream = stack.enter_context(_opened(file))
        engine = stack.enter_context(connected(grpc, data))
        progress = None if json or not sys.stderr.isatty() else stack.enter_context(_progress())
        task = progress.add_task("Events") if progress else None
        for batch in _batches(_lines(stream)):
            _send(engine, batch, sent)
            if progress and task is not None:
                progress.update(task, completed=sum(sent.counts.values()))
    _tell(sent, json=json)
    raise typer.Exit(1 if sent.counts["rejected"] else 0)


def _opened(file: Path) -> IO[bytes]:
    if str(file) == "-":
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return file.open("rb")
    except OSError as error:
        raise BadRequest(f"{file} cannot be read: {error.strerror}") from error


def _lines(stream: Iterable[bytes]) -> Iterator[Line]:
    for number, text in enumerate(stream, 1):
        if not text.strip():
            continue
        try:
            event = msgspec.json.decode(text, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            yield Line(number, None)
            continue
        if "timestamp" in event and not event.get("messageId"):
            event["messageId"] = blake2b(text.strip(), digest_size=16).hexdigest()
        yield Line(number, event)


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _send(engine: "Relance", batch: list[Line], sent: Sent) -> None:
    whole = []
    for line in batch:
        reason = _wrong(line)
        if reason:
            sent.reject(line.number, reason)
        else:
            whole.append(line)
    answers = engine.push([line.event for line in whole if line.event is not None])
    for line, answer in zip(whole, answers, strict=True):
        match answer.outcome:
            case "accepted":
                sent.counts["accepted"] += 1
            case "duplicate":
                sent.counts["duplicates"] += 1
            case "rejected":
                sent.reject(line.number, f"{answer.code}: {answer.reason}")


def _wrong(line: Line) -> str:
    """Why this line cannot even be sent: one such must not take its whole batch along."""
    from engine.rpc.clients.outgoing import event

    if line.event is None:
        return "no JSON object"
    try:
        event(line.event)
    except BadRequest as error:
        return str(error)
    return ""


def _progress() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(BarColumn(pulse_style="dim"), *columns, console=Console(stderr=True))


def _tell(sent: Sent, *, json: bool) -> None:
    if json:
        print_json(sent.as_plain())
        return
    print(", ".join(f"{count} {outcome}" for outcome, count in sent.counts.items()))
    for rejection in sent.rejections:
        note(f"line {rejection['line']}: {rejection['reason']}")
    more = sent.counts["rejected"] - len(sent.rejections)
    if more > 0:
        note(f"and {more} more")
