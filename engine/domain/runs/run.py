"""Runs: one contact's passage through a scenario. Starting, walking from step to step, ending."""

import msgspec

from engine.domain.conditions.passage import passage_of
from engine.domain.duration import MINUTE
from engine.domain.intake.turn import Happened, Loop, Turn, Walk
from engine.domain.language.action import Send
from engine.domain.language.decision import Branch
from engine.domain.profile.contact import Run, timer_of, watch_of
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs import ticket
from engine.domain.runs.doing import DOES, FIRES
from engine.domain.runs.entry import TOLD, key_of, refusal, remember
from engine.domain.runs.rollout import for_contact
from engine.domain.runs.way import Leave, Pass, Stay, Way

WALK = 1_000
"""Steps that one message may walk through; a walk without a wait ends there."""
KEPT_PROPERTIES = 2_048
"""Bytes of the trigger's properties that a run remembers for its templates."""

LOOK = 60 * MINUTE
"""How long until it is looked again for a version that is not known."""

replace = msgspec.structs.replace


def enter(turn: Turn, plan: ScenarioPlan, moment: Happened) -> str:
    """Start a run if the scenario lets the contact in (again); the reason when it does not.

    Where entries are capped it asks for leave, and starts when that has come.
    """
    contact, name = turn.contact, plan.name
    if name in turn.rulebook.former and for_contact(turn.rulebook, name, contact) is not plan:
        return "rollout"
    key = key_of(turn, plan.scenario, moment)
    why = refusal(turn, plan, key)
    if why:
        if why in TOLD:
            turn.note("entry_refused", name, why)
        return why
    properties = moment.event.properties if moment.event else moment.properties
    properties = properties if len(properties) <= KEPT_PROPERTIES else b""
    if ticket.ask(turn, name, key, properties, moment.label):
        return ""
    contact.entered += 1
    begin(turn, plan, f"{contact.id}.{contact.entered}", key, properties)
    return ""


def begin(turn: Turn, plan: ScenarioPlan, number: str, key: str, properties: bytes) -> None:
    """Start the run of this id; nothing is asked any more."""
    contact, name = turn.contact, plan.name
    remember(contact, name, key, turn.now)
    run = Run(
        id=number,
        scenario=name,
        version=plan.scenario.version,
        step=plan.first,
        entered=turn.now,
        since=turn.now,
        event=properties,
        key=key,
    )
    turn.note("run_entered", name, run.id)
    contact.runs.append(run)
    turn.changed(passage_of(name))
    walk(turn, run, plan, plan.first)


def resume(turn: Turn, run: Run, target: str | None) -> None:
    """Leave the step that the run waits at and walk on from ``target``."""
    follow(turn, run, target)


def follow(turn: Turn, run: Run, way: Way) -> None:
    """Go the way that the step it waits at has told."""
    if isinstance(way, Stay):
        keep(turn, way.run)
        return
    turn.passes("step_out", run)
    if isinstance(way, Leave):
        _close(turn, run, way.why)
        return
    disarm(turn, run)
    plan = turn.rulebook.plan_of(run)
    if isinstance(way, Pass):
        walk(turn, run, plan, way.target, skip=True)
    else:
        walk(turn, run, plan, way)


def end(turn: Turn, run: Run, why: str) -> None:
    """End a waiting run."""
    follow(turn, run, Leave(why))


def _close(turn: Turn, run: Run, why: str) -> None:
    disarm(turn, run)
    turn.contact.runs = [other for other in turn.contact.runs if other.id != run.id]
    turn.changed(passage_of(run.scenario))
    turn.note("run_ended", run.scenario, [run.id, why])


def disarm(turn: Turn, run: Run) -> None:
    """It is waited for nothing any more."""
    turn.contact.timers.pop(timer_of(run), None)
    turn.contact.timers.pop(watch_of(run), None)


def keep(turn: Turn, run: Run) -> None:
    """As it is now."""
    turn.contact.runs = [run if other.id == run.id else other for other in turn.contact.runs]


def walk(
    turn: Turn,
    run: Run,
    plan: ScenarioPlan,
    target: str | None,
    *,
    skip: bool = False,
    left: int = WALK,
) -> None:
    """Go from step to step until the run waits or ends. ``skip`` passes over the next send.

    What a step causes is worked off before the next one: a goal or an exit stops the run at once.
    """
    for rest in reversed(range(left)):
        if target is None:
            _close(turn, run, "finished")
            return
        if any(leaves(turn.contact, turn.now)[0] for leaves in plan.leaving):
            _close(turn, run, "exit")
            return
        step = plan.steps[target]
        passed = _marked(run, plan, target)
        run = replace(
            run,
            step=target,
            visits=run.visits + 1,
            since=turn.now,
            local=0,
            passed=passed,
            heard=None,
        )
        turn.passes("step_in", run, target)
        causes = len(turn.stale) + len(turn.moments)
        if skip and isinstance(step, Send):
            skip = False
            turn.note("skipped", f"{run.scenario}/{target}", "late")
            way: Way = plan.following[target]
        elif target in run.barred and target in plan.acts:
            turn.note("skipped", f"{run.scenario}/{target}", "done before")
            way = plan.following[target]
        else:
            way = DOES[type(step)](turn, run, plan, step)
        if isinstance(way, Pass):
            skip, way = True, way.target
        if isinstance(way, Stay | Leave):
            follow(turn, run, way)
            return
        if way is not None and len(turn.stale) + len(turn.moments) > causes:
            keep(turn, run)
            turn.walks.append(Walk(run.id, run.visits, way, rest, skip, turn.depth))
            return
        turn.passes("step_out", run, target)
        target = way
    raise Loop(plan.name)


def _marked(run: Run, plan: ScenarioPlan, target: str) -> tuple[int, ...]:
    """The steps that it has done something at, this one too."""
    at = plan.acts.get(target)
    return run.passed if at is None or at in run.passed else (*run.passed, at)


def walk_on(turn: Turn, walk_: Walk) -> None:
    """What its last step caused is worked off: the run goes on, if it is still there."""
    for run in turn.contact.runs:
        if run.id == walk_.run and run.visits == walk_.visits:
            turn.passes("step_out", run)
            plan = turn.rulebook.plan_of(run)
            walk(turn, run, plan, walk_.target, skip=walk_.skip, left=walk_.left)
            return


def decide(turn: Turn) -> None:
    """Runs that wait at a branch for what is being rebuilt: those that can be answered go on."""
    for run in [] if turn.contact.trouble else list(turn.contact.runs):
        plan = turn.rulebook.plan_of(run)
        step = plan.steps[run.step]
        if isinstance(step, Branch) and not turn.rulebook.holds_back(run):
            follow(turn, run, DOES[Branch](turn, run, plan, step))


def lose(turn: Turn, run: Run) -> None:
    """Nobody knows how it goes on: it stays where it is until a rulebook does, or an operator ends it."""
    turn.note("run_lost", run.scenario, [run.id, run.version, run.step])


def fire(turn: Turn, run: Run) -> None:
    """The timer of a waiting run is due; that of a paused one is set again when it goes on.

    Whether the version of one that nobody knows is there again is looked at after ``LOOK``.
    """
    if not turn.rulebook.knows(run):
        turn.contact.timers[timer_of(run)] = turn.now + LOOK
        lose(turn, run)
        return
    if run.scenario in turn.rulebook.paused:
        del turn.contact.timers[timer_of(run)]
        return
    plan = turn.rulebook.plan_of(run)
    step = plan.steps[run.step]
    does = FIRES.get(type(step))
    follow(turn, run, does(turn, run, plan, step) if does else plan.following[run.step])
