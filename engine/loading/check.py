"""Checks across definitions: names that must be unique, exist, and not turn in circles."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from engine.domain.language.condition import Condition
from engine.domain.language.segment import Segment
from engine.domain.language.template import Template
from engine.loading.check_aggregate import aggregate_problems
from engine.loading.check_collection import asked_problems, collection_problems
from engine.loading.check_condition import (
    Names,
    condition_problems,
    unknown,
)
from engine.loading.check_matrix import matrix_problems
from engine.loading.check_scenario import given_problems, scenario_problems
from engine.loading.check_score import MATRIX, node_of, reads_of, score_problems
from engine.loading.check_score import reads as reads_in
from engine.loading.check_spec import spec_problems
from engine.loading.check_stage import STAGES, stage_problems
from engine.loading.check_step import conditions_in
from engine.loading.check_team import team_problems
from engine.loading.check_threshold import threshold_problems
from engine.loading.check_webhook import endpoint_problems
from engine.loading.consent import consent_problems
from engine.loading.known import Known, confirmed_in
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.workspace import HTML, TEXT, Workspace, Written, collections_of, roots_of
from engine.rendering.check import check_template, named
from engine.rendering.environment import ROOTS

_FILES = {"text": TEXT, "html": HTML}
_LINE = re.compile(r"line (\d+): ")


def check(workspace: Workspace) -> list[str]:
    """Every problem that only shows when definitions are seen together."""
    known = Known(
        workspace.names,
        [written.definition for written in workspace.templates],
        [written.definition for written in workspace.attributes],
        confirmed_in(written.definition for written in workspace.consent),
    )
    return [
        *_twice("attribute", workspace.attributes),
        *_attribute_problems(workspace),
        *_twice("aggregate", workspace.aggregates),
        *_aggregate_problems(workspace),
        *_twice("score", workspace.company_scores),
        *_company_problems(workspace),
        *_twice("segment", workspace.segments),
        *_twice("list", workspace.lists),
        *_twice("scenario", workspace.scenarios),
        *_twice("score", workspace.scores),
        *_twice("collection", workspace.collections),
        *_segment_problems(workspace),
        *_twice("stage", workspace.stages),
        *_stage_problems(workspace),
        *_collection_problems(workspace),
        *_score_problems(workspace),
        *_matrix_problems(workspace),
        *_template_problems(workspace),
        *_consent_problems(workspace),
        *_twice("webhook", workspace.webhooks),
        *_webhook_problems(workspace),
        *_team_problems(workspace),
        *(
            written.problem(place, text)
            for written in workspace.scenarios
            for place, text in (
                *given_problems(written.definition),
                *scenario_problems(written.definition, known),
            )
        ),
        *_twice("spec", workspace.specs),
        *(
            written.problem(place, text)
            for written in workspace.specs
            for place, text in spec_problems(written.definition, workspace.names)
        ),
    ]


def _twice(key: str, definitions: Sequence[Written[Any]]) -> Iterator[str]:
    first: dict[str, Written[Any]] = {}
    for written in definitions:
        name = getattr(written.definition, key)
        before = first.setdefault(name, written)
        if before is not written:
            yield written.problem((key,), f"{name} is already defined in {before.document.source}")


def _attribute_problems(workspace: Workspace) -> Iterator[str]:
    for written in workspace.attributes:
        attribute = written.definition
        if attribute.type == "choice" and not attribute.choices:
            yield written.problem(("attribute",), f"{attribute.attribute} needs choices")
        elif attribute.type != "choice" and attribute.choices is not None:
            yield written.problem(("choices",), f"do not go with type {attribute.type}")


def _aggregate_problems(workspace: Workspace) -> Iterator[str]:
    reads = {w.definition.aggregate: set(w.definition.ratio or ()) for w in workspace.aggregates}
    for written in workspace.aggregates:
        for place, text in aggregate_problems(written.definition, workspace.names["aggregate"]):
            yield written.problem(place, text)
        circle = _circle(written.definition.aggregate, reads)
        if circle:
            yield written.problem(("ratio",), circle)


def _company_problems(workspace: Workspace) -> Iterator[str]:
    """A company's score is made of its contacts'; a file of scores that has problems is told once."""
    known = {written.definition.score for written in workspace.scores}
    for written in workspace.company_scores:
        score = written.definition
        if score.of not in known and (known or not workspace.problems):
            yield written.problem(
                ("of",), f"there is no score {score.of}; {meant(score.of, known)}"
            )
        if score.top is not None and score.top < 1:
            yield written.problem(("top",), f"{score.top} is no number of contacts from 1 on")


def _segment_problems(workspace: Workspace) -> Iterator[str]:
    reads = _reads(workspace)
    for written in workspace.segments:
        for place, text in _one_segment(written.definition, workspace.names, reads):
            yield written.problem(place, text)


def _stage_problems(workspace: Workspace) -> Iterator[str]:
    for written in workspace.stages:
        for place, text in stage_problems(written.definition, workspace.names):
            yield written.problem(place, text)


def _reads(workspace: Workspace) -> dict[str, set[str]]:
    """What each segment and each score reads of the others."""
    segments = {w.definition.segment: reads_in(w.definition.asks) for w in workspace.segments}
    segments[STAGES] = {w.definition.held_by for w in workspace.stages}
    axes = [axis for w in workspace.matrix for axis in (w.definition.letter, w.definition.digit)]
    return (
        segments
        | {node_of(w.definition.score): reads_of(w.definition) for w in workspace.scores}
        | {MATRIX: {node_of(axis.score) for axis in axes}}
    )


def _one_segment(segment: Segment, names: Names, reads: dict[str, set[str]]) -> Problems:
    yield from condition_problems(segment.condition, ("condition",), names)
    if segment.stays is not None:
        yield from condition_problems(segment.stays, ("stays",), names)
    circle = _circle(segment.segment, reads)
    if circle:
        yield ("condition",), circle


def _circle(name: str, reads: dict[str, set[str]]) -> str:
    circle = sorted(one for one in _behind(name, reads) if name in _behind(one, reads))
    return f"depends on itself, through {', '.join(circle)}" if circle else ""


def _behind(name: str, reads: dict[str, set[str]]) -> set[str]:
    """Every definition that this one reads, directly or through others."""
    behind: set[str] = set()
    ahead = reads.get(name, set())
    while ahead:
        behind |= ahead
        ahead = {name for one in ahead for name in reads.get(one, ())} - behind
    return behind


def _collection_problems(workspace: Workspace) -> Iterator[str]:
    for written in workspace.collections:
        for place, text in collection_problems(written.definition):
            yield written.problem(place, text)
    known = {one.collection for one in collections_of(workspace)}
    for segment in workspace.segments:
        for key in ("condition", "stays"):
            asked = getattr(segment.definition, key) or Condition()
            for place, text in asked_problems(asked, (key,), known):
                yield segment.problem(place, text)
    for scenario in workspace.scenarios:
        for where, condition in conditions_in(scenario.definition):
            for place, text in asked_problems(condition, where, known):
                yield scenario.problem(place, text)


def _score_problems(workspace: Workspace) -> Iterator[str]:
    reads = _reads(workspace)
    for written in workspace.scores:
        for place, text in score_problems(written.definition, workspace.names):
            yield written.problem(place, text)
        circle = _circle(node_of(written.definition.score), reads)
        if circle:
            yield written.problem(("rules",), circle)
    for threshold in workspace.thresholds:
        for place, text in threshold_problems(threshold.definition):
            yield threshold.problem(place, text)


def _matrix_problems(workspace: Workspace) -> Iterator[str]:
    for written in workspace.matrix:
        for place, text in matrix_problems(written.definition, workspace.names["score"]):
            yield written.problem(place, text)
        for attribute in workspace.attributes:
            if attribute.definition.attribute == "grade":
                text = "is what the matrix gives to contacts; name the attribute otherwise"
                yield attribute.problem(("attribute",), text)


def _webhook_problems(workspace: Workspace) -> Iterator[str]:
    for written in workspace.webhooks:
        for place, text in endpoint_problems(written.definition, workspace.names):
            yield written.problem(place, text)


def _consent_problems(workspace: Workspace) -> Iterator[str]:
    templates = {one.definition.template: one.definition for one in workspace.templates}
    for written in workspace.consent:
        for place, text in consent_problems(written.definition, templates):
            yield written.problem(place, text)


def _team_problems(workspace: Workspace) -> Iterator[str]:
    templates = {one.definition.template: one.definition for one in workspace.templates}
    for written in workspace.team:
        for place, text in team_problems(written.definition, workspace.names, templates):
            yield written.problem(place, text)


def _template_problems(workspace: Workspace) -> Iterator[str]:
    for written in workspace.templates:
        folder = written.document.source.rpartition("/")[0]
        problems = check_template(written.definition, roots_of(workspace))
        for text in problems:
            part, _, problem = text.partition(": ")
            line = _LINE.match(problem)
            if part in _FILES and line:
                yield f"{folder}/{_FILES[part]}:{line[1]}: {problem[line.end() :]}"
            else:
                yield written.problem((part,), problem)
        if not problems:
            yield from _unknown_figures(written, folder, workspace.names["aggregate"])


def _unknown_figures(written: Written[Template], folder: str, names: set[str]) -> Iterator[str]:
    """Aggregates that a template prints and nobody declared."""
    for part, path, line in named(written.definition, ROOTS):
        root, _, rest = path.partition(".")
        for _, text in unknown("aggregate", rest.partition(".")[0], (), names):
            if root == "aggregates" and part in _FILES:
                yield f"{folder}/{_FILES[part]}:{line}: {text}"
            elif root == "aggregates":
                yield written.problem(("subject",), text)
