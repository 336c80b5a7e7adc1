"""Commands on a workspace folder: init, check, schema."""

import os
import re
import shutil
from pathlib import Path
from typing import Annotated, Literal

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json
from engine.domain.rulebooks.definitions import Definitions
from engine.errors import BadRequest, DefinitionError, SettingsError
from engine.loading.workspace import EXAMPLES, SCHEMAS

app = typer.Typer()
Placement = Literal["pooled", "dedicated"]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The workspace folder.")]


@app.command()
def init(
    folder: Folder,
    hosts: Annotated[int, typer.Option(min=1, max=256, help="Processes that carry contacts.")] = 1,
    placement: Annotated[
        Placement, typer.Option(help="dedicated: each contact has a process of its own.")
    ] = "pooled",
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Make this data folder too.")
    ] = None,
    example: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Another one than the shop: b2b (hands contacts to sales), newsletter or membership.",
        ),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Write over files that are there.")
    ] = False,
    json: Json = False,
) -> None:
    """Copy the default workspace to DIR: a small shop, ready to change; or another example."""
    if folder.exists() and any(folder.iterdir()) and not force:
        raise BadRequest(f"{folder} is not empty; give another folder, or --force to write over it")
    _copy(example, folder)
    settings = folder / "engine.toml"
    text = settings.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^hosts = \d+", f"hosts = {hosts}", text)
    text = re.sub(r'(?m)^placement = "\w+"', f'placement = "{placement}"', text)
    settings.write_text(text, encoding="utf-8")
    if data is not None:
        from engine import bootstrap
        from engine.loading.settings import load_settings

        bootstrap.init_data(data, load_settings(folder, os.environ))
    if json:
        made = {"workspace": str(folder), "hosts": hosts, "placement": placement}
        print_json({**made, "data": str(data) if data else None})
    else:
        note(f"{folder} is ready. Next: relance check {folder}, relance up --workspace {folder}")


@app.command()
def check(folder: Folder = Path(), grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Read every definition and setting, and tell every spec; all problems at once.

    Warnings tell windows that reach further back than the log is kept and, where an engine is named, event
    names that it never saw.
    """
    from engine.cli.rehearsal import judge
    from engine.loading.check_window import far_windows
    from engine.loading.definitions import load
    from engine.loading.settings import load_settings
    from engine.loading.specs import tell

    problems, warnings, counts = list[str](), list[str](), dict[str, int]()
    try:
        definitions = load(folder)
        load_settings(folder, os.environ)
        warnings = far_windows(folder, definitions.retention)
        told = tell(folder, definitions, judge(definitions.country))
        counts, problems = {**counted(definitions), "specs": told.specs}, told.problems
    except DefinitionError as error:
        problems = error.problems
    except SettingsError as error:
        problems = str(error).splitlines()
    if grpc or data:
        warnings += _unheard(folder, grpc, data)
    if json:
        print_json({"problems": problems, "warnings": warnings, **counts})
    else:
        for warning in warnings:
            note(f"warning: {warning}")
        print("\n".join(problems) if problems else f"No problem: {sentence(counts)}.")
    raise typer.Exit(1 if problems else 0)


@app.command()
def schema(folder: Folder = Path(), json: Json = False) -> None:
    """Write JSON Schemas to DIR/schema: editors complete and check definitions by them."""
    from engine.loading.schema import write

    if not folder.is_dir():
        raise BadRequest(f"{folder} is no folder; make a workspace with relance init")
    written = [str(path) for path in write(folder)]
    if json:
        print_json({"written": written})
    else:
        print("\n".join(written))


def _unheard(folder: Path, grpc: str, data: Path | None) -> list[str]:
    from engine.loading.check_event_names import unheard

    with connected(grpc, data) as engine:
        return unheard(folder, [one["event"] for one in engine.event_names()])


def default_workspace() -> Path:
    """In an installed package beside the engine's code, in a checkout at its top."""
    import engine

    installed = Path(str(engine.__file__)).with_name("workspace")
    return installed if installed.is_dir() else installed.parents[1] / "config"


def _copy(example: str, folder: Path) -> None:
    """An example has the settings and schemas of the shop. Raises BadRequest where there is no such example."""
    shop = default_workspace()
    examples = sorted(path.name for path in (shop / EXAMPLES).glob("*") if path.is_dir())
    if example and example not in examples:
        raise BadRequest(f"there is no example {example!r}; there are {', '.join(examples)}")
    if not example:
        shutil.copytree(shop, folder, ignore=_no_examples, dirs_exist_ok=True)
        return
    shutil.copytree(shop / EXAMPLES / example, folder, dirs_exist_ok=True)
    shutil.copytree(shop / SCHEMAS, folder / SCHEMAS, dirs_exist_ok=True)
    shutil.copy(shop / "engine.toml", folder)


def _no_examples(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == EXAMPLES and Path(folder) == default_workspace()]


def counted(definitions: Definitions) -> dict[str, int]:
    kinds = ("attributes", "aggregates", "segments", "scores", "scenarios", "templates")
    return {kind: len(getattr(definitions, kind)) for kind in kinds}


def sentence(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())
