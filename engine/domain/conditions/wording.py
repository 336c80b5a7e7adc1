"""Conditions in words: what each part of one asks, as an operator reads it."""

from collections.abc import Callable
from typing import Any

import msgspec

from engine.domain.conditions.sequence import following
from engine.domain.language.condition import (
    GROUPS,
    OPERATORS,
    TIMES,
    Comparison,
    Condition,
    When,
    Where,
    question_of,
)
from engine.domain.language.receipt import Of

_GROUPS = {
    "all": "all of these", "any": "any of these", "none": "none of these",
    "exactly_one": "exactly one of these", "not_": "not this",
}  # fmt: skip
_NAMES = {"is_": "is", "in_": "is one of"}
_PLAIN = ("attribute", "company", "aggregate", "collection", "score", "segment", "scenario", "list")


def worded(condition: Condition) -> str:
    """``did Page Viewed at least 3 times within 7d``."""
    question = str(question_of(condition))
    if question in (*GROUPS, "not_"):
        return _GROUPS[question]
    if question in _SAID:
        return _SAID[question](condition)
    subject = f"{question} {getattr(condition, question)}" if question in _PLAIN else question
    part = f" {condition.of}" if condition.of else ""
    return f"{subject}{part} {_compared(condition)}".strip()


def _compared(condition: Comparison) -> str:
    said = [
        f"{_NAMES.get(name, name.replace('_', ' '))} {_value(operand)}"
        for name in OPERATORS
        if (operand := getattr(condition, name)) is not None
    ]
    if isinstance(condition, Condition):
        said += _times(condition)
        if condition.anniversary:
            ahead = condition.anniversary
            said.append("comes round today" if ahead == "today" else f"comes round within {ahead}")
    return " and ".join(said)


def _times(wanted: When | Condition) -> list[str]:
    return [
        f"{name.replace('_', ' ')} {span}"
        for name in TIMES
        if (span := getattr(wanted, name)) is not None
    ]


def _did(condition: Condition, question: str) -> str:
    words = [question.replace("_", " "), str(getattr(condition, question)), *_often(condition)]
    words += _following(condition)
    if condition.within:
        words.append(f"within {condition.within}")
    words += _times(condition)
    for edge in ("first", "last"):
        wanted = getattr(condition, edge)
        if wanted is not None:
            words.append(f"{edge} {' and '.join(_times(wanted))}")
    if isinstance(condition.of, Of):
        named = {key: getattr(condition.of, key) for key in Of.__struct_fields__}
        words += [f"of {key} {value}" for key, value in named.items() if value]
    if condition.bots:
        words.append("by machines too")
    if not following(condition):
        words += _chosen(condition.where)
    return " ".join(words)


def _chosen(where: Where | None) -> list[str]:
    chosen = [
        f"{path} {_compared(w) if isinstance(w, Comparison) else f'is {_value(w)}'}"
        for path, w in (where or {}).items()
    ]
    return [f"where {' and '.join(chosen)}"] if chosen else []


def _following(condition: Condition) -> list[str]:
    """The sequence after its first event, whose own ``where`` is told before."""
    how = "and not then" if condition.not_then else "and then"
    told = [" ".join([how, one.event, *_chosen(one.where)]) for one in following(condition)]
    return [*_chosen(condition.where), *told] if told else []


def _often(condition: Condition) -> list[str]:
    return [
        f"{name.replace('_', ' ')} {count:g} time{'' if count == 1 else 's'}"
        for name in ("at_least", "at_most", "exactly")
        if (count := getattr(condition, name)) is not None
    ]


def _value(operand: Any) -> str:
    if isinstance(operand, str):
        return operand
    if isinstance(operand, tuple):
        return ", ".join(map(_value, operand))
    if isinstance(operand, float) and operand.is_integer():
        return str(int(operand))
    return msgspec.json.encode(operand).decode()


def _reach(condition: Condition) -> str:
    about = f" about {condition.topic}" if condition.topic else ""
    return f"reachable by {condition.reachable}{about}"


_SAID: dict[str, Callable[[Condition], str]] = {
    "did": lambda condition: _did(condition, "did"),
    "did_not": lambda condition: _did(condition, "did_not"),
    "message": lambda condition: _did(condition, "message"),
    "grade": lambda condition: f"grade is one of {_value(condition.grade)}",
    "weekday": lambda condition: f"weekday is {_value(condition.weekday)}",
    "stage": lambda condition: f"stage is {_value(condition.stage)}",
    "percent": lambda condition: f"in the first {condition.percent:g} % of lot {condition.lot}",
    "reachable": _reach,
}
"""Questions that are worded in a way of their own."""
