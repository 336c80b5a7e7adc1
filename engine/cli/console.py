"""The command that opens the operators' console."""

import os
from typing import Annotated, Literal

import typer

from engine.cli.connection import Data, Grpc, address_of

app = typer.Typer()


@app.command()
def console(
    grpc: Grpc = "",
    data: Data = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Look only; a key of kind viewer can do no more.")
    ] = False,
    lang: Annotated[
        Literal["en", "fr"] | None, typer.Option(help="Instead of that of the environment.")
    ] = None,
) -> None:
    """Supervise a running engine from the terminal."""
    address = address_of(grpc, data)
    from tui.app import RelanceConsole
    from tui.feed import Feed
    from tui.i18n.words import language_of

    feed = Feed(address, os.environ.get("RELANCE_KEY", ""))
    RelanceConsole(feed, lang or language_of(dict(os.environ)), read_only=read_only).run()
