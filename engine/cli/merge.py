"""Making two contacts one, and undoing it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json
from engine.errors import Unknown

if TYPE_CHECKING:
    from engine.rpc.client import Relance

app = typer.Typer()

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def merge(
    one: Annotated[str, typer.Argument(metavar="A", help="Survives: a key, or the id.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Becomes a part of A.")],
    yes: Yes = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Make contact B a part of contact A; `relance unmerge A` undoes it."""
    with connected(grpc, data) as engine:
        if not yes:
            note(f"{_told(engine, other)}\n  becomes a part of\n{_told(engine, one)}")
            typer.confirm("Merge them?", abort=True, err=True)
        told = engine.merge(one, other)
    _print(told, json, f"contact {told['merged']} is a part of contact {told['survivor']}")


@app.command()
def unmerge(
    one: Annotated[str, typer.Argument(metavar="A", help="The survivor: a key, or the id.")],
    other: Annotated[
        str, typer.Argument(metavar="B", help="Who was merged into it last; to be sure.")
    ] = "",
    yes: Yes = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Undo the latest merge of contact A: what came since goes to the one by whose key it came."""
    with connected(grpc, data) as engine:
        if not yes:
            note(f"the latest merge of\n{_told(engine, one)}\n  is undone")
            typer.confirm("Part them?", abort=True, err=True)
        told = engine.unmerge(one, other)
    _print(told, json, f"contact {told['restored']} is itself again, beside {told['survivor']}")


def _told(engine: "Relance", key: str) -> str:
    """A contact in two lines, for a person to recognise."""
    found = engine.contact(key, 0)
    if found is None:
        raise Unknown(f"there is no contact {key}")
    attributes = ", ".join(f"{name} {value}" for name, value in found["attributes"].items())
    return f"contact {found['id']}: {', '.join(found['keys'])}\n    {attributes or 'no attributes'}"


def _print(told: dict[str, Any], json: bool, text: str) -> None:
    if json:
        print_json(told)
    elif told["done"]:
        print(f"Done: {text}.")
    else:
        print(f"Under way: soon {text}; they are busy with something else before that.")
