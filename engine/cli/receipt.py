"""A command that tells what became of a message."""

from typing import Annotated

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json
from engine.errors import BadRequest

app = typer.Typer()


@app.command()
def receipt(
    message: Annotated[
        str,
        typer.Argument(metavar="MESSAGE", help="The message's key, as `relance contact` shows it."),
    ],
    outcome: Annotated[
        str,
        typer.Argument(
            metavar="OUTCOME",
            help="delivered, opened, clicked, bounced, complained or unsubscribed.",
        ),
    ],
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Clicked: where the link led.")
    ] = "",
    machine: Annotated[
        bool, typer.Option("--machine", help="Opened, clicked: by no person.")
    ] = False,
    soft: Annotated[bool, typer.Option("--soft", help="Bounced: it may pass.")] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Tell what became of a message that was sent; conditions, scores and scenarios hear of it."""
    told = {"message": message, "outcome": outcome, "url": url}
    with connected(grpc, data) as engine:
        (answer,) = engine.receipts([told | {"machine": machine, "soft": soft}])
    if answer.outcome == "rejected":
        raise BadRequest(f"{answer.code}: {answer.reason}")
    if json:
        print_json({"outcome": answer.outcome})
    else:
        print(answer.outcome)
