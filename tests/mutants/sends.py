"""Protections of what is sent: to whom it may be, once, and not after its time."""

from tests.mutants.mutant import Mutant

DOMAIN, RUNTIME = "tests/unit/domain", "tests/unit/runtime"
FALLBACK = f"{RUNTIME}/test_fallback.py::test_"
MUTANTS = [
    Mutant(
        "consent_at_the_decision",
        "engine/domain/consents/permission.py",
        "if marketing and not allows(contact.consents, channel, topic):",
        "if False:",
        (f"{DOMAIN}/test_send.py::test_marketing_needs_consent_that_is_true_and_nothing_else",),
    ),
    Mutant(
        "consent_at_the_hand_over",
        "engine/runtime/sending/send_letter.py",
        "return refusal(resident.contact, send.channel, send.topic, marketing=send.marketing)",
        'return ""',
        (
            f"{RUNTIME}/test_letter.py::test_consent_that_is_withdrawn_while_a_message_waits_stops_it",
        ),
    ),
    Mutant(
        "suppression_at_the_hand_over",
        "engine/runtime/sending/send_letter.py",
        "if batch.suppressed(send):",
        "if False:",
        (
            f"{RUNTIME}/test_letter.py::test_an_address_that_is_suppressed_while_a_message_waits_stops_it",
        ),
    ),
    Mutant(
        "hours_at_the_hand_over",
        "engine/runtime/sending/send_letter.py",
        "if opens > batch.now:",
        "if False:",
        (
            f"{RUNTIME}/test_letter.py::test_what_is_held_is_asked_about_its_hours_once_more_when_it_would_leave",
        ),
    ),
    Mutant(
        "what_waited_too_long_does_not_leave",
        "engine/runtime/sending/send_letter.py",
        'if row.state == "held" and send.at + batch.memory.rulebook.hold < batch.now:',
        "if False:",
        (f"{RUNTIME}/test_letter.py::test_what_was_held_too_long_is_not_sent_any_more",),
    ),
    Mutant(
        "a_message_is_handed_over_once",
        "engine/runtime/sending/send_letter.py",
        "if row is None or row.state in RESTING:",
        "if row is None:",
        (
            "tests/complaints/test_duplicates.py::test_two_workers_that_read_the_same_due_rows_write_once",
        ),
    ),
    Mutant(
        "an_outcome_is_taken_once",
        "engine/runtime/sending/send_letter.py",
        'if row is None or row.state != "sending" or row.attempts != self.outcome.attempts:',
        "if row is None:",
        (
            f"{RUNTIME}/test_letter.py::test_an_outcome_of_an_earlier_attempt_is_not_that_of_the_next",
        ),
    ),
    Mutant(
        "unknown_marketing_mail_is_not_resent",
        "engine/runtime/sending/send_letter.py",
        "send.channel in RECOGNISED and not send.marketing and attempts < RESENDS",
        "send.channel in RECOGNISED and attempts < RESENDS",
        (
            f"{RUNTIME}/test_letter.py::test_mail_of_unknown_fate_is_sent_again_only_when_somebody_waits_for_it",
        ),
    ),
    Mutant(
        "an_effect_key_names_the_occurrence",
        "engine/domain/runs/sending.py",
        'key=f"{run.id}/{run.step}/{run.visits}"',
        'key=f"{run.id}/{run.step}"',
        (f"{DOMAIN}/test_send.py::test_a_step_walked_twice_sends_two_messages_with_two_keys",),
    ),
    Mutant(
        "an_offer_made_twice_is_one_message",
        "engine/runtime/sender.py",
        "if desk.knows(send.key, delivery.attempts):",
        "if False:",
        ("tests/contract/test_sender.py::test_a_key_offered_twice_is_one_message",),
    ),
    Mutant(
        "what_left_without_an_outcome_is_unknown",
        "engine/runtime/sender.py",
        "unsettled = entry is not None and entry.outcome is None",
        "unsettled = False",
        (
            (
                "tests/contract/test_doubt.py"
                "::test_what_was_leaving_when_the_sender_died_is_looked_for"
            ),
        ),
    ),
    Mutant(
        "after_a_power_loss_all_is_unknown",
        "engine/runtime/sender.py",
        "return unsettled or (delivery.again and self._spool.in_doubt(host))",
        "return unsettled",
        (
            (
                "tests/contract/test_sender_routes.py"
                "::test_after_a_power_loss_what_was_handed_over_without_a_record_is_unknown"
            ),
        ),
    ),
    Mutant(
        "a_variant_is_drawn_once",
        "engine/domain/runs/arm.py",
        "if held and weights.get(held[0], 0) > 0:",
        "if False:",
        ("tests/complaints/test_edits.py::test_new_shares_move_nobody_to_another_variant",),
    ),
    Mutant(
        "what_may_have_arrived_has_no_fallback",
        "engine/runtime/sending/send_letter.py",
        "if why in REFUSED and not row.attempts:",
        "if why in REFUSED:",
        (f"{FALLBACK}what_was_tried_once_is_not_sent_by_another_channel_too",),
    ),
    Mutant(
        "a_fallback_needs_consent_too",
        "engine/domain/runs/fallback.py",
        "    if why:\n",
        "    if False:\n",
        (f"{FALLBACK}what_stands_in_is_asked_about_anew",),
    ),
]
