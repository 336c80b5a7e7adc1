"""What a struct's types cannot say about conditions and moments."""

from collections.abc import Collection, Iterator, Mapping

from engine.domain.condition import OPERATORS, QUESTIONS, Comparison, Condition, Where, question_of
from engine.domain.scenario import Moment, WaitFor
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

MOST = 1_000
"""Occurrences that one windowed condition may ask for: each is kept in the contact's state."""

Names = Mapping[str, Collection[str]]
"""What is defined: kind (``segment``, ``aggregate``) -> names."""
NUMBERS = ("is_", "is_not", "in_", "over", "under", "at_least", "at_most")
"""Operators that compare a number."""

_KEYS = {"not_": "not", "is_": "is", "in_": "in"}
_QUALIFIERS: dict[str, tuple[str, ...]] = {
    "attribute": OPERATORS,
    "company": OPERATORS,
    "aggregate": OPERATORS,
    "collection": ("of", *NUMBERS, "contains"),
    "did": ("where", "within", "at_least"),
    "did_not": ("where", "within", "at_least"),
}


def condition_problems(condition: Condition, place: Place, names: Names) -> Problems:
    """One question, only what qualifies it, names that exist; the same for every part."""
    question = question_of(condition)
    if question is None:
        yield place, f"ask exactly one of {', '.join(map(_key, QUESTIONS))}"
        return
    yield from _qualifier_problems(condition, question, place)
    match question:
        case "all" | "any":
            yield from _part_problems(condition, question, place, names)
        case "not_" if condition.not_ is not None:
            yield from condition_problems(condition.not_, (*place, "not"), names)
        case "did" | "did_not":
            yield from _did_problems(condition, question, place)
        case "segment" | "aggregate":
            name = str(getattr(condition, question))
            yield from unknown(question, name, (*place, question), names[question])
        case _:
            return


def unknown(kind: str, name: str | None, place: Place, names: Collection[str]) -> Problems:
    """A segment or aggregate that nobody defined."""
    if name is not None and name not in names:
        yield place, f"there is no {kind} {name}; {meant(name, names)}"


def moment_problems(moment: Moment | WaitFor, place: Place, segments: set[str]) -> Problems:
    """Exactly one of event, enters, leaves; ``where`` only beside an event."""
    given = [name for name in ("event", "enters", "leaves") if getattr(moment, name) is not None]
    if len(given) != 1:
        yield (
            place,
            f"needs exactly one of event, enters or leaves, has {' and '.join(given) or 'none'}",
        )
    if moment.event is not None:
        yield from event_problems(moment.event, (*place, "event"))
    if moment.where is not None:
        yield from where_problems(moment.where, (*place, "where"))
        if moment.event is None:
            yield (*place, "where"), "goes with an event only"
    yield from unknown("segment", moment.enters, (*place, "enters"), segments)
    yield from unknown("segment", moment.leaves, (*place, "leaves"), segments)


def event_problems(event: str, place: Place) -> Problems:
    """An event's name is compared as it was sent: blanks around it would never match."""
    if not event or event != event.strip():
        yield place, f"{event!r} is no event name: it is empty or has blanks around it"


def where_problems(where: Where, place: Place) -> Problems:
    """Each property asked about is compared with something."""
    if not where:
        yield place, "is empty; name a property, or leave it out"
    for path, wanted in where.items():
        if isinstance(wanted, Comparison) and not _given(wanted, OPERATORS):
            yield (*place, path), f"needs an operator: {_list(OPERATORS)}"


def segments_of(condition: Condition) -> Iterator[str]:
    """The segments that a condition reads."""
    if condition.segment is not None:
        yield condition.segment
    for part in (*(condition.all or ()), *(condition.any or ())):
        yield from segments_of(part)
    if condition.not_ is not None:
        yield from segments_of(condition.not_)


def _qualifier_problems(condition: Condition, question: str, place: Place) -> Problems:
    fitting = _QUALIFIERS.get(question, ())
    for name in _given(condition, (*OPERATORS, "where", "within", "of")):
        if name not in fitting:
            allowed = f"; {_key(question)} takes {_list(fitting)}" if fitting else ""
            yield (*place, _key(name)), f"does not go with {_key(question)}{allowed}"
    if question in ("attribute", "aggregate", "collection") and not _given(condition, OPERATORS):
        operators = tuple(name for name in fitting if name in OPERATORS)
        yield place, f"needs an operator: {_list(operators)}"


def _part_problems(condition: Condition, question: str, place: Place, names: Names) -> Problems:
    parts = getattr(condition, question)
    if not parts:
        yield (*place, question), "needs at least one condition"
    for at, part in enumerate(parts):
        yield from condition_problems(part, (*place, question, at), names)


def _did_problems(condition: Condition, question: str, place: Place) -> Problems:
    yield from event_problems(getattr(condition, question), (*place, question))
    if condition.where is not None:
        yield from where_problems(condition.where, (*place, "where"))
    least = condition.at_least
    if least is not None and (least < 1 or least != int(least) or least > MOST):
        yield (*place, "at_least"), f"{least:g} is not a whole number from 1 to {MOST}"


def _given(struct: Condition | Comparison, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(struct, name) is not None]


def _key(name: str) -> str:
    return _KEYS.get(name, name)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(map(_key, names))
