"""A cap on entries as it is written: what is meant by it, and what cannot be."""

import pytest

from engine.domain.language.entry_cap import EntryCap, read
from engine.loading.definitions import load
from tests.unit.loading.conftest import Problems, Write

SCENARIO = "scenario: hello\ntrigger: {event: Ate}\ncap: %s\nsteps: [{do: exit, id: a}]\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("500 a day", EntryCap(most=500)),
        ("20 an hour", EntryCap(most=20, per="hour")),
        ("{most: 3, per: week, then: wait}", EntryCap(most=3, per="week", then="wait")),
    ],
)
def test_a_cap_is_read_in_both_forms(write: Write, written: str, meant: EntryCap) -> None:
    found = load(write({"scenarios/hello.yaml": SCENARIO % written}))
    assert read(found.scenarios[0].cap) == meant


@pytest.mark.parametrize(
    "written", ["500", "0 a day", "5 a month", "{most: 0}", "{per: day}", "{most: 5, pr: day}"]
)
def test_a_cap_that_cannot_be_meant_is_told_with_its_line(problems: Problems, written: str) -> None:
    found = problems({"scenarios/hello.yaml": SCENARIO % written})
    assert [one for one in found if one.startswith("scenarios/hello.yaml:3: cap")] == found != []
