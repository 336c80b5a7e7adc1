"""Commands on API keys, of a running engine or of a data folder at rest."""

from typing import Annotated, Any, Literal

import typer

from engine.cli.connection import Data, Grpc, at_rest, connected
from engine.cli.output import Json, note, print_json, print_rows
from engine.errors import Unknown

app = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="API keys: create, list, revoke.")
app.add_typer(keys, name="keys")

Kind = Literal["public", "server", "viewer", "operator", "admin"]


@keys.command()
def create(
    kind: Annotated[Kind, typer.Option(help="What the key may do.")],
    name: Annotated[str, typer.Option(help="Who has it; shown beside what came with it.")],
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Make a key. It is shown this once and not stored."""
    folder = at_rest(grpc, data)
    if folder:
        from engine import offline

        key = offline.create_key(folder, kind, name)
    else:
        with connected(grpc, data) as engine:
            key = engine.create_key(kind, name)
    if json:
        print_json({"key": key})
    else:
        print(key)
        note("Keep it: it is not shown again.")


@keys.command("list")
def list_(grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Every key, without its secret."""
    folder = at_rest(grpc, data)
    rows: list[dict[str, Any]]
    if folder:
        from engine import offline

        rows = offline.list_keys(folder)
    else:
        with connected(grpc, data) as engine:
            rows = engine.keys()
    if json:
        print_json(rows)
    else:
        print_rows(rows, "There is no key; make one with relance keys create.")


@keys.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="The key's id, see relance keys list.")],
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Refuse a key from now on."""
    folder = at_rest(grpc, data)
    if folder:
        from engine import offline

        if not offline.revoke_key(folder, key):
            raise Unknown(f"there is no key {key} in force")
    else:
        with connected(grpc, data) as engine:
            engine.revoke_key(key)
    if json:
        print_json({"revoked": key})
    else:
        print(f"{key} is revoked.")
