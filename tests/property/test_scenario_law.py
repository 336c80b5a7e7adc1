"""Whatever scenarios there are and whatever happens to two people, apart and as one: what holds always."""

from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.domain.duration import milliseconds
from engine.domain.effect import Send, contact_of
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.language.action import Send as SendStep
from engine.domain.language.action import Webhook
from engine.domain.language.decision import Branch
from engine.domain.language.moment import Moment
from engine.domain.language.pause import Digest, Wait, WaitFor
from engine.domain.language.scenario import as_plain
from engine.domain.message import Adopted, Restored, Unmerged, YieldAsked
from engine.domain.parting import run_of
from engine.domain.profile.contact import Contact, Run, timer_of
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.runs.doing import DOES
from engine.domain.runs.entry import entry_of
from tests.property.scenarios import KINDS, MARKETING
from tests.property.statements import Statement, Statements, allows
from tests.property.test_run_law import check_figures
from tests.property.two import ADA, BOB, Stepped, Two, careers, histories, sends_of

lives = st.builds(lambda career, history: Two(career).live(history), careers(), histories)
law = settings(max_examples=30, deadline=None)
LASTING = ("id", "scenario", "entered", "event", "key")
"""What a run is from its beginning to its end."""


def test_every_kind_of_step_is_drawn() -> None:
    assert {kind.__struct_config__.tag for kind in DOES} == KINDS.keys()


# --- consent -----------------------------------------------------------------------------------------


@law
@given(lives)
def test_marketing_is_sent_with_consent_at_its_instant_and_refused_for_the_lack_of_it(
    two: Two,
) -> None:
    said, merged, parted = Statements(), False, False
    for step in two.steps:
        merged = (merged or isinstance(step.message, Adopted)) and not isinstance(
            step.message, Unmerged
        )
        parted = parted or isinstance(step.message, Unmerged)
        before = list(said.of(step.who, merged=merged)) if _is_turned(step) else []
        said.hear(step)
        sends = {sent.key: sent for sent in sends_of(step)}
        for fact, following in pairwise([*step.outcome.facts, None]):
            assert fact is not None
            if following is None or following.detail != "done before":
                said.note(step, fact, merged=merged)
            now = said.of(step.who, merged=merged)
            if fact.what == "intended":
                _check_sent(sends[fact.detail], now, before)
            elif fact.what == "skipped" and fact.detail == "no_consent" and not parted:
                assert not allows(now, *_meant(step.book, fact)) or before


def _check_sent(sent: Send, *heard: list[Statement]) -> None:
    assert sent.marketing is (sent.template in MARKETING)
    may = [allows(said, sent.channel, sent.topic) for said in heard]
    assert any(may) or not sent.marketing


def _meant(book: Rulebook, fact: Fact) -> tuple[str, str]:
    """The channel and the topic of a step that sends."""
    scenario, _, name = fact.subject.partition("/")
    for one in (*book.definitions.scenarios, *book.definitions.retired):
        for written in one.steps if one.scenario == scenario else ():
            if written.id == name and isinstance(written, SendStep):
                return written.channel, written.topic or one.topic or ""
    raise AssertionError(fact)


@law
@given(lives)
def test_a_run_has_one_place_until_its_goal_or_its_end_and_figures_stay_true(two: Two) -> None:
    check_places(two)
    check_pauses(two)
    check_goals(two)
    check_ends(two)
    facts = [fact for step in two.steps for fact in step.outcome.facts]
    check_figures([one.contact for one in two.people.values()], facts)


@law
@given(lives)
def test_a_run_keeps_its_name_and_goes_to_the_version_that_was_chosen_for_it(two: Two) -> None:
    for what in sorted(reached(two)):
        event(what)
    check_keys(two)
    check_versions(two)


# --- the end of a run ------------------------------------------------------------------------------


def check_goals(two: Two) -> None:
    """Whose goal is reached goes no further."""
    for step in two.steps:
        reached = {run.id for run in step.before.runs if _meets_its_goal(run, step)}
        assert reached.isdisjoint(run.id for run in step.outcome.contact.runs)
        assert reached.isdisjoint(run_of(sent.key) for sent in sends_of(step))


def _meets_its_goal(run: Run, step: Stepped) -> bool:
    """An event that it names came, in the middle of nothing else."""
    if not isinstance(step.message, Event) or _is_turned(step):
        return False
    goal = step.book.scenario(run.scenario, run.version).scenario.goal
    return goal is not None and _is_about(goal, step.message, run)


def _is_turned(step: Stepped) -> bool:
    """Whether it meets another rulebook, or is parked: then more than the message counts."""
    trouble = step.before.trouble or step.outcome.contact.trouble
    return bool(trouble) or step.before.rulebook != step.book.version


def _is_about(goal: Moment, event: Event, run: Run) -> bool:
    told = msgspec.json.decode(event.properties or b"{}").get("n")
    if goal.event != event.name or (goal.where and told != goal.where["n"]):
        return False
    return not run.key or run.key == str(told)


def check_ends(two: Two) -> None:
    """Who has ended does nothing more; an unmerge may find that for one of the two it never ended."""
    over: set[str] = set()
    for step in two.steps:
        for fact in step.outcome.facts:
            if fact.what == "run_ended":
                over.add(fact.detail[0])
            elif fact.what == "run_taken":
                over.discard(fact.detail)
            elif fact.what == "intended":
                assert run_of(fact.detail) not in over
        assert over.isdisjoint(run.id for run in step.outcome.contact.runs)


