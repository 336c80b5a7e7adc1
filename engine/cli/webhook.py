"""The command on webhooks: endpoints, dead letters, and trying them again."""

from typing import Annotated

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_rows

app = typer.Typer()
ALL = "all"


@app.command()
def webhook(
    dead: Annotated[bool, typer.Option("--dead", help="List what was given up.")] = False,
    replay: Annotated[
        str, typer.Option("--replay", metavar="KEY|NAME|all", help="Try dead ones again.")
    ] = "",
    enable: Annotated[
        str, typer.Option("--enable", metavar="NAME", help="Tell one again that was gone (410).")
    ] = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """The endpoints of webhooks.yaml: told, waiting, given up."""
    with connected(grpc, data) as engine:
        if enable:
            engine.webhooks.enable(enable)
        again = engine.webhooks.replay("" if replay == ALL else replay) if replay else 0
        rows = engine.webhooks.dead() if dead else engine.webhooks.endpoints()
    if json:
        print_json({"again": again, "webhooks": rows} if replay else rows)
        return
    if replay:
        print(f"{again} on their way again")
    print_rows(rows, "Nothing was given up." if dead else "webhooks.yaml declares no endpoint.")
