"""The command on what was refused."""

from typing import Annotated

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_rows
from engine.errors import BadRequest

app = typer.Typer()


@app.command()
def rejected(
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many, the newest first.")] = 20,
    reason: Annotated[str, typer.Option(metavar="CODE", help="Only those refused for it.")] = "",
    replay: Annotated[
        bool, typer.Option("--replay", help="Try those of the reason again; what is taken leaves.")
    ] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """What was refused lately: when, whose, why, and the item as it came; or try it again."""
    if replay and not reason:
        raise BadRequest("--replay needs --reason CODE: say which of them can be taken now")
    with connected(grpc, data) as engine:
        if replay:
            told = engine.replay(reason)
        else:
            rows = engine.rejected(limit, reason)
    if replay and json:
        print_json(told)
    elif replay:
        print(
            f"{told['accepted']} accepted, {told['duplicate']} duplicates, "
            f"{told['rejected']} refused again"
        )
        raise typer.Exit(1 if told["rejected"] else 0)
    elif json:
        print_json(rows)
    else:
        print_rows(rows, "Nothing was refused.")
