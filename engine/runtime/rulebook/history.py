"""The history of the rulebook: who published which version when, what for, and what it changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.domain.rulebooks.definitions import Definitions, decode
from engine.domain.surveys.plan import compared
from engine.ports.control_store import Published

KINDS = (
    ("segment", "segments"),
    ("aggregate", "aggregates"),
    ("score", "scores"),
    ("collection", "collections"),
    ("list", "lists"),
    ("scenario", "scenarios"),
    ("template", "templates"),
)
"""What is compared, by its name."""


def history(
    published: Sequence[Published], books: Mapping[int, bytes], limit: int
) -> list[dict[str, Any]]:
    """The latest versions, newest first, each beside the one before it."""
    shown = sorted(published, reverse=True)[:limit]
    needed = {one.version - back for one in shown for back in (0, 1)}
    known = {version: decode(books[version]) for version in needed & books.keys()}
    return [
        one._asdict() | {"changes": list(_changes(known.get(one.version - 1), known[one.version]))}
        for one in shown
    ]


def _changes(before: Definitions | None, after: Definitions) -> Iterator[str]:
    before = before or Definitions()
    for kind, field in KINDS:
        for name, verb in compared(kind, getattr(before, field), getattr(after, field)):
            yield f"{kind} {name} {verb}{_version(kind, name, after)}"
    for name in sorted({*after.paused} - {*before.paused}):
        yield f"scenario {name} paused"
    for name in sorted({*before.paused} - {*after.paused}):
        yield f"scenario {name} resumed"
    if _settings(before) != _settings(after):
        yield "settings changed"


def _version(kind: str, name: str, after: Definitions) -> str:
    """How a scenario goes on: which version it is, for whom, and what became of runs."""
    found = next((s for s in after.scenarios if kind == "scenario" and s.scenario == name), None)
    if found is None:
        return ""
    told = [f"version {found.version}"]
    told += [f"for {found.rollout}"] if found.rollout != "100%" else []
    told += [f"runs {found.waiting}"] if found.waiting != "pin" else []
    return f" ({', '.join(told)})"


def _settings(one: Definitions) -> list[Any]:
    names = ("zone", "country", "max_age", "late", "visit_gap", "consent", "retention", "team")
    return [getattr(one, name) for name in (*names, "webhooks", "attributes", "company_scores")]
