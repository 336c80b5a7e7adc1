"""What a struct's types cannot say about comparisons, and about places in time."""

from datetime import date

from engine.domain.conditions.almanac import LONGEST as AHEAD
from engine.domain.conditions.almanac import days_of
from engine.domain.conditions.passage import STATES
from engine.domain.conditions.when import LONGEST, YEARS, date_of, datetime_of
from engine.domain.duration import milliseconds
from engine.domain.language.condition import TIMES, Comparison, Condition, When
from engine.domain.pattern import fitter
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

FOLDED = (
    "is_", "is_not", "in_", "contains", "contains_any", "contains_all", "starts_with", "ends_with",
    "matches",
)  # fmt: skip
"""Operators that compare texts."""
_WHOLE = 100
_NO_INSTANT = (
    f"neither a date from {YEARS[0]} to {YEARS[-1]} nor an instant with its offset, as"
    " 2026-03-29T09:00:00Z"
)


def comparison_problems(wanted: Comparison, place: Place) -> Problems:
    """Operands that no value could ever fit, and patterns that could stall the engine."""
    for name in ("in_", "contains_any", "contains_all"):
        if getattr(wanted, name) == ():
            yield (*place, name.rstrip("_")), "needs at least one value"
    if wanted.between is not None and wanted.between[0] > wanted.between[1]:
        low, high = wanted.between
        yield (*place, "between"), f"{low:g} is more than {high:g}; name the smaller number first"
    if wanted.matches is not None:
        try:
            fitter(wanted.matches)
        except ValueError as error:
            yield (*place, "matches"), str(error)
    if wanted.fold and all(getattr(wanted, name) is None for name in FOLDED):
        yield (*place, "fold"), "goes with an operator that compares texts"


def time_problems(wanted: When | Condition, place: Place) -> Problems:
    """Dates that there are, spans that end, and an interval that is not empty."""
    instants = []
    for name in ("since", "before"):
        written = getattr(wanted, name)
        if written is None:
            continue
        instants.append(_instant(written))
        if instants[-1] is None:
            yield (*place, name), f"{written} is {_NO_INSTANT}"
    match instants:
        case [float(since), float(before)] if before <= since:
            yield (*place, "before"), "is not after since: nothing lies between"
    for name in ("in_next", "in_last", "older_than"):
        span = getattr(wanted, name)
        if span is not None and milliseconds(span) > LONGEST:
            yield (*place, name), f"{span} is more than 36500d"
    coming = getattr(wanted, "anniversary", None)
    if coming is not None and days_of(coming) > AHEAD:
        yield (*place, "anniversary"), f"{coming} is more than {AHEAD}d"


def own_problems(condition: Condition, question: str, place: Place) -> Problems:
    """Questions with words of their own: a weekday, a lot, a scenario's state."""
    match question:
        case "weekday" if not condition.weekday:
            yield (*place, "weekday"), "needs at least one day"
        case "percent" if not 0 < (condition.percent or 0) < _WHOLE:
            yield (*place, "percent"), f"{condition.percent:g} is not between 0 and {_WHOLE}"
        case "percent" if condition.lot is None:
            yield (
                place,
                "needs a lot: a name for what is drawn, so that another draw is another lot",
            )
        case "scenario" if condition.is_ is not None and condition.is_ not in STATES:
            state = str(condition.is_)
            yield (*place, "is"), f"{state!r} is not allowed; {meant(state, STATES)}"


def edge_problems(wanted: When, place: Place) -> Problems:
    """``first`` and ``last`` ask about what has happened."""
    if all(getattr(wanted, name) is None for name in TIMES):
        yield place, f"needs one of {', '.join(TIMES)}"
    if wanted.in_next is not None:
        yield (*place, "in_next"), "what happened is never ahead; ask in_last or older_than"
    yield from time_problems(wanted, place)


def _instant(written: str) -> float | None:
    """For comparing two of them; a date is taken at UTC."""
    day, at = date_of(written), datetime_of(written)
    if at is not None:
        return float(at)
    return None if day is None else (day - date(1970, 1, 1)).days * 86_400_000.0
