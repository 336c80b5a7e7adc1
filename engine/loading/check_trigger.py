"""What a struct's types cannot say about triggers."""

from engine.domain.conditions.when import LONGEST, date_of
from engine.domain.duration import milliseconds
from engine.domain.language.moment import is_moment
from engine.domain.language.trigger import Trigger
from engine.loading.check_condition import moment_problems, told_problems
from engine.loading.known import Known
from engine.loading.recurrence import rule_problem
from engine.loading.shape import Problems

_BESIDE = {
    "before": "date", "after": "date", "every": "date", "calendar": "calendar", "first": "calendar",
    "holidays": "calendar",
}  # fmt: skip
"""What goes with what."""


def trigger_problems(trigger: Trigger, known: Known) -> Problems:
    """A moment, or a date, or a calendar; and only what goes with it."""
    place = ("trigger",)
    for key, beside in _BESIDE.items():
        if getattr(trigger, key) is not None and getattr(trigger, beside) is None:
            yield (*place, key), f"goes with {beside} only"
    if trigger.date is None and trigger.calendar is None:
        if trigger.at is not None:
            yield (*place, "at"), "goes with date or calendar only"
        yield from moment_problems(trigger, place, known.names)
        return
    if is_moment(trigger) or (trigger.date is not None and trigger.calendar is not None):
        yield place, "name a moment, or a date, or a calendar: a trigger is one of them"
    yield from _date_problems(trigger, known)
    yield from _calendar_problems(trigger)


def _date_problems(trigger: Trigger, known: Known) -> Problems:
    if trigger.date is None:
        return
    name = trigger.date.partition(".")[0]
    yield from told_problems(trigger.date, ("trigger", "date"))
    declared = known.attributes.get(name)
    if declared is not None and name == trigger.date and declared.type not in ("date", "datetime"):
        yield ("trigger", "date"), f"{name} is {declared.type}, neither date nor datetime"
    if trigger.before is not None and trigger.after is not None:
        yield ("trigger", "after"), "does not go with before"
    for key in ("before", "after"):
        span = getattr(trigger, key)
        if span is not None and milliseconds(span) > LONGEST:
            yield ("trigger", key), "is more than 36500d"


def _calendar_problems(trigger: Trigger) -> Problems:
    if trigger.first is not None and date_of(trigger.first) is None:
        yield ("trigger", "first"), f"{trigger.first} is no day"
        return
    why = rule_problem(trigger.calendar, trigger.first) if trigger.calendar is not None else ""
    if why:
        yield ("trigger", "calendar"), why
