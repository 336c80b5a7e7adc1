"""What a struct's types cannot say about specs."""

from collections.abc import Collection
from datetime import datetime

from engine.domain.language.spec import Answering, Became, Chapter, Item, Spec
from engine.loading import shape
from engine.loading.check_condition import Names, condition_problems
from engine.loading.nearest import meant
from engine.loading.shape import Problems

KINDS = ("given", "when", "then", "holds")


def spec_problems(spec: Spec, names: Names) -> Problems:
    """Chapters that say one thing each, of templates, segments and the like that there are."""
    if not _is_instant(spec.begins):
        yield ("begins",), "is no instant; write it as 2026-03-02T09:00, or with an offset"
    for at, chapter in enumerate(spec.story):
        for place, text in _chapter_problems(chapter, names):
            yield ("story", at, *place), text


def _chapter_problems(chapter: Chapter, names: Names) -> Problems:
    said = [kind for kind in KINDS if getattr(chapter, kind) is not None]
    if len(said) != 1:
        yield (), f"says {' and '.join(said) or 'nothing'}; write one of {', '.join(KINDS)}"
    for number, item in enumerate(chapter.given or ()):
        for place, text in _item_problems(item, names):
            yield ("given", number, *place), text
    for number, expected in enumerate(chapter.then or ()):
        templates: Collection[str] = names["template"]
        if expected.send not in templates:
            yield ("then", number, "send"), f"no such template; {meant(expected.send, templates)}"
        if expected.at is not None and not _is_instant(expected.at):
            yield ("then", number, "at"), "is no instant; write it as 2026-03-02T09:00"
    if chapter.holds is not None:
        yield from condition_problems(chapter.holds, ("holds",), names)


def _item_problems(item: Item, names: Names) -> Problems:
    if {"event", "type"} & {*item}:
        return
    if "webhook" in item:
        wrong = [*shape.problems(item, Answering)]
        yield from wrong
        if not wrong and item["webhook"] not in names["webhook"]:
            yield ("webhook",), f"no such endpoint; {meant(item['webhook'], names['webhook'])}"
        return
    if "message" not in item:
        yield (), "has neither event nor type, nor message for what becomes of one, nor webhook"
        return
    wrong = [*shape.problems(item, Became)]
    yield from wrong
    of = {} if wrong else item.get("of", {})
    for kind in ("template", "scenario"):
        if kind in of and of[kind] not in names[kind]:
            yield ("of", kind), f"no such {kind}; {meant(of[kind], names[kind])}"


def _is_instant(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True
