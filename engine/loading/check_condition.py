"""What a struct's types cannot say about conditions and moments."""

from collections.abc import Collection, Iterator, Mapping

from engine.domain.conditions.sequence import following
from engine.domain.language.condition import (
    OPERATORS,
    QUESTIONS,
    TIMES,
    Comparison,
    Condition,
    Next,
    Where,
    as_did,
    comparison_of,
    parts_of,
    question_of,
)
from engine.domain.language.moment import Moment
from engine.domain.language.receipt import Of
from engine.domain.profile.attribute import is_flag
from engine.domain.profile.reserved import RESERVED
from engine.loading.check_comparison import (
    comparison_problems,
    edge_problems,
    own_problems,
    time_problems,
)
from engine.loading.check_contradiction import contradiction_problems
from engine.loading.check_matrix import grade_problems
from engine.loading.check_receipt import message_problems
from engine.loading.check_sequence import sequence_problems
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

MOST = 1_000
"""Occurrences that one windowed condition may ask for: each is kept in the contact's state."""

Names = Mapping[str, Collection[str]]
"""What is defined: kind (``segment``, ``aggregate``) -> names."""
NUMBERS = ("is_", "is_not", "in_", "over", "under", "at_least", "at_most", "between")
"""Operators that compare a number."""

_NAMED = {
    "enters": "segment", "leaves": "segment", "joins": "list", "quits": "list", "handoff": "handoff",
    "stage": "stage",
}  # fmt: skip
"""What a moment names."""
_KEYS = {"not_": "not", "is_": "is", "in_": "in"}
_PLACED = (*TIMES, "anniversary")
_VALUED = (*OPERATORS, "fold", *_PLACED)
_DID = ("where", "within", "at_least", "since", "before", "then", "not_then", "in_last")
_QUALIFIERS: dict[str, tuple[str, ...]] = {
    "attribute": _VALUED,
    "company": _VALUED,
    "aggregate": (*OPERATORS, "fold"),
    "score": NUMBERS,
    "scenario": ("is_",),
    "list": TIMES,
    "percent": ("lot",),
    "reachable": ("topic",),
    "collection": ("of", *NUMBERS, "contains"),
    "did": (*_DID, "at_most", "exactly", "first", "last"),
    "did_not": _DID,
    "message": (*_DID, "at_most", "exactly", "first", "last", "of", "bots"),
}
_COMPARED = ("attribute", "aggregate", "collection", "score", "scenario")
_MORE = (
    "where", "within", "exactly", "first", "last", "then", "not_then", "of", "bots", "anniversary",
    "lot", "topic",
)  # fmt: skip
_ALONE = ("within", "at_least", "at_most", "exactly", "since", "before")
"""How often something was done; ``first`` and ``last`` ask for when instead."""


def condition_problems(condition: Condition, place: Place, names: Names) -> Problems:
    """What is written wrong, else what nobody or everybody fits."""
    found = list(_written_problems(condition, place, names))
    yield from found or contradiction_problems(condition, place)


def _written_problems(condition: Condition, place: Place, names: Names) -> Problems:
    """One question, only what qualifies it, names that exist; the same for every part."""
    question = question_of(condition)
    if question is None:
        yield place, f"ask exactly one of {', '.join(map(_key, QUESTIONS))}"
        return
    yield from _qualifier_problems(condition, question, place)
    match question:
        case "all" | "any" | "none" | "exactly_one" | "not_":
            yield from _part_problems(condition, question, place, names)
        case "did" | "did_not":
            yield from _did_problems(condition, question, place)
        case "message":
            yield from _message_problems(condition, place, names)
        case "segment" | "aggregate" | "score" | "scenario" | "list" | "stage":
            yield from _named_problems(condition, question, place, names)
        case "attribute" | "company":
            yield from time_problems(condition, place)
        case "grade":
            yield from grade_problems(condition, place, names)
        case _:
            yield from own_problems(condition, question, place)
    yield from unknown("topic", condition.topic, (*place, "topic"), names["topic"])
    if question not in ("did", "did_not", "message"):
        yield from comparison_problems(comparison_of(condition), place)


def _named_problems(condition: Condition, question: str, place: Place, names: Names) -> Problems:
    """Of stages any number may be named."""
    written = getattr(condition, question)
    named = (written,) if isinstance(written, str) else tuple(written)
    if not named:
        yield (*place, question), f"needs at least one {question}"
    for name in named:
        yield from unknown(question, name, (*place, question), names[question])
    yield from time_problems(condition, place)


def unknown(kind: str, name: str | None, place: Place, names: Collection[str]) -> Problems:
    """A segment or aggregate that nobody defined."""
    if name is not None and name not in names:
        yield place, f"there is no {kind} {name}; {meant(name, names)}"


def moment_problems(moment: Moment, place: Place, names: Names) -> Problems:
    """Exactly one of what may happen; ``where`` only beside an event or a message, ``becomes`` beside a

    hand-off.
    """
    kinds = ("event", "message", *_NAMED, "changes")
    given = [name for name in kinds if getattr(moment, name) is not None]
    if len(given) != 1:
        words = f"{', '.join(kinds[:-1])} or {kinds[-1]}"
        yield place, f"needs exactly one of {words}, has {' and '.join(given) or 'none'}"
    if (moment.handoff is None) is not (moment.becomes is None):
        yield place, "handoff and becomes go together: which one, and what becomes of it"
    if moment.event is not None:
        yield from event_problems(moment.event, (*place, "event"))
    if moment.where is not None:
        yield from where_problems(moment.where, (*place, "where"))
        if moment.event is None and moment.message is None:
            yield (*place, "where"), "goes with an event or a message only"
    yield from message_problems(moment, place, names)
    yield from _change_problems(moment, place, names)
    for name in given:
        kind = _NAMED.get(name)
        if kind is not None:
            yield from unknown(kind, getattr(moment, name), (*place, name), names[kind])


