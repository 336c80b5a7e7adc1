"""Conditions that nobody can ever fit, or that everybody always fits: mistakes, told where they stand.

Only what is certain is told: a part is looked at in every world that its questions leave open
(``engine.loading.worlds``), unless there are too many of them.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain, product
from math import prod
from typing import Any

import msgspec

from engine.domain.conditions.sequence import following
from engine.domain.conditions.when import date_of, datetime_of
from engine.domain.conditions.wording import worded
from engine.domain.duration import DAY, milliseconds
from engine.domain.language.condition import (
    EVER,
    OPERATORS,
    Condition,
    When,
    as_did,
    bounds_of,
    comparison_of,
    parts_of,
    question_of,
)
from engine.loading.shape import Problems
from engine.loading.worlds import MOST, Edge, Question, Test, TooMany, compared, ways
from engine.loading.yaml_file import Place

Answers = dict[int, bool]
Formula = Callable[[Answers], bool]
_SPANS = ("in_next", "in_last", "older_than")
EPOCH = date(1970, 1, 1)


def contradiction_problems(condition: Condition, place: Place) -> Problems:
    """Of the parts first: what is made of a mistake is not told again."""
    told = False
    for at, part in parts_of(condition):
        for problem in contradiction_problems(part, (*place, *at)):
            told = True
            yield problem
    if not told:
        text = _verdict(condition)
        if text:
            yield place, text


def _verdict(condition: Condition) -> str:
    questions: list[Question] = []
    formula = _formula(condition, questions)
    try:
        found = list(ways(questions))
    except TooMany:
        return ""
    if prod(map(len, found)) > MOST:
        return ""
    worlds = product(*found)
    held = {formula(dict(chain.from_iterable(w.items() for w in world))) for world in worlds}
    if held == {False}:
        return f"never holds: nobody fits {_named(condition)}"
    if held == {True}:
        return f"always holds: everybody fits {_named(condition)}"
    return ""


def _named(condition: Condition) -> str:
    parts = [worded(part) for _place, part in parts_of(condition)]
    return f"{worded(condition)}: {'; '.join(parts)}" if parts else worded(condition)


def _formula(condition: Condition, questions: list[Question]) -> Formula:
    """What the answers make of it; its questions are added."""
    condition = as_did(condition)
    question = str(question_of(condition))
    parts = [_formula(part, questions) for _place, part in parts_of(condition)]
    if question in _GROUPS:
        group = _GROUPS[question]
        return lambda world: group([part(world) for part in parts])
    asked = list(_asked(condition, question))
    places = range(len(questions), len(questions) + len(asked))
    questions += asked
    fits = question != "did_not"
    return lambda world: all(world[place] for place in places) is fits


_GROUPS: dict[str, Callable[[list[bool]], bool]] = {
    "all": all,
    "any": any,
    "none": lambda held: not any(held),
    "exactly_one": lambda held: sum(held) == 1,
    "not_": lambda held: not held[0],
}


def _asked(condition: Condition, question: str) -> Iterator[Question]:
    """All of these have to hold."""
    name = str(getattr(condition, question))
    match question:
        case "attribute" | "company" | "aggregate" | "collection" | "score":
            yield from _valued(condition, question, name)
        case "did" | "did_not":
            yield from _did(condition, name)
        case "list":
            yield Question(("list", name), (), bool)
            yield from _placed(condition, ("list", name))
        case "scenario":
            state = condition.is_
            yield Question(("scenario", name), (), lambda value: value == state)
        case "weekday":
            days = condition.weekday or ()
            yield Question(("weekday",), (), lambda value: value in days)
        case "percent":
            share = condition.percent or 0.0
            yield Question(("lot", str(condition.lot)), (share,), lambda value: value < share)
        case _:
            yield _free(condition)


def _valued(condition: Condition, question: str, name: str) -> Iterator[Question]:
    wanted = comparison_of(condition)
    if question == "collection" and wanted.contains is not None:
        yield _free([question, name, wanted.contains])
        wanted = msgspec.structs.replace(wanted, contains=None)
    if any(getattr(wanted, one) is not None for one in OPERATORS):
        points, test = compared(wanted)
        yield Question((question, name, str(condition.of)), points, test)
    yield from _placed(condition, (question, name))


def _placed(wanted: When | Condition, subject: tuple[str, ...]) -> Iterator[Question]:
    """Seen from now by its age, and where it stands in the calendar; an anniversary is left open."""
    for name in _SPANS:
        span = getattr(wanted, name)
        if span is not None:
            length = milliseconds(span)
            yield Question(("age", *subject), (length,), _aged(name, length))
    for name in ("since", "before"):
        edge = _edge(getattr(wanted, name))
        if edge is not None:
            yield Question(("place", *subject), (edge,), _reached(edge, later=name == "since"))
    anniversary = getattr(wanted, "anniversary", None)
    if anniversary is not None:
        yield _free([*subject, anniversary])


def _edge(written: str | None) -> Edge | None:
    day, at = (date_of(written), datetime_of(written)) if written else (None, None)
    if at is not None:
        return Edge(at, local=False)
    return Edge((day - EPOCH).days * DAY, local=True) if day else None


def _reached(edge: Edge, *, later: bool) -> Test:
    return lambda place: place is not None and place.reaches(edge) is later


def _aged(name: str, span: int) -> Test:
    """As ``engine.domain.conditions.when`` has it: of (ms since it began, ms since it ended)."""
    match name:
        case "in_next":
            return lambda age: age is not None and age[0] >= -span and age[1] < 0
        case "in_last":
            return lambda age: age is not None and age[0] >= 0 and age[1] < span
        case _:
            return lambda age: age is not None and age[1] >= span


def _did(condition: Condition, event: str) -> Iterator[Question]:
    where = msgspec.json.encode(condition.where, order="deterministic").decode()
    edge = next((name for name in ("first", "last") if getattr(condition, name)), None)
    if following(condition):
        yield _free(msgspec.structs.replace(condition, did=event, did_not=None))
    elif edge is not None:
        yield from _placed(getattr(condition, edge), (edge, event, where))
    else:
        dates = (str(condition.since), str(condition.before))
        window = milliseconds(condition.within) if condition.within else EVER
        least, most = bounds_of(condition)
        points = tuple((window, bound) for bound in (least, most) if bound < EVER)
        yield Question(
            ("often", event, where, *dates), points, lambda often: least <= often[window] <= most
        )


def _free(asked: Any) -> Question:
    """It may hold or not, whatever else does."""
    return Question(("free", msgspec.json.encode(asked, order="deterministic").decode()), (), bool)
