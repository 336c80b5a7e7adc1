"""What editors check by says what the loader says: of the default workspace, and of any change to it."""

import json
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from engine.loading import shape, yaml_file
from engine.loading.schema import FILES, schema, write
from engine.settings import Settings

CONFIG = Path("config")
KINDS = {
    "scenario": "scenarios/*.yaml",
    "segment": "segments/*.yaml",
    "spec": "specs/*.yaml",
    "aggregates": "aggregates.yaml",
    "scoring": "scoring.yaml",
    "template": "templates/*/template.yaml",
    "engine": "engine.toml",
}
WRITTEN = [(kind, path) for kind, glob in KINDS.items() for path in sorted(CONFIG.glob(glob))]
NAMES = [str(path.relative_to(CONFIG)) for _, path in WRITTEN]
ODD: tuple[Any, ...] = (None, True, 7, 0.5, "?!", [], {}, {"unheard_of": 1})
VALIDATORS = {kind: Draft7Validator(schema(struct)) for kind, struct in FILES.items()}


def plain(path: Path) -> Any:
    if path.suffix == ".toml":
        return tomllib.loads(path.read_text(encoding="utf-8"))
    return yaml_file.read(path, path.name).data


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every (group or list, key) at any depth."""
    found = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(found):
        yield data, key
        if isinstance(value, dict | list):
            yield from places(value)


def changed(data: Any) -> Iterator[Any]:
    """The data with one value replaced, left out, or joined by an unknown key."""
    whole = {"file": deepcopy(data)}
    for group, key in list(places(whole)):
        was = group[key]
        for odd in ODD:
            group[key] = odd
            yield whole["file"]
        group[key] = was
        if isinstance(was, dict):
            was["unheard_of"] = {}
            yield whole["file"]
            del was["unheard_of"]
        if isinstance(group, dict) and group is not whole:
            del group[key]
            yield whole["file"]
            group[key] = was


@pytest.mark.parametrize(("kind", "path"), WRITTEN, ids=NAMES)
def test_a_file_of_the_default_workspace_fits_its_schema(kind: str, path: Path) -> None:
    assert list(VALIDATORS[kind].iter_errors(plain(path))) == []


@pytest.mark.parametrize(("kind", "path"), WRITTEN, ids=NAMES)
def test_the_schema_refuses_what_the_loader_refuses(kind: str, path: Path) -> None:
    refused = 0
    for data in changed(plain(path)):
        loader_fits = not any(shape.problems(data, FILES[kind]))
        assert VALIDATORS[kind].is_valid(data) == loader_fits, data
        refused += not loader_fits
    assert refused > 10


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_a_schema(kind: str) -> None:
    Draft7Validator.check_schema(schema(FILES[kind]))


def test_a_version_is_written_by_nobody() -> None:
    welcome = plain(CONFIG / "scenarios" / "welcome.yaml")
    assert not VALIDATORS["scenario"].is_valid(welcome | {"version": 2})


@pytest.mark.parametrize(("kind", "path"), WRITTEN, ids=NAMES)
def test_a_file_of_the_default_workspace_names_its_schema(kind: str, path: Path) -> None:
    named = path.read_text(encoding="utf-8").splitlines()[0].partition("schema")[2][1:]
    found = (path.parent / named).resolve()
    assert found == (CONFIG / "schema" / f"{kind}.schema.json").resolve()


def test_the_schemas_of_the_default_workspace_are_freshly_made(tmp_path: Path) -> None:
    for made in write(tmp_path):
        assert made.read_bytes() == (CONFIG / "schema" / made.name).read_bytes()


def test_every_setting_has_its_default_in_the_schema() -> None:
    parts = schema(Settings)["$defs"]
    assert parts["Rpc"]["properties"]["backlog"] == {"type": "integer", "default": 20_000}
    assert "``" not in json.dumps(parts)
