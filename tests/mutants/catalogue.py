"""Every mutant there is."""

from tests.mutants import doors, entries, moments, people, sends, stores, versions

MUTANTS = [
    *sends.MUTANTS,
    *entries.MUTANTS,
    *moments.MUTANTS,
    *people.MUTANTS,
    *stores.MUTANTS,
    *doors.MUTANTS,
    *versions.MUTANTS,
]
