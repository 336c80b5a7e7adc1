"""The review list: two contacts that may be one person, which the machine leaves to an operator."""

from typing import Annotated

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_rows

app = typer.Typer()


@app.command()
def review(
    dismiss: Annotated[
        tuple[str, str],
        typer.Option(metavar="A B", help="Two contacts that are not one: off the list for good."),
    ] = ("", ""),
    limit: Annotated[int, typer.Option(min=1, help="Pieces of evidence to look at.")] = 1_000,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """List pairs of known contacts that both claim a key; `relance merge A B` makes them one."""
    with connected(grpc, data) as engine:
        if all(dismiss):
            engine.dismiss(*dismiss)
        found = engine.reviews(limit)
    if json:
        print_json(found)
        return
    shown = [
        {
            "one": pair["one"],
            "other": pair["other"],
            "keys of one": ", ".join(pair["one_keys"]),
            "keys of other": ", ".join(pair["other_keys"]),
            "claimed": ", ".join(dict.fromkeys(row["key"] for row in pair["evidence"])),
            "at": pair["at"],
            "source": pair["evidence"][0]["source"],
            "message": pair["evidence"][0]["message_id"],
        }
        for pair in found
    ]
    print_rows(shown, "Nobody to look at.")
