"""Stages of ``lifecycle.yaml``: what they stand for, and what is refused, with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.loading.definitions import load

BUYERS = "{stage: loyal, segment: buyers}"


def lifecycle(*stages: str) -> dict[str, str | None]:
    lines = "".join(f"  - {one}\n" for one in stages)
    return {"lifecycle.yaml": f"stages:\n{lines}"}


def test_a_stage_stands_on_a_segment_or_makes_one(write: Callable[..., Path]) -> None:
    own = "{stage: lost, condition: {did: Left}}"
    found = load(write(lifecycle(BUYERS, "{stage: buyers}", own)))
    assert [one.held_by for one in found.stages] == ["buyers", "buyers", "lost"]
    assert [one.segment for one in found.segments] == ["buyers", "lost"]


@pytest.mark.parametrize(
    ("stage", "problem"),
    [
        ("{stage: lost}", "3: stages[1].stage: there is no segment lost"),
        ("{stage: lost, segment: byers}", "3: stages[1].segment: there is no segment byers"),
        ("{stage: loyal}", "3: stages[1].stage: loyal is already defined"),
        (
            "{stage: lost, segment: buyers, condition: {did: Left}}",
            "3: stages[1].segment: does not go with condition",
        ),
        ("{stage: lost, condition: {did: ''}}", "3: stages[1].condition.did: '' is no event"),
        (
            "{stage: lost, condition: {stage: [loyal, gone]}}",
            "3: stages[1].condition.stage: there is no stage gone",
        ),
        ("{stage: lost, condition: {stage: loyal}}", "3: stages[1].condition: depends on itself"),
        ("{stage: buyers, condition: {did: A}}", "3: stages[1].segment: buyers is already defined"),
    ],
)
def test_what_is_wrong_is_told(
    problems: Callable[..., list[str]], stage: str, problem: str
) -> None:
    found = problems(lifecycle(BUYERS, stage))
    assert found[0].startswith(f"lifecycle.yaml:{problem}")


def test_a_trigger_names_a_stage_that_there_is(problems: Callable[..., list[str]]) -> None:
    hello = "scenario: hi\ntrigger: {stage: loyl}\nsteps: [{do: exit, id: a}]\n"
    [found] = problems({**lifecycle(BUYERS), "scenarios/hi.yaml": hello})
    assert found.startswith("scenarios/hi.yaml:2: trigger.stage: there is no stage loyl")
