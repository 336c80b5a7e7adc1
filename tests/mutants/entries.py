"""Protections of a contact's way through scenarios: who comes in, when it ends, what ends it."""

from tests.mutants.mutant import Mutant

DOMAIN = "tests/unit/domain"
MUTANTS = [
    Mutant(
        "the_rule_of_reentry",
        "engine/domain/runs/entry.py",
        'if last is None or scenario.reentry == "always":',
        "if True:",
        (f"{DOMAIN}/test_run.py::test_reentry_decides_who_comes_in_again",),
    ),
    Mutant(
        "nobody_is_twice_inside",
        "engine/domain/runs/entry.py",
        "if any(run.key == key for run in inside):",
        "if False:",
        (
            f"{DOMAIN}/test_run.py::test_nobody_is_twice_in_one_scenario_at_the_same_time",
            "tests/complaints/test_duplicates.py::test_users_do_not_get_on_the_same_journey_four_times",
        ),
    ),
    Mutant(
        "a_key_has_its_own_run",
        "engine/domain/runs/entry.py",
        "return key_in(scenario.key, turn.properties_of(moment.event)) == run.key",
        "return True",
        (f"{DOMAIN}/test_keyed.py::test_the_mail_tells_of_that_cart_unless_it_was_ordered",),
    ),
    Mutant(
        "a_paused_scenario_lets_nobody_in",
        "engine/domain/runs/entry.py",
        "if name in turn.rulebook.paused:",
        "if False:",
        (f"{DOMAIN}/test_wait.py::test_a_scenario_paused_before_it_starts_lets_nobody_in",),
    ),
    Mutant(
        "a_run_stays_on_its_version",
        "engine/domain/runs/run.py",
        "plan = turn.rulebook.plan_of(run)\n    step = plan.steps[run.step]\n    does = FIRES",
        "plan = turn.rulebook.in_force[run.scenario]\n    step = plan.steps[run.step]\n"
        "    does = FIRES",
        (f"{DOMAIN}/test_run.py::test_a_run_stays_on_the_version_that_it_entered",),
    ),
    Mutant(
        "the_goal_ends_the_run",
        "engine/domain/settle.py",
        'run.end(turn, one, "goal")',
        "pass",
        (f"{DOMAIN}/test_run.py::test_a_goal_ends_the_run_and_counts_as_reached",),
    ),
    Mutant(
        "a_goal_stops_the_step_after_it",
        "engine/domain/runs/run.py",
        "if way is not None and len(turn.stale) + len(turn.moments) > causes:",
        "if False:",
        (f"{DOMAIN}/test_branch.py::test_a_goal_reached_by_a_step_stops_the_run_before_the_next",),
    ),
    Mutant(
        "the_event_that_starts_a_run_ends_none_of_its_waits",
        "engine/domain/settle.py",
        "for one in waiting:",
        "for one in list(contact.runs):",
        (
            (
                f"{DOMAIN}/test_wait_for.py"
                "::test_the_event_that_started_the_run_is_not_the_one_it_waits_for"
            ),
        ),
    ),
    Mutant(
        "what_is_imported_starts_nothing",
        "engine/domain/take.py",
        "return event.live and event.at >= turn.now - turn.rulebook.max_age",
        "return event.at >= turn.now - turn.rulebook.max_age",
        (f"{DOMAIN}/test_wait_for.py::test_an_old_event_or_an_import_does_not_end_it",),
    ),
    Mutant(
        "an_old_event_starts_nothing",
        "engine/domain/take.py",
        "return event.live and event.at >= turn.now - turn.rulebook.max_age",
        "return event.live",
        (f"{DOMAIN}/test_run.py::test_a_trigger_ignores_events_older_than_max_age",),
    ),
    Mutant(
        "a_new_segment_is_entered_quietly",
        "engine/domain/step.py",
        "turn.quiet = contact.rulebook != 0",
        "turn.quiet = False",
        (f"{DOMAIN}/test_segment.py::test_a_new_segment_is_entered_quietly_by_those_who_are_here",),
    ),
    Mutant(
        "a_walk_without_a_wait_is_told",
        "engine/domain/runs/run.py",
        "raise Loop(plan.name)",
        "return",
        (f"{DOMAIN}/test_loop.py::test_a_walk_without_a_wait_parks_the_contact",),
    ),
]
