"""Commands on API keys, of a running engine or of a data folder at rest."""

import re
from typing import Annotated, Any, Literal

import typer

from engine.cli.connection import Data, Grpc, at_rest, connected
from engine.cli.output import Json, note, print_json, print_rows
from engine.errors import BadRequest, Unknown

app = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="API keys, and the secret of user tokens.")
app.add_typer(keys, name="keys")

Kind = Literal["public", "server", "viewer", "operator", "admin"]


@keys.command()
def create(
    kind: Annotated[Kind, typer.Option(help="What the key may do.")],
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Who has it; shown beside what came with it.")
    ],
    origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="A page that a public key is for, as https://shop.example; again for more.",
        ),
    ] = None,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Make a key. It is shown this once and not stored."""
    if not name.strip():
        raise BadRequest("say in --name who has the key; what comes with it is shown under that")
    folder, origins = at_rest(grpc, data), _origins(kind, origin or [])
    if folder:
        from engine import offline

        key = offline.create_key(folder, kind, name, origins)
    else:
        with connected(grpc, data) as engine:
            key = engine.create_key(kind, name, origins)
    if json:
        print_json({"key": key})
    else:
        print(key)
        note("Keep it: it is not shown again.")


def _origins(kind: Kind, given: list[str]) -> str:
    """By blanks, each as a browser's Origin header has it (RFC 6454: no path, no slash at the end)."""
    wrong = [one for one in given if not re.fullmatch(r"https?://[^\s/]+", one)]
    if wrong:
        raise BadRequest(f"{wrong[0]!r} is no origin; write it as https://shop.example")
    if given and kind != "public":
        raise BadRequest(f"--origin goes with --kind public, not {kind}")
    return " ".join(given)


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


@keys.command("user-token-secret")
def user_token_secret(grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """What a site's server signs a user id with, so that its pages may speak for that person. Admins only."""
    folder = at_rest(grpc, data)
    if folder:
        from engine import offline

        secret = offline.user_token_secret(folder)
    else:
        with connected(grpc, data) as engine:
            secret = engine.user_token_secret()
    if json:
        print_json({"secret": secret})
    else:
        print(secret)
        note("Keep it on the server: who has it can speak for anybody.")
