"""Complaints that users of other engines published: each has a test that names it."""

import ast
from functools import cache

from tests.architecture.tree import parsed
from tests.mutants.catalogue import MUTANTS

COMPLAINTS = (
    "mautic#3669", "mautic#8802", "mautic#2004", "mautic#9797", "mautic#6054", "mautic#6439",
    "mautic#8113", "mautic#13088", "mautic#6614", "mautic#3058", "mautic#8261", "mautic#16263",
    "mautic#9798", "mautic#9162", "mautic#16425", "mautic#11527", "mautic#7559", "mautic#17319",
    "mautic#2307", "mautic#6789", "mautic/user-documentation#709", "mautic#14034", "mautic#10561",
    "mautic#11895", "mautic PR #11424", "mautic PR #6751", "mautic#4356",
    "listmonk#2070", "listmonk#2313", "listmonk#3022", "listmonk#3222", "listmonk#2591",
    "listmonk#206", "listmonk#2198", "keila#132",
    "dittofeed#1463", "dittofeed#1844", "dittofeed#958", "dittofeed#995",
    "parcelvoy#462", "parcelvoy#583", "parcelvoy PR #434", "lunogram#136",
    "notifuse#332", "notifuse#333", "notifuse#327", "novu#2569", "novu#1633", "novu#2813",
    "PostHog#42016", "plunk#41",
)  # fmt: skip
"""By project and number of the issue. What only a measurement can answer is with the benchmarks."""


ELSEWHERE = {
    "mautic#8113", "mautic#13088", "mautic#6614", "mautic#3058", "mautic#8261", "mautic#16425",
    "mautic#11527", "mautic#7559", "mautic#17319", "dittofeed#995", "novu#1633", "novu#2813",
    "mautic#10561", "mautic#11895",
}  # fmt: skip
"""About neither scenarios nor sends; or, of deadlocks, what an actor has no lock for: nothing can be

taken away.
"""


@cache
def docstrings() -> dict[str, str]:
    """Of every test, by ``path::name``."""
    return {
        f"{path}::{one.name}": (ast.get_docstring(one) or "").replace("mautic/mautic#", "mautic#")
        for path, module in parsed("tests")
        for one in module.body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def naming(complaint: str) -> set[str]:
    """The tests that name it."""
    told = docstrings().items()
    return {test for test, text in told if f"{complaint}:" in text or f"{complaint}," in text}


def test_every_complaint_has_a_test_that_names_it() -> None:
    assert [one for one in COMPLAINTS if not naming(one)] == []


def test_of_scenarios_and_sends_a_mutant_takes_each_protection_away() -> None:
    red = {test for mutant in MUTANTS for test in mutant.tests}
    asked = [one for one in COMPLAINTS if one not in ELSEWHERE]
    assert [one for one in asked if naming(one).isdisjoint(red)] == []
