"""Checks across definitions: names that must be unique, exist, and not turn in circles."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from engine.domain.score import Score
from engine.domain.segment import Segment
from engine.loading.check_condition import (
    condition_problems,
    event_problems,
    segments_of,
    where_problems,
)
from engine.loading.check_scenario import Known, scenario_problems
from engine.loading.shape import Problems
from engine.loading.workspace import HTML, TEXT, Workspace, Written
from engine.rendering.check import check_template

_FILES = {"text": TEXT, "html": HTML}
_LINE = re.compile(r"line (\d+): ")


def check(workspace: Workspace) -> list[str]:
    """Every problem that only shows when definitions are seen together."""
    known = Known(
        workspace.names,
        [written.definition for written in workspace.templates],
        [written.definition for written in workspace.attributes],
    )
    return [
        *_twice("attribute", workspace.attributes),
        *_attribute_problems(workspace),
        *_twice("segment", workspace.segments),
        *_twice("scenario", workspace.scenarios),
        *_twice("score", workspace.scores),
        *_segment_problems(workspace),
        *_score_problems(workspace),
        *_template_problems(workspace),
        *(
            written.problem(place, text)
            for written in workspace.scenarios
            for place, text in scenario_problems(written.definition, known)
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


def _segment_problems(workspace: Workspace) -> Iterator[str]:
    reads = {
        w.definition.segment: set(segments_of(w.definition.condition)) for w in workspace.segments
    }
    for written in workspace.segments:
        for place, text in _one_segment(written.definition, workspace.names["segment"], reads):
            yield written.problem(place, text)


def _one_segment(segment: Segment, names: set[str], reads: dict[str, set[str]]) -> Problems:
    yield from condition_problems(segment.condition, ("condition",), names)
    name = segment.segment
    circle = sorted(one for one in _behind(name, reads) if name in _behind(one, reads))
    if circle:
        yield ("condition",), f"depends on itself, through {', '.join(circle)}"


def _behind(segment: str, reads: dict[str, set[str]]) -> set[str]:
    """Every segment that this one reads, directly or through others."""
    behind: set[str] = set()
    ahead = reads.get(segment, set())
    while ahead:
        behind |= ahead
        ahead = {name for one in ahead for name in reads.get(one, ())} - behind
    return behind


def _score_problems(workspace: Workspace) -> Iterator[str]:
    for written in workspace.scores:
        for place, text in _one_score(written.definition):
            yield written.problem(place, text)


def _one_score(score: Score) -> Problems:
    if not score.rules:
        yield ("rules",), "needs at least one rule"
    for at, rule in enumerate(score.rules):
        yield from event_problems(rule.event, ("rules", at, "event"))
        if rule.points == 0:
            yield ("rules", at, "points"), "0 points change nothing"
        if rule.where is not None:
            yield from where_problems(rule.where, ("rules", at, "where"))


def _template_problems(workspace: Workspace) -> Iterator[str]:
    for written in workspace.templates:
        folder = written.document.source.rpartition("/")[0]
        for text in check_template(written.definition):
            part, _, problem = text.partition(": ")
            line = _LINE.match(problem)
            if part in _FILES and line:
                yield f"{folder}/{_FILES[part]}:{line[1]}: {problem[line.end() :]}"
            else:
                yield written.problem((part,), problem)