def _change_problems(moment: Moment, place: Place, names: Names) -> Problems:
    """An attribute as a whole, one that senders and operators set; ``from`` may be a stage's too."""
    name = moment.changes
    if name is not None:
        yield from told_problems(name, (*place, "changes"))
    if name is not None and "." in name:
        yield (*place, "changes"), f"names a whole attribute: {name.partition('.')[0]}"
    for side, wanted in (("to", moment.to), ("from", moment.from_)):
        if wanted is None:
            continue
        staged = side == "from" and moment.stage is not None
        if staged and isinstance(wanted, str):
            yield from unknown("stage", wanted, (*place, side), names["stage"])
        elif name is None and not staged:
            yield (*place, side), f"goes with changes{' or stage' if side == 'from' else ''} only"
        yield from where_problems({side: wanted}, place)


def told_problems(path: str, place: Place) -> Problems:
    """Of an attribute that changes without anybody telling it nobody hears."""
    name = path.partition(".")[0]
    if name in RESERVED:
        yield place, f"{name} is kept by the engine; ask about it by a segment, and say enters"
    elif is_flag(name):
        yield place, "is consent; it is told by the event Consent Changed"


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
        if isinstance(wanted, Comparison):
            yield from comparison_problems(wanted, (*place, path))


def segments_of(condition: Condition) -> Iterator[str]:
    """The segments that a condition reads."""
    if condition.segment is not None:
        yield condition.segment
    for _place, part in parts_of(condition):
        yield from segments_of(part)


def _qualifier_problems(condition: Condition, question: str, place: Place) -> Problems:
    fitting = _QUALIFIERS.get(question, ())
    for name in _given(condition, (*_VALUED, *_MORE)):
        if name not in fitting:
            allowed = f"; {_key(question)} takes {_list(fitting)}" if fitting else ""
            yield (*place, _key(name)), f"does not go with {_key(question)}{allowed}"
    asked = (*OPERATORS, *_PLACED) if question in ("attribute", "company") else OPERATORS
    if question in _COMPARED and not _given(condition, asked):
        operators = tuple(name for name in fitting if name in asked)
        yield place, f"needs an operator: {_list(operators)}"
    if question == "collection" and isinstance(condition.of, Of):
        yield (*place, "of"), "is none of count, quantity, total"


def _part_problems(condition: Condition, question: str, place: Place, names: Names) -> Problems:
    parts = list(parts_of(condition))
    if not parts:
        yield (*place, question), "needs at least one condition"
    for at, part in parts:
        yield from _written_problems(part, (*place, *at), names)


def _message_problems(condition: Condition, place: Place, names: Names) -> Problems:
    of = condition.of
    if isinstance(of, str):
        yield (*place, "of"), f"{of!r} names no messages; write of: {{template: ...}}"
        of = None
    asked = Moment(message=condition.message, of=of, bots=condition.bots)
    yield from message_problems(asked, place, names)
    yield from _did_problems(as_did(condition), "did", place)


def _did_problems(condition: Condition, question: str, place: Place) -> Problems:
    yield from event_problems(getattr(condition, question), (*place, question))
    if condition.where is not None:
        yield from where_problems(condition.where, (*place, "where"))
    yield from _times_problems(condition, place)
    yield from time_problems(condition, place)
    yield from sequence_problems(condition, place, _step_problems)
    if condition.within is not None and not following(condition):
        for name in _given(condition, ("since", "before")):
            yield (*place, name), "does not go with within: name a window or dates"
    for edge in _given(condition, ("first", "last")):
        yield from edge_problems(getattr(condition, edge), (*place, edge))
        for name in _given(condition, (*_ALONE, *({"first", "last"} - {edge}))):
            yield (*place, name), f"does not go with {edge}"


def _step_problems(step: Next, place: Place) -> Problems:
    yield from event_problems(step.event, (*place, "event"))
    if step.where is not None:
        yield from where_problems(step.where, (*place, "where"))


def _times_problems(condition: Condition, place: Place) -> Problems:
    """How often; ``at_most: 0`` is ``did_not``."""
    for name, lowest in (("at_least", 1), ("at_most", 0), ("exactly", 0)):
        count = getattr(condition, name)
        if count is not None and not (lowest <= count <= MOST and count == int(count)):
            yield (*place, name), f"{count:g} is not a whole number from {lowest} to {MOST}"
    if condition.exactly is not None:
        for name in _given(condition, ("at_least", "at_most")):
            yield (*place, name), "does not go with exactly"
    least, most = condition.at_least or 0, condition.at_most
    if most is not None and 0 <= most < least:
        yield (*place, "at_most"), f"{most:g} is less than at_least {least:g}"


def _given(struct: Condition | Comparison, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(struct, name) is not None]


def _key(name: str) -> str:
    return _KEYS.get(name, name)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(map(_key, names))
