"""What users of other engines complained of, about scenarios and sends: each protection, taken away."""

from tests.mutants.mutant import Mutant

DUPLICATES = "tests/complaints/test_duplicates.py::test_"
SKIPS = "tests/complaints/test_skips.py::test_"
STALLS = "tests/complaints/test_stalls.py::test_"
EDITS = "tests/complaints/test_edits.py::test_"
FRESH = "tests/complaints/test_freshness.py::test_"
RUN = "engine/domain/runs/run.py"
LETTERS = "engine/runtime/sending/send_letter.py"
OF_A_CASCADE = "a_cascade_of_segments_comes_to_rest_in_one_step"
MUTANTS = [
    Mutant(
        "a_retry_enters_nobody_and_writes_to_nobody_again",
        "engine/runtime/state/retries.py",
        "if has_seen(seen, event.fingerprint) or _is_ordered(batch, resident.contact, event):",
        "if False:",
        (
            f"{DUPLICATES}a_batch_that_is_sent_again_writes_to_nobody_twice",
            f"{DUPLICATES}an_event_that_comes_again_later_enters_nobody_again",
        ),
    ),
    Mutant(
        "a_digest_collects_until_its_time",
        "engine/domain/runs/awaiting.py",
        "return Stay(with_item(run, event.properties) if event else run)",
        "return plan.following[run.step]",
        (f"{DUPLICATES}events_of_the_same_instant_make_one_digest",),
    ),
    Mutant(
        "a_suppressed_message_is_over",
        LETTERS,
        "if batch.suppressed(send):",
        "if False:",
        (f"{DUPLICATES}who_must_not_be_written_to_is_refused_once_and_for_good",),
    ),
    Mutant(
        "the_outbox_knows_what_has_left",
        "engine/domain/take.py",
        "turn.effects.append(Settle(receipt.key, outcome))",
        "pass",
        (
            f"{DUPLICATES}a_pause_and_a_restart_in_the_middle_repeat_nothing",
            f"{SKIPS}what_was_fetched_and_not_sent_before_a_crash_is_not_passed_over",
        ),
    ),
    Mutant(
        "what_was_handed_over_stays_in_the_outbox",
        LETTERS,
        'batch.outbox[row.key] = row._replace(state="sending")',
        "batch.settle(row.key)",
        (f"{SKIPS}what_was_fetched_and_not_sent_before_a_crash_is_not_passed_over",),
    ),
    Mutant(
        "what_is_put_off_is_queued_again",
        LETTERS,
        'if outcome.outcome == "deferred":',
        "if False:",
        (f"{SKIPS}whose_send_failed_is_not_passed_over_because_a_later_one_went_well",),
    ),
    Mutant(
        "a_run_takes_its_own_timers_along",
        RUN,
        "    turn.contact.timers.pop(timer_of(run), None)\n",
        "    turn.contact.timers.clear()\n",
        (f"{SKIPS}what_ends_one_run_leaves_the_timers_of_the_others",),
    ),
    Mutant(
        "a_timer_that_is_overdue_fires",
        "engine/domain/step.py",
        "(due := min(contact.timers.values())) <= turn.now:",
        "(due := min(contact.timers.values())) == turn.now:",
        (f"{SKIPS}a_timer_that_was_due_while_the_engine_was_down_is_not_lost",),
    ),
    Mutant(
        "a_step_leads_to_the_one_below",
        "engine/domain/rulebooks/scenario_plan.py",
        "(step.then if isinstance(step, Straight) else None) or below",
        "(step.then if isinstance(step, Straight) else None)",
        (f"{SKIPS}a_simple_sequence_of_mails_comes_in_its_order_and_time",),
    ),
    Mutant(
        "each_entry_has_a_number_of_its_own",
        RUN,
        "    contact.entered += 1\n    begin(",
        "    contact.entered = 1\n    begin(",
        (f"{STALLS}who_comes_back_goes_all_the_way_again",),
    ),
    Mutant(
        "a_run_goes_on_whatever_becomes_of_its_mail",
        "engine/domain/take.py",
        "    bounce.heed(turn, receipt)\n",
        "    bounce.heed(turn, receipt)\n"
        "    for one in list(turn.contact.runs):\n"
        '        if receipt.outcome in ("failed", "unknown"):\n'
        '            run.end(turn, one, "failed")\n',
        (f"{STALLS}what_comes_after_a_mail_happens_whatever_became_of_it",),
    ),
    Mutant(
        "who_cannot_be_written_to_goes_on",
        "engine/domain/runs/sending.py",
        '        turn.note("skipped", subject, why)\n    return plan.following[step.id]',
        '        turn.note("skipped", subject, why)\n    return None if why else plan.following[step.id]',
        (f"{STALLS}who_cannot_be_written_to_goes_on",),
    ),
    Mutant(
        "a_crossing_reaches_those_that_ask_about_it",
        "engine/domain/settle.py",
        "        turn.stale[dependent.name] = dependent\n",
        "        pass\n",
        (f"{STALLS}{OF_A_CASCADE}",),
    ),
    Mutant(
        "other_definitions_free_a_parked_contact",
        "engine/domain/step.py",
        '    contact.rulebook = rulebook.version\n    contact.trouble, contact.parked = "", 0\n',
        "    contact.rulebook = rulebook.version\n",
        (f"{STALLS}a_loop_without_end_is_named_and_the_next_definitions_free_the_contact",),
    ),
    Mutant(
        "a_chain_without_end_is_told",
        "engine/domain/intake/turn.py",
        '            raise Loop(", ".join(dict.fromkeys(chain)))',
        "            return",
        (
            f"{FRESH}segments_that_cause_one_another_come_to_an_end_that_is_told",
            f"{STALLS}a_loop_without_end_is_named_and_the_next_definitions_free_the_contact",
        ),
    ),
    Mutant(
        "a_run_waits_for_events",
        "engine/domain/settle.py",
        "    for one in waiting:\n        _resume(turn, one, moment)",
        "    for one in waiting:\n        del one",
        (f"{STALLS}a_scenario_that_an_event_starts_may_wait_for_another_event",),
    ),
    Mutant(
        "a_run_finishes_on_its_version",
        "engine/domain/rulebooks/rulebook.py",
        "plan = self._scenarios.get((run.scenario, run.version))\n        return plan if plan",
        "plan = self.in_force.get(run.scenario)\n        return plan if plan",
        (f"{EDITS}a_step_that_is_deleted_sends_no_old_message_again",),
    ),
    Mutant(
        "only_its_author_ends_a_run",
        "engine/domain/rulebooks/scenario_plan.py",
        "exits=tuple(moment_plan(one) for one in scenario.exits if is_moment(one)),",
        'exits=(MomentPlan("leaves", (scenario.trigger and scenario.trigger.enters) or "", None),),',
        (f"{FRESH}who_leaves_the_segment_leaves_the_scenario_only_where_its_author_says_so",),
    ),
    Mutant(
        "live_messages_go_before_bulk_ones",
        "engine/runtime/batches/mailbox.py",
        "if self._bulk and (not self._jobs or self._passed >= SHARE):",
        "if self._bulk:",
        (
            (
                "tests/unit/runtime/test_importing.py"
                "::test_live_letters_go_before_bulk_ones_but_not_for_ever"
            ),
        ),
    ),
    Mutant(
        "a_webhook_that_is_given_up_is_kept",
        "engine/runtime/sending/send_letter.py",
        'if is_webhook(send.channel) and outcome.outcome == "failed":',
        "if False:",
        (
            (
                "tests/unit/runtime/test_webhooks.py"
                "::test_what_is_given_up_is_kept_lets_others_go_on_and_may_be_tried_again"
            ),
        ),
    ),
    Mutant(
        "what_machines_open_counts_for_nobody",
        "engine/domain/intake/activity.py",
        'properties["bot"] = receipt.bot',
        'properties["bot"] = False',
        (
            (
                "tests/unit/domain/test_activity.py"
                "::test_what_people_do_counts_and_what_machines_do_only_where_it_is_asked_for"
            ),
        ),
    ),
    Mutant(
        "a_refusal_is_told_in_words",
        "engine/replay/entry.py",
        "or _worded(plan, moment.before, moment, rulebook)",
        'or ""',
        (
            (
                "tests/unit/runtime/test_life.py"
                "::test_why_no_mail_tells_each_time_that_the_scenario_might_have_begun"
            ),
        ),
    ),
    Mutant(
        "time_passes_in_a_simulation",
        "engine/replay/simulation.py",
        "                yield self._step(TimerFired())",
        "                break",
        (
            (
                "tests/unit/cli/test_simulate.py"
                "::test_events_of_a_file_bring_the_messages_that_they_would_with_their_texts"
            ),
        ),
    ),
    Mutant(
        "too_much_is_refused_aloud",
        "engine/runtime/coordinator.py",
        "if self._closing or self.router.pending + len(items) > self.backlog:",
        "if self._closing:",
        (
            "tests/unit/runtime/test_coordinator.py::test_more_than_the_backlog_is_refused_as_a_whole",
        ),
    ),
    Mutant(
        "opening_hours_jump_with_the_clock",
        "engine/domain/profile/calendar.py",
        "    return int(local.astimezone(UTC).timestamp() * 1000)",
        "    return int((local.replace(tzinfo=UTC).timestamp() - 3_600) * 1000)",
        ("tests/unit/domain/test_aim.py::test_hours_keep_their_clock_when_it_jumps",),
    ),
]
