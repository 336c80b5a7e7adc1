"""Protections of the cap on entries, and of starts of many."""

from tests.mutants.mutant import Mutant

DOMAIN, RUNTIME = "tests/unit/domain/test_entry_cap.py", "tests/unit/runtime"
MUTANTS = [
    Mutant(
        "no_more_than_the_cap",
        "engine/domain/runs/quota.py",
        "out < cap.most",
        "out <= cap.most",
        (f"{DOMAIN}::test_who_comes_late_waits_for_the_first_day_with_room",),
    ),
    Mutant(
        "a_question_is_answered_once",
        "engine/domain/runs/quota.py",
        "if asked.number in answers:",
        "if False:",
        (f"{DOMAIN}::test_a_question_that_comes_again_is_answered_as_it_was",),
    ),
    Mutant(
        "leave_is_good_for_its_period",
        "engine/domain/runs/admission.py",
        "turn.now >= held.until",
        "False",
        (f"{DOMAIN}::test_leave_that_comes_too_late_is_asked_for_again",),
    ),
    Mutant(
        "another_cap_is_asked_anew",
        "engine/domain/runs/admission.py",
        "(cap.most, cap.per) != (held.most, held.per)",
        "False",
        (f"{DOMAIN}::test_under_another_cap_who_waits_is_asked_anew_at_its_turn",),
    ),
    Mutant(
        "a_merge_keeps_the_place_in_line",
        "engine/domain/merges/merge.py",
        "    ticket.join(turn, other)",
        "    pass",
        (
            f"{DOMAIN}::test_a_merge_takes_what_the_other_waits_for_and_asks_for_what_is_not_answered",
        ),
    ),
    Mutant(
        "a_place_is_given_back",
        "engine/runtime/rights/erasure_letter.py",
        "quotas.give_up(batch, self.contact, ticket)",
        "pass",
        (
            f"{RUNTIME}/test_entry_cap.py::test_the_place_of_somebody_who_is_forgotten_goes_to_the_next",
        ),
    ),
    Mutant(
        "a_start_reaches_a_contact_once",
        "engine/domain/runs/by_hand.py",
        '        turn.note("start_refused", asked.subject, BEFORE)\n        return',
        "        pass",
        (f"{RUNTIME}/test_starts.py::test_begun_again_under_its_label_it_lets_nobody_in_twice",),
    ),
]