# --- its place ---------------------------------------------------------------------------------------


def check_places(two: Two) -> None:
    """Each run has one, where something will wake it."""
    standing: dict[int, Contact] = {}
    for step in two.steps:
        contact = standing[step.who] = step.outcome.contact
        runs = [run for one in standing.values() for run in one.runs]
        assert len({run.id for run in runs}) == len(runs)
        assert len({entry_of(run) for run in contact.runs}) == len(contact.runs)
        owners = {owner for owner in contact.timers if owner.startswith(("run:", "watch:"))}
        assert {owner.partition(":")[2] for owner in owners} <= {run.id for run in contact.runs}
        if contact.trouble or contact.rulebook != step.book.version or contact.pending:
            continue
        for run in contact.runs:
            _check_waiting(run, contact, step.book)


def _check_waiting(run: Run, contact: Contact, book: Rulebook) -> None:
    step = book.scenario(run.scenario, run.version).steps[run.step]
    due = contact.timers.get(timer_of(run), 0)
    match step:
        case _ if run.scenario in book.paused:
            assert isinstance(step, Wait | WaitFor | Digest | Webhook | Branch) or not due
        case Wait(for_=str(span)) if not run.local:
            assert due == run.since + milliseconds(span)
        case Wait():
            assert due
        case WaitFor(timeout=span):
            assert due == (run.since + milliseconds(span) if span else 0)
        case Digest():
            assert due == run.since + milliseconds(step.for_)
        case Webhook(wait=span):
            assert span
            assert due == (run.since + milliseconds(span) if isinstance(span, str) else 0)
        case _:
            raise AssertionError(step)


def check_pauses(two: Two) -> None:
    """Who is paused stays where it is, and sends nothing."""
    for step in two.steps:
        if _is_turned(step) or _joins(step):
            continue
        after = {run.id: run for run in step.outcome.contact.runs}
        for run in step.before.runs:
            if run.scenario in step.book.paused:
                there = after.get(run.id, run)
                assert (there.step, there.visits) == (run.step, run.visits)
                assert run.id not in {run_of(sent.key) for sent in sends_of(step)}


# --- what it sends -----------------------------------------------------------------------------------


def check_keys(two: Two) -> None:
    """Each message has one of its own, of a run that keeps its name, through merges and versions."""
    whole: dict[str, tuple[Any, ...]] = {}
    visits: dict[str, int] = {}
    keys: set[str] = set()
    for step in two.steps:
        for fact in step.outcome.facts:
            if fact.what == "intended":
                assert fact.detail not in keys
                keys.add(fact.detail)
        for run in step.outcome.contact.runs:
            lasting = tuple(getattr(run, name) for name in LASTING)
            assert whole.setdefault(run.id, lasting) == lasting
            assert _joins(step) or run.visits >= visits.get(run.id, 0)
            visits[run.id] = run.visits
    assert {contact_of(key) for key in keys} <= {ADA, BOB}


# --- versions ----------------------------------------------------------------------------------------


def check_versions(two: Two) -> None:
    """A run changes its version as it was chosen, and at no other time."""
    for step in two.steps:
        after = {run.id: run.version for run in step.outcome.contact.runs}
        kept = [run for run in step.before.runs if run.id in after]
        if _joins(step) or step.outcome.contact.trouble:
            continue
        if step.before.rulebook == step.book.version:
            assert all(after[run.id] == run.version for run in kept)
        elif step.before.rulebook == step.book.version - 1:
            for run in step.before.runs:
                _check_heir(run, step, two)


def _joins(step: Stepped) -> bool:
    """Whether the two become one with this, or are parted."""
    return isinstance(step.message, Adopted | YieldAsked | Unmerged | Restored)


def _check_heir(run: Run, step: Stepped, two: Two) -> None:
    """Of a run on the version in force until now, where the next one is for everybody."""
    old = two.published.books[step.before.rulebook].in_force[run.scenario].scenario
    new = step.book.in_force[run.scenario].scenario
    if old.version != run.version or new.share < 100 or run.scenario in step.book.paused:
        return
    told = [
        fact.detail
        for fact in step.outcome.facts
        if fact.what in ("run_migrated", "run_ended") and run.id == fact.detail[0]
    ]
    migrated = [detail for detail in told if len(detail) > 2]
    same = as_plain(old) == as_plain(new) and not new.moves
    if same or new.version == old.version or new.waiting == "pin":
        assert migrated == []
        assert [run.id, "version"] not in told
        return
    to = new.moves.get(run.step, run.step)
    if new.waiting == "migrate" and to in {one.id for one in new.steps}:
        assert migrated == [[run.id, old.version, new.version, run.step, to]]
    else:
        assert told[:1] == [[run.id, "version"]]


def reached(two: Two) -> set[str]:
    """What of the interesting has happened in it, as ``--hypothesis-show-statistics`` tells it."""
    found = set()
    for step in two.steps:
        before = step.before.runs
        if any(_meets_its_goal(run, step) for run in before):
            found.add("a goal while it waited")
        if isinstance(step.message, Adopted | Unmerged) and before:
            found.add(f"{step.message.__struct_config__.tag} with runs")
        for fact in step.outcome.facts:
            if fact.what in ("run_migrated", "intended", "run_dropped", "timed_out"):
                found.add(fact.what)
            elif fact.what == "skipped" or (
                fact.what == "run_ended" and fact.detail[1] == "version"
            ):
                found.add(f"{fact.what}: {fact.detail if fact.what == 'skipped' else 'version'}")
    return found
