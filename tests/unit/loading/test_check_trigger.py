"""Triggers that cannot be meant are told, with their line."""

import pytest

from engine.clock import ManualClock
from engine.domain.conditions.when import instant_of
from engine.loading.definitions import load
from tests.unit.loading.conftest import Problems, Write

STEPS = "steps: [{do: exit, id: a}]\n"


@pytest.mark.parametrize(
    ("trigger", "problem"),
    [
        ("{event: A, before: 1d}", ".before: goes with date only"),
        ("{event: A, at: '09:00'}", ".at: goes with date or calendar only"),
        ("{event: A, date: birthday}", ": name a moment, or a date, or a calendar"),
        ("{date: birthday, before: 1d, after: 1d}", ".after: does not go with before"),
        ("{date: birthday, before: 40000d}", ".before: is more than 36500d"),
        ("{date: visit.last}", ".date: visit is kept by the engine"),
        ("{date: plan}", ".date: plan is string, neither date nor datetime"),
        ("{changes: consent_email}", ".changes: is consent"),
        ("{changes: address.city}", ".changes: names a whole attribute: address"),
        ("{event: A, to: 1}", ".to: goes with changes only"),
        ("{event: A, from: 1}", ".from: goes with changes or stage only"),
        ("{stage: gone, from: new}", ".from: there is no stage new"),
        ("{changes: plan, to: {}}", ".to: needs an operator"),
        ("{calendar: every monday}", ".calendar: 'every monday' is no rule of RFC 5545"),
        ("{calendar: FREQ=HOURLY}", ".calendar: names days"),
        ("{calendar: FREQ=WEEKLY;BYDAY=XX}", ".calendar: 'FREQ=WEEKLY;BYDAY=XX' is no rule"),
        ("{calendar: FREQ=WEEKLY;INTERVAL=2;BYDAY=MO}", ".calendar: counts from a day"),
        ("{calendar: FREQ=MONTHLY}", ".calendar: names no day"),
        ("{calendar: FREQ=MONTHLY, first: 2026-02-30}", ".first: 2026-02-30 is no day"),
    ],
)
def test_a_trigger_that_cannot_come_is_told(problems: Problems, trigger: str, problem: str) -> None:
    text = f"scenario: hello\ntrigger: {trigger}\n{STEPS}"
    declared = "attributes: [{attribute: plan, type: string}]\n"
    found = problems({"scenarios/hello.yaml": text, "attributes.yaml": declared})
    assert [one for one in found if one.startswith(f"scenarios/hello.yaml:2: trigger{problem}")]


@pytest.mark.parametrize(
    ("rule", "first", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "holidays: skip", ["2026-03-30", "2026-04-13"]),
        ("FREQ=DAILY", "holidays: only", ["2026-04-06"]),
        ("FREQ=WEEKLY;INTERVAL=2", "first: 2026-03-31", ["2026-03-31", "2026-04-14"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "at: '09:00'", ["2026-03-31"]),
    ],
)
def test_a_calendar_is_published_as_its_days(
    write: Write, rule: str, first: str, days: list[str]
) -> None:
    trigger = f"{{calendar: '{rule}', {first}}}"
    text = f"scenario: hello\ntrigger: {trigger}\n{STEPS}"
    folder = write({"scenarios/hello.yaml": text})
    clock = ManualClock(instant_of("2026-03-01", "UTC", "UTC"))
    published = load(folder, clock).calendars["hello"]
    spring = [day for day in published if "2026-03-28" <= day < "2026-04-17"]
    assert spring == days
    assert published[-1] > "2029"


def test_holidays_of_a_country_that_nobody_knows_are_told(problems: Problems) -> None:
    text = f"scenario: hello\ntrigger: {{calendar: FREQ=DAILY, holidays: only}}\n{STEPS}"
    [found] = problems({
        "scenarios/hello.yaml": text, "engine.toml": '[workspace]\ncountry = "AC"\n',
    })  # fmt: skip
    wanted = "scenarios/hello.yaml:2: trigger.holidays: no public holidays are known of AC"
    assert found.startswith(wanted)
