"""Every mutant there is."""

from tests.mutants import caps, complaints, doors, entries, moments, people, sends, stores, versions

MUTANTS = [
    *sends.MUTANTS,
    *entries.MUTANTS,
    *caps.MUTANTS,
    *moments.MUTANTS,
    *people.MUTANTS,
    *stores.MUTANTS,
    *complaints.MUTANTS,
    *doors.MUTANTS,
    *versions.MUTANTS,
]
