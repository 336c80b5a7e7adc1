"""Protections of who is who: merges, retries, what a public key may say."""

from tests.mutants.mutant import Mutant

DOMAIN, RUNTIME = "tests/unit/domain", "tests/unit/runtime"
ONCE = f"{RUNTIME}/test_once.py"
MUTANTS = [
    Mutant(
        "a_retry_is_recognised",
        "engine/runtime/state/retries.py",
        "if has_seen(seen, event.fingerprint) or _is_ordered(batch, resident.contact, event):",
        "if _is_ordered(batch, resident.contact, event):",
        (
            (
                f"{RUNTIME}/test_letter.py"
                "::test_an_event_sent_again_is_a_duplicate_in_the_same_batch_and_later"
            ),
        ),
    ),
    Mutant(
        "a_week_of_retries_is_recognised",
        "engine/runtime/state/retries.py",
        "return entry in resident.retries",
        "return False",
        (f"{RUNTIME}/test_batch.py::test_a_week_of_retries_survives_a_restart",),
    ),
    Mutant(
        "an_order_counts_once",
        "engine/runtime/state/retries.py",
        "if order_key.holds(contact.orders, key):",
        "if False:",
        (
            "tests/unit/runtime/test_importing.py::test_an_order_counts_once_whether_live_or_imported",
        ),
    ),
    Mutant(
        "a_merge_keeps_the_fingerprints_of_both",
        "engine/domain/merges/merge.py",
        "contact.seen = merged(contact.seen, other.seen, turn.now, SEEN)",
        "pass",
        (f"{DOMAIN}/test_merge.py::test_a_retry_of_eithers_events_is_recognised",),
    ),
    Mutant(
        "the_known_one_wins_a_merge",
        "engine/domain/merges/merge.py",
        "contact.attributes = other.attributes | contact.attributes",
        "contact.attributes = contact.attributes | other.attributes",
        (
            (
                f"{DOMAIN}/test_merge_both_ways.py"
                "::test_the_survivors_attributes_win_and_gaps_are_filled"
            ),
        ),
    ),
    Mutant(
        "a_contact_is_adopted_once",
        "engine/domain/merges/merge.py",
        "if message.source in contact.pasts:",
        "if False:",
        (f"{DOMAIN}/test_merge.py::test_a_contact_adopted_twice_counts_once",),
    ),
    Mutant(
        "a_merge_brings_no_second_run",
        "engine/domain/merges/merge.py",
        "if entry_of(run) in contact.entries:",
        "if False:",
        (
            (
                f"{DOMAIN}/test_merge.py"
                "::test_a_run_of_a_scenario_that_the_survivor_has_ever_entered_is_dropped"
            ),
        ),
    ),
    Mutant(
        "what_is_inherited_starts_nothing",
        "engine/domain/merges/merge.py",
        "turn.quiet = True",
        "turn.quiet = False",
        (f"{DOMAIN}/test_merge.py::test_what_both_together_enter_is_entered_quietly",),
    ),
    Mutant(
        "the_later_statement_stands",
        "engine/domain/profile/consent.py",
        "if said.said < held.said or (said.said == held.said and not held.granted):",
        "if False:",
        (
            (
                "tests/property/test_consent.py"
                "::test_the_order_in_which_statements_arrive_does_not_matter"
            ),
        ),
    ),
    Mutant(
        "a_public_key_gives_a_known_contact_no_address",
        "engine/domain/merges/claim.py",
        "guarded = PERSONAL if public and not fresh and contact.known else ()",
        "guarded = ()",
        (f"{DOMAIN}/test_claim.py::test_a_public_key_gives_a_known_contact_no_address",),
    ),
    Mutant(
        "two_known_contacts_are_not_merged",
        "engine/domain/merges/claim.py",
        "elif not contact.known and not is_device(claim.key):",
        "elif not is_device(claim.key):",
        (f"{DOMAIN}/test_claim.py::test_two_known_contacts_are_put_on_the_review_list",),
    ),
    Mutant(
        "a_hop_answer_is_taken_once",
        "engine/runtime/batches/hop_letter.py",
        "row = batch.hop_row(self.answer.number)\n        if row is None:\n            return",
        "row = batch.hop_row(self.answer.number)\n        assert row is not None",
        (f"{RUNTIME}/test_letter.py::test_an_answer_that_comes_twice_is_taken_once",),
    ),
    Mutant(
        "hops_that_cause_hops_end",
        "engine/runtime/batches/batch.py",
        "if depth >= MAX_DEPTH:",
        "if False:",
        (f"{RUNTIME}/test_batch.py::test_hops_that_cause_hops_are_parked_with_the_loop_named",),
    ),
    Mutant(
        "what_was_led_on_is_led_on_again",
        "engine/runtime/intake/event_letter.py",
        "if self._may_go_on(led=led) and was_led_on(batch, resident, self.event):",
        "if False:",
        (
            f"{ONCE}::test_what_was_led_on_is_led_on_again_after_the_two_were_parted",
            f"{ONCE}::test_what_was_led_on_is_known_for_a_week_also_after_a_restart",
        ),
    ),
    Mutant(
        "what_comes_by_a_key_being_claimed_is_noted",
        "engine/runtime/intake/event_letter.py",
        "reserved.reserve(batch, event, self.item.contact)",
        "pass",
        (
            (
                f"{ONCE}::test_what_came_behind_an_event_is_known_where_it_is"
                "_when_another_was_first_to_get_the_key"
            ),
        ),
    ),
    Mutant(
        "only_the_directory_says_who_may_be_asked_without_it",
        "engine/runtime/intake/router.py",
        "_keep(self._leads, pending.key, word.via or word.contact)",
        "_keep(self._hints, pending.key, word.contact)",
        (
            (
                f"{ONCE}::test_a_retry_is_known_while_who_took_it"
                "_is_on_its_way_into_whom_the_key_belongs_to"
            ),
        ),
    ),
    Mutant(
        "a_claim_settles_what_was_noted_for_its_own_key",
        "engine/runtime/state/reserved.py",
        "    for row in _of(batch, claim.key):",
        "    for row in batch.memory.reserved.rows():",
        (f"{ONCE}::test_a_claim_of_another_key_settles_nothing_that_was_noted",),
    ),
]
