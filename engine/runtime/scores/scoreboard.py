"""The hosts' rankings put together: one list and one histogram a score, and the cells of the matrix."""

import heapq
from collections import Counter
from typing import Any

from engine.domain.rulebooks.definitions import Definitions
from engine.domain.scores.height import LOW
from engine.domain.scores.matrix import Axis, grades_of, names_of
from engine.runtime.scores.ranking import SHOWN, value_at

LEAST = 1.0
"""Contacts below this value share the last bar."""


def scores(definitions: Definitions, hosts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``hosts``: each one's standings. ``since`` is when the last of them began to count."""
    now = max(host["now"] for host in hosts)
    since = max(host["since"] for host in hosts)
    found = []
    for one in definitions.scores:
        told = [host["scores"][one.score] for host in hosts if one.score in host["scores"]]
        half_life = told[0]["half_life"] if told else 0
        top = heapq.nlargest(SHOWN, (tuple(entry) for each in told for entry in each["top"]))
        stepped = any("heights" in each for each in told)
        bars = heights_of(told) if stepped else bars_of(told, now, half_life)
        found.append(
            {
                "score": one.score,
                "title": one.title,
                "half_life": half_life,
                "since": since,
                "contacts": sum(bar["contacts"] for bar in bars),
                "top": [
                    {"contact": contact, "key": key, "value": value} for value, contact, key in top
                ],
                "bars": bars,
            }
        )
    return found


def matrix(definitions: Definitions, hosts: list[dict[str, Any]]) -> dict[str, Any]:
    """How many contacts have each grade, as of ``at``; empty where there is no matrix."""
    told = [host["matrix"] for host in hosts if host["matrix"]]
    written = definitions.matrix
    if written is None or not told:
        return {}
    counts: Counter[str] = Counter()
    for each in told:
        counts.update(each["counts"])
    since = max(host["since"] for host in hosts)
    axes = {
        key: {
            "score": axis.score,
            "grades": dict(zip(names_of(axis), bounds_of(axis), strict=True)),
        }
        for key, axis in (("letter", written.letter), ("digit", written.digit))
    }
    return {
        "title": written.title,
        **axes,
        "since": since,
        "at": max(since, min(each["at"] for each in told)),
        "contacts": counts.total(),
        "cells": [{"grade": grade, "contacts": counts[grade]} for grade in grades_of(written)],
    }


def bounds_of(axis: Axis) -> list[float | None]:
    """From the best grade on; the last has none."""
    return [*(bound for _, bound in sorted(axis.grades.items())), None]


def bars_of(told: list[dict[str, Any]], now: int, half_life: int) -> list[dict[str, Any]]:
    """Highest first; each reaches to twice its beginning, the last one from anything to its end."""
    marks: Counter[int] = Counter()
    for each in told:
        for mark, contacts in each["marks"]:
            marks[mark] += contacts
    high = {m: n for m, n in marks.items() if value_at(m, now, half_life) >= LEAST}
    low = sum(marks.values()) - sum(high.values()) + sum(each["low"] for each in told)
    bars = [
        {
            "from": value_at(mark, now, half_life),
            "to": value_at(mark + 1, now, half_life),
            "contacts": high.get(mark, 0),
        }
        for mark in range(max(high, default=0), min(high, default=1) - 1, -1)
    ]
    end = bars[-1]["from"] if bars else LEAST
    return [*bars, {"from": 0.0, "to": end, "contacts": low}]


def heights_of(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As ``bars_of``, of scores that are counted by height: powers of two, and what is below 1."""
    heights: Counter[int] = Counter()
    for each in told:
        heights.update(dict(each["heights"]))
    highest = max((height for height, contacts in heights.items() if contacts), default=LOW)
    bars = [
        {"from": 2.0**height, "to": 2.0 ** (height + 1), "contacts": heights[height]}
        for height in range(highest, LOW, -1)
    ]
    return [*bars, {"from": 0.0, "to": 1.0, "contacts": heights[LOW]}]
