"""The command that shows the whole engine at work, and leaves nothing behind."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.output import Json, note, print_json
from engine.cli.up import Runtime
from engine.cli.workspace import default_workspace
from engine.errors import BadRequest

if TYPE_CHECKING:
    from engine.cli.demo.run import Wish
    from engine.cli.demo.story import Story

app = typer.Typer()
FEWEST, MOST = 12, 400
FASTEST = 20_000
"""Ms of real time are coarse: on a faster clock a breath of the machine is an hour of the shop."""


@app.command()
def demo(
    runtime: Annotated[Runtime, typer.Option(help="What carries the engine's parts.")] = "ray",
    visitors: Annotated[int, typer.Option(min=FEWEST, max=MOST, help="Of the shop.")] = 40,
    seed: Annotated[int, typer.Option(help="Another one gives other visitors.")] = 1,
    speed: Annotated[
        float, typer.Option(min=60, max=FASTEST, help="Times faster than real time.")
    ] = 18_000,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="Keep data, mails and log there."),
    ] = None,
    json: Json = False,
) -> None:
    """Three days of a small shop in half a minute: visitors, scenarios, real mails, a summary.

    Ends with 1 when the engine finds a fault in its store, the ledger does not add up or no mail came.
    """
    from engine.cli.demo.run import Wish

    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise BadRequest(f"{keep} is not empty; give another folder")
    wish = Wish(runtime, visitors, seed, speed, default_workspace())
    with _folder(keep) as folder, _told(quiet=json) as story:
        try:
            made = asyncio.run(_run(wish, folder, story))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
    made = {"visitors": visitors, "seed": seed, "runtime": runtime, "speed": speed} | made
    if json:
        print_json(made)
    else:
        from engine.cli.demo.page import show

        show(made)
        if keep is not None:
            note(f"Kept in {keep}: data, mails, the workspace shop, and engine.log.")
    raise typer.Exit(1 if made["problems"] else 0)


async def _run(wish: "Wish", folder: Path, story: "Story") -> dict[str, Any]:
    """SIGTERM and SIGHUP end it as Ctrl-C does: with the engine stopped and the folder removed."""
    from engine.cli.demo.run import run

    task = asyncio.ensure_future(run(wish, folder, story))
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield keep
    else:
        with tempfile.TemporaryDirectory(prefix="shop-") as folder:
            yield Path(folder)


@contextmanager
def _told(*, quiet: bool) -> Iterator["Story"]:
    """On stderr: the summary alone goes to stdout."""
    from rich.console import Console

    from engine.cli.demo.story import Lines, Picture, Silence

    console = Console(stderr=True)
    terminal = Picture if sys.stderr.isatty() else Lines
    story: Story = Silence() if quiet else terminal(console)
    try:
        yield story
    finally:
        story.end()
