"""Protections of runs under way while their scenario is edited."""

from tests.mutants.mutant import Mutant

SUCCESSION = "tests/unit/domain/test_succession.py::test_"
LAW = "tests/property/test_version_law.py::test_"
CALLING = "tests/unit/domain/test_calling.py::test_"
LOST = "tests/unit/domain/test_lost_run.py::test_"
LIVING = "tests/unit/runtime/test_versions.py::test_"
LIFE = "tests/unit/runtime/test_life.py::test_"
PAUSE = "tests/property/test_pause_law.py::test_"
WAIT_FOR = "tests/unit/domain/test_wait_for.py::test_"
ROLLOUT = "tests/unit/domain/test_rollout.py::test_"
MUTANTS = [
    Mutant(
        "done_in_an_earlier_version",
        "engine/domain/runs/run.py",
        "elif target in run.barred and target in plan.acts:",
        "elif False:",
        (
            f"{SUCCESSION}what_a_run_has_sent_it_does_not_send_again_when_the_steps_change_places",
            f"{SUCCESSION}what_a_run_has_sent_stays_sent_when_the_step_is_away_for_a_version",
            f"{LAW}nobody_gets_a_mail_twice_in_one_run_wherever_its_steps_have_gone",
        ),
    ),
    Mutant(
        "pinned_unless_chosen",
        "engine/domain/rulebooks/succession.py",
        'if later.waiting == "pin":',
        "if False:",
        (f"{SUCCESSION}who_missed_several_versions_comes_through_all_of_them_and_stays_pinned",),
    ),
    Mutant(
        "timed_from_when_it_came",
        "engine/domain/runs/waiting.py",
        'run.since + milliseconds(step.for_ or "0s")',
        'turn.now + milliseconds(step.for_ or "0s")',
        (f"{SUCCESSION}a_migrated_run_goes_on_at_its_step_timed_from_when_it_came_to_it",),
    ),
    Mutant(
        "a_share_keeps_what_it_had",
        "engine/domain/rulebooks/succession.py",
        'return f"rollout/{scenario.scenario}/{scenario.former}"',
        'return f"rollout/{scenario.scenario}/{scenario.version}"',
        (f"{ROLLOUT}a_version_mended_while_it_is_rolled_out_goes_to_the_same_contacts",),
    ),
    Mutant(
        "a_date_is_of_ones_own_version",
        "engine/domain/rulebooks/dated.py",
        "if not in_share(written, contact):",
        "if False:",
        (f"{ROLLOUT}who_is_not_in_the_lot_waits_for_the_date_of_its_own_version",),
    ),
    Mutant(
        "a_call_is_kept",
        "engine/domain/runs/migration.py",
        "not (called and _calls(turn, run))",
        "True",
        (f"{CALLING}a_call_whose_step_has_another_name_now_is_answered_there",),
    ),
    Mutant(
        "an_unknown_version_is_held",
        "engine/domain/rulebooks/rulebook.py",
        "return plan if plan is not None and run.step in plan.steps else lost(run)",
        "return self._scenarios[run.scenario, run.version]",
        (f"{LOST}a_run_that_nobody_knows_stays_and_the_contact_goes_on_with_others",),
    ),
    Mutant(
        "published_only_what_can_be_finished",
        "engine/runtime/rulebook/rulebooks.py",
        "problems = self._checked(written)",
        "problems: list[str] = []",
        (f"{LIVING}what_no_run_could_finish_is_not_published_whoever_made_it",),
    ),
    Mutant(
        "each_run_its_own_way",
        "engine/replay/way.py",
        "if other in (None, run):",
        "if True:",
        (f"{LIFE}of_two_runs_that_one_message_moves_each_is_told_its_own_way",),
    ),
    Mutant(
        "what_came_in_a_pause_counts",
        "engine/domain/runs/awaiting.py",
        "if run.heard is not None and (over is None or run.heard[0] <= over):",
        "if False:",
        (f"{WAIT_FOR}what_came_first_in_a_pause_counts_when_it_ends",),
    ),
    Mutant(
        "due_in_a_pause_is_done_in_order",
        "engine/domain/runs/run.py",
        "        del turn.contact.timers[timer_of(run)]\n        return",
        "        pass",
        (
            f"{PAUSE}what_falls_due_in_a_pause_is_done_at_its_end_in_order_unless_its_goal_was_reached",
        ),
    ),
]
