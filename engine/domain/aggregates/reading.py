"""Readings: declared aggregates compiled, and what each of them asks to be kept in a contact's state."""

from collections.abc import Iterable, MutableMapping

from engine.domain.aggregates import series
from engine.domain.aggregates.aggregate import Aggregate, aggregate_id
from engine.domain.aggregates.asked import MISSING, Constant, Figure, Reading
from engine.domain.aggregates.figure import WHOLE, Edge, Occurrences, Ratio, Sliding
from engine.domain.aggregates.measure import FREQUENT, VALUES
from engine.domain.aggregates.series import EMPTY
from engine.domain.aggregates.window import Window, window_of
from engine.domain.comparison import matcher
from engine.domain.language.declared import DeclaredAggregate, event_of, verb_of
from engine.domain.profile.contact import Contact

FORMS = {
    "count": "times",
    **dict.fromkeys(("sum", "avg", "min", "max"), "numbers"),
    **dict.fromkeys(("first", "last", "distinct", "most_frequent"), "values"),
}
"""Verb -> the series that it is read from, when there is a window."""
ROOM = {"distinct": VALUES, "most_frequent": FREQUENT}
"""Verb -> how many values are exact over all time."""

Kept = MutableMapping[int, Aggregate]


def readings(declared: Iterable[DeclaredAggregate], kept: Kept) -> dict[str, Reading]:
    """Every declared aggregate by its name; what it reads is added to ``kept``."""
    written = {one.aggregate: one for one in declared}
    found: dict[str, Reading] = {}

    def visit(name: str) -> Reading:
        if name not in found:
            found[name] = MISSING  # what a circle would find
            if name in written:
                found[name] = read(written[name])
        return found[name]

    def read(one: DeclaredAggregate) -> Reading:
        return _reading(one, kept) if one.ratio is None else _ratio(*map(visit, one.ratio))

    return {name: visit(name) for name in written}


def _ratio(over: Reading, under: Reading) -> Reading:
    return Reading(
        lambda contact: Ratio(over.of(contact), under.of(contact)),
        lambda contact: over.approximate(contact) or under.approximate(contact),
        (*over.aggregates, *under.aggregates),
    )


def _reading(declared: DeclaredAggregate, kept: Kept) -> Reading:
    verb, window = verb_of(declared), window_of(declared)
    if verb is None:
        return MISSING
    path = "" if verb == "count" else str(getattr(declared, verb))
    if window is not None:
        return _sliding(_kept(kept, declared, FORMS[verb], path), verb, window)
    if verb == "count":
        return _counted(_kept(kept, declared))
    return _whole(_kept(kept, declared, {"avg": "sum"}.get(verb, verb), path), verb)


def _kept(kept: Kept, declared: DeclaredAggregate, form: str = "", path: str = "") -> Aggregate:
    event = event_of(declared)
    number = aggregate_id(event, declared.where, *filter(None, (form, path)))
    found = kept.setdefault(number, Aggregate(number, event, matcher(declared.where)))
    found.form, found.path = form, tuple(path.split(".")) if path else ()
    return found


def _counted(asked: Aggregate) -> Reading:
    asked.counted, number = True, asked.id
    return Reading(lambda contact: Constant(contact.counts.get(number, 0)), aggregates=(asked,))


def _whole(asked: Aggregate, verb: str) -> Reading:
    read, room, number = WHOLE[verb], ROOM.get(verb), asked.id
    nothing = Constant(0 if verb in ("sum", "distinct") else None)

    def of(contact: Contact) -> Figure:
        held = contact.measures.get(number)
        return nothing if held is None else Constant(read(held))

    def approximate(contact: Contact) -> bool:
        return room is not None and len(contact.measures.get(number, ())) > room

    return Reading(of, approximate, (asked,))


def _sliding(asked: Aggregate, verb: str, window: Window) -> Reading:
    asked.span, number = max(asked.span, window.far), asked.id

    def of(contact: Contact) -> Figure:
        columns = series.opened(contact.measures.get(number, EMPTY))
        if verb == "count":
            return Occurrences(columns, window)
        return (
            Edge(columns, window, verb)
            if verb in ("first", "last")
            else Sliding(columns, window, verb)
        )

    return Reading(
        of,
        lambda contact: series.approximate(contact.measures.get(number, EMPTY)),
        (asked,),
    )
