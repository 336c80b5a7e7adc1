"""The protections that ``python -m tests.mutants`` takes away are where it looks for them."""

from tests.architecture.tree import ROOT
from tests.mutants.catalogue import MUTANTS


def test_every_mutant_applies_once_and_names_tests_that_are_there() -> None:
    assert [problem for mutant in MUTANTS for problem in mutant.problems(ROOT)] == []


def test_every_mutant_has_a_name_of_its_own_and_a_test() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert [mutant.name for mutant in MUTANTS if not mutant.tests] == []
