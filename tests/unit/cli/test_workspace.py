"""init, check, schema, plan and apply without a running engine."""

import filecmp
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cli.rehearsal import judge
from engine.loading.definitions import load
from engine.loading.schema import FILES
from engine.loading.specs import story
from engine.loading.workspace import Workspace

Relance = Callable[..., Any]
EXAMPLES = ("b2b", "membership", "newsletter")


def test_init_copies_a_workspace_that_passes_check(relance: Relance, tmp_path: Path) -> None:
    assert relance("init", tmp_path / "shop").code == 0
    compared = filecmp.dircmp("config", tmp_path / "shop")
    assert (compared.diff_files, compared.left_only) == ([], ["examples"])

    checked = relance("check", tmp_path / "shop")

    assert (checked.code, checked.err) == (0, "")
    counted = (
        "11 attributes, 8 aggregates, 12 segments, 3 scores, 6 scenarios, 14 templates, 9 specs"
    )
    assert checked.out == f"No problem: {counted}.\n"


@pytest.mark.parametrize("name", EXAMPLES)
def test_init_copies_an_example_that_passes_check(
    relance: Relance, tmp_path: Path, name: str
) -> None:
    assert relance("init", tmp_path / name, "--example", name, "--hosts", 2).code == 0
    assert "\nhosts = 2 " in (tmp_path / name / "engine.toml").read_text()
    assert relance("check", tmp_path / name).code == 0
    wrong = relance("init", tmp_path / "c", "--example", "b3b")
    assert wrong.code == 2
    assert "there is no example 'b3b'; there are b2b, membership, newsletter" in wrong.err


@pytest.mark.parametrize("folder", ["config", *(f"config/examples/{name}" for name in EXAMPLES)])
def test_every_scenario_that_comes_along_has_an_example_that_tells_it(folder: str) -> None:
    workspace = Workspace(Path(folder))
    definitions = load(Path(folder))
    told: set[str] = set()
    for written in workspace.specs:
        tale = story(written.definition, definitions, judge(definitions.country))
        assert [*tale.tell()] == []
        facts = [fact for one in tale.passed for fact in one.outcome.facts]
        told |= {fact.subject for fact in facts if fact.what == "run_ended"}
    assert told >= {one.scenario for one in definitions.scenarios}


def test_init_writes_the_number_of_hosts(relance: Relance, tmp_path: Path) -> None:
    made = relance("init", tmp_path / "shop", "--hosts", 3, "--json")
    assert json.loads(made.out)["hosts"] == 3
    assert "\nhosts = 3 " in (tmp_path / "shop" / "engine.toml").read_text()


def test_init_writes_the_placement_and_fixes_it_with_the_data(
    relance: Relance, tmp_path: Path
) -> None:
    shop, data = tmp_path / "shop", tmp_path / "data"
    assert relance("init", shop, "--placement", "dedicated", "--data", data).code == 0
    settings = shop / "engine.toml"
    assert 'placement = "dedicated"' in settings.read_text()

    settings.write_text(settings.read_text().replace('"dedicated"', '"pooled"'))
    refused = relance("up", "--once", "--workspace", shop, "--data", data)

    assert refused.code == 2
    assert "are dedicated, the settings say pooled" in refused.err


def test_init_writes_over_nothing_unless_forced(relance: Relance, tmp_path: Path) -> None:
    (tmp_path / "engine.toml").write_text("mine")

    refused = relance("init", tmp_path)

    assert refused.code == 2
    assert "is not empty" in refused.err
    assert (tmp_path / "engine.toml").read_text() == "mine"
    assert relance("init", tmp_path, "--force").code == 0


def test_check_tells_every_problem_and_fails(relance: Relance, tmp_path: Path) -> None:
    relance("init", tmp_path)
    (tmp_path / "segments" / "vip.yaml").write_text("segment: vip\ncondition: {segment: buyer}\n")
    (tmp_path / "scoring.yaml").write_text("scores: 1\n")

    checked = relance("check", tmp_path, "--json")

    assert checked.code == 1
    assert json.loads(checked.out)["problems"] == [
        "scoring.yaml:1: scores: expected a list, got a whole number 1",
        "segments/vip.yaml:2: condition.segment: there is no segment buyer; did you mean buyers?",
    ]


def test_apply_of_a_wrong_workspace_asks_no_engine(relance: Relance, tmp_path: Path) -> None:
    (tmp_path / "scoring.yaml").write_text("scores: 1\n")
    applied = relance("apply", tmp_path, "--yes")
    assert (applied.code, applied.out) == (2, "")
    assert (
        applied.err
        == "E-DEFINITION: scoring.yaml:1: scores: expected a list, got a whole number 1\n"
    )


def test_apply_asks_before_it_publishes(relance: Relance, tmp_path: Path) -> None:
    applied = relance("apply", tmp_path)
    assert applied.code == 2
    assert "say --yes to publish" in applied.err


def test_schemas_are_written_where_check_takes_no_offence(relance: Relance, tmp_path: Path) -> None:
    (tmp_path / "engine.toml").write_text("")

    written = relance("schema", tmp_path, "--json")

    assert written.code == 0
    found = [Path(name).is_file() for name in json.loads(written.out)["written"]]
    assert (len(found), set(found)) == (len(FILES), {True})
    assert relance("check", tmp_path).code == 0


def test_no_schema_is_written_where_no_folder_is(relance: Relance, tmp_path: Path) -> None:
    assert relance("schema", tmp_path / "nowhere").code == 2


def test_a_plan_needs_an_engine(relance: Relance, tmp_path: Path) -> None:
    (tmp_path / "engine.toml").write_text("")
    told = relance("plan", tmp_path, "--data", tmp_path)
    assert (told.code, told.out) == (3, "")
    assert "no engine runs on" in told.err
