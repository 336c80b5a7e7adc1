"""Protections of time: exact instants, calendars of people, what is overdue."""

from tests.mutants.mutant import Mutant

DOMAIN = "tests/unit/domain"
MUTANTS = [
    Mutant(
        "a_window_is_open_at_its_end",
        "engine/domain/aggregates/window.py",
        "far = bisect_right(times, now - self.far)",
        "far = bisect_right(times, now - self.far - 1)",
        ("tests/property/test_aggregate_law.py::test_a_value_at_any_instant_equals_brute_force",),
    ),
    Mutant(
        "what_is_late_follows_its_policy",
        "engine/domain/runs/waiting.py",
        'if step.late == "send" or turn.now - due <= turn.rulebook.late:',
        "if True:",
        (f"{DOMAIN}/test_wait.py::test_a_wait_overdue_by_more_than_late_follows_its_policy",),
    ),
    Mutant(
        "the_day_of_the_week_is_the_contacts",
        "engine/domain/runs/aim.py",
        "if _local(found, zone).weekday() in days:",
        "if datetime.fromtimestamp(found / 1000, UTC).weekday() in days:",
        (f"{DOMAIN}/test_aim.py::test_monday_at_five_is_where_the_contact_is",),
    ),
    Mutant(
        "hours_keep_their_clock_when_it_jumps",
        "engine/domain/profile/calendar.py",
        "day = datetime.fromtimestamp(not_before / 1000, zone).date() - timedelta(days=1)\n"
        "    while True:\n"
        "        instant = shown(day, at, zone)",
        "day = datetime.fromtimestamp(not_before / 1000, zone).date() - timedelta(days=1)\n"
        "    offset = datetime.fromtimestamp(not_before / 1000, zone).utcoffset()\n"
        "    while True:\n"
        "        instant = shown(day, at, UTC) - int(offset.total_seconds() * 1000)",
        (f"{DOMAIN}/test_calendar.py::test_the_next_time_that_a_clock_shows",),
    ),
    Mutant(
        "a_zone_that_changes_aims_anew",
        "engine/domain/runs/waiting.py",
        "turn.contact.timers[timer_of(run)] = aimed(step, turn.contact, zone, since)",
        "pass",
        (f"{DOMAIN}/test_wait.py::test_a_zone_told_in_an_event_aims_a_waiting_run_anew",),
    ),
    Mutant(
        "segments_flip_before_runs_go_on",
        "engine/domain/step.py",
        'segments = [owner for owner in owners if owner.startswith(("segment:", "watch:"))]',
        "segments = [owner for owner in owners if not any(timer_of(r) in owners for r in "
        'contact.runs) and owner.startswith(("segment:", "watch:"))]',
        (f"{DOMAIN}/test_segment.py::test_a_run_that_is_due_when_a_segment_flips_sees_it_flipped",),
    ),
    Mutant(
        "segments_flip_at_their_own_instant",
        "engine/domain/step.py",
        "turn.at = due",
        "turn.at = turn.now",
        (f"{DOMAIN}/test_segment.py::test_after_a_downtime_segments_flip_at_their_own_instants",),
    ),
    Mutant(
        "a_wake_up_moves_earlier_at_once",
        "engine/runtime/batches/commit.py",
        "new = due if fired or (due and (stored == 0 or due < stored)) else stored",
        "new = due if fired or (due and stored == 0) else stored",
        (("tests/unit/runtime/test_batch.py::test_a_wake_up_moves_earlier_at_once"),),
    ),
    Mutant(
        "timers_stop_when_the_clock_jumps",
        "engine/runtime/batches/timers.py",
        "if abs(stepped) > STEP and not self.held:",
        "if False:",
        (
            (
                "tests/unit/runtime/test_host.py"
                "::test_timers_stop_when_the_wall_clock_jumps_until_somebody_confirms_it"
            ),
        ),
    ),
]
