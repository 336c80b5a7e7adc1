"""Runs: one contact's passage through a scenario. Starting, walking from step to step, ending."""

from typing import Any, assert_never

import msgspec

from engine.domain import effect, statement
from engine.domain.attribute import MISFIT, is_flag, misfit, set_attribute, unchanged
from engine.domain.calendar import ZONE_ATTRIBUTE, next_local, zone_of
from engine.domain.collect import collected
from engine.domain.consent import TRACKING, allows
from engine.domain.contact import Contact, Run
from engine.domain.duration import MINUTE, milliseconds
from engine.domain.passage import passage_of
from engine.domain.permission import address_of, opening, refusal
from engine.domain.reserved import read
from engine.domain.rulebook import ScenarioPlan
from engine.domain.scenario import Branch, Exit, Reentry, Scenario, Send, Set, Wait, WaitFor
from engine.domain.template import Template
from engine.domain.turn import Happened, Loop, Turn

WALK = 1_000
"""Steps that one message may walk through; a walk without a wait ends there."""
KEPT_PROPERTIES = 2_048
"""Bytes of the trigger's properties that a run remembers for its templates."""
PAUSED_LOOK = 5 * MINUTE
"""How soon a due run of a paused scenario is looked at again."""

replace = msgspec.structs.replace


def timer_of(run: Run) -> str:
    return f"run:{run.id}"


def enter(turn: Turn, plan: ScenarioPlan, moment: Happened) -> None:
    """Start a run if the scenario lets the contact in (again)."""
    contact, name = turn.contact, plan.name
    if name in turn.rulebook.paused or any(run.scenario == name for run in contact.runs):
        return
    if not _may_enter(plan.scenario, contact.entries.get(name), turn.now):
        return
    contact.entered += 1
    contact.entries[name] = turn.now
    properties = moment.event.properties if moment.event else b""
    run = Run(
        id=f"{contact.id}.{contact.entered}",
        scenario=name,
        version=plan.scenario.version,
        step=plan.first,
        entered=turn.now,
        since=turn.now,
        event=properties if len(properties) <= KEPT_PROPERTIES else b"",
    )
    turn.note("run_entered", name, run.id)
    contact.runs.append(run)
    turn.changed(passage_of(name))
    walk(turn, run, plan, plan.first)


def _may_enter(scenario: Scenario, last: int | None, now: int) -> bool:
    if last is None or scenario.reentry == "always":
        return True
    if isinstance(scenario.reentry, Reentry):
        return now - last >= milliseconds(scenario.reentry.once_per)
    return False


def resume(turn: Turn, run: Run, target: str | None) -> None:
    """Leave the step that the run waits at and walk on from ``target``."""
    turn.note("step_out", f"{run.scenario}/{run.step}")
    turn.contact.timers.pop(timer_of(run), None)
    walk(turn, run, turn.rulebook.scenario(run.scenario, run.version), target)


def end(turn: Turn, run: Run, why: str) -> None:
    """End a waiting run."""
    turn.note("step_out", f"{run.scenario}/{run.step}")
    _close(turn, run, why)


def _close(turn: Turn, run: Run, why: str) -> None:
    turn.contact.timers.pop(timer_of(run), None)
    turn.contact.runs = [other for other in turn.contact.runs if other.id != run.id]
    turn.changed(passage_of(run.scenario))
    turn.note("run_ended", run.scenario, [run.id, why])


def walk(
    turn: Turn, run: Run, plan: ScenarioPlan, target: str | None, *, skip: bool = False
) -> None:
    """Go from step to step until the run waits or ends. ``skip`` passes over the next send."""
    for _ in range(WALK):
        if target is None:
            _close(turn, run, "finished")
            return
        step = plan.steps[target]
        subject = f"{run.scenario}/{target}"
        run = replace(run, step=target, visits=run.visits + 1, since=turn.now, local=0)
        turn.note("step_in", subject)
        if isinstance(step, Wait | WaitFor):
            _keep(turn, _timed(turn, run, step))
            return
        if turn.contact.pending and isinstance(step, Branch) and _is_unknown(turn, plan, step):
            _keep(turn, run)
            return
        if isinstance(step, Send) and skip:
            turn.note("skipped", subject, "late")
            skip, target = False, plan.following[target]
        else:
            target = _instant(turn, run, plan, step)
        turn.note("step_out", subject)
        if isinstance(step, Exit):
            _close(turn, run, "exit")
            return
    raise Loop(plan.name)


def _instant(
    turn: Turn, run: Run, plan: ScenarioPlan, step: Send | Branch | Set | Exit
) -> str | None:
    """Do a step that takes no time; the id of the next one."""
    following = plan.following[step.id]
    match step:
        case Send():
            _send(turn, run, step, step.topic or plan.scenario.topic or "")
        case Branch():
            holds, _flips = plan.branches[step.id](turn.contact, turn.now)
            return (step.then if holds else step.else_) or following
        case Set() if not unchanged(turn.contact.attributes.get(step.attribute), step.to):
            put(turn, step.attribute, step.to, run.id)
        case Set():
            pass
        case Exit():
            return None
        case _:
            assert_never(step)
    return following


def _is_unknown(turn: Turn, plan: ScenarioPlan, step: Branch) -> bool:
    return plan.branches[step.id](turn.contact, turn.now)[0] is None


def decide(turn: Turn) -> None:
    """Runs that wait at a branch for what is being rebuilt: those that can be answered go on."""
    for run in list(turn.contact.runs):
        plan = turn.rulebook.scenario(run.scenario, run.version)
        step = plan.steps[run.step]
        if not isinstance(step, Branch) or run.scenario in turn.rulebook.paused:
            continue
        if not _is_unknown(turn, plan, step):
            resume(turn, run, _instant(turn, run, plan, step))


def _keep(turn: Turn, run: Run) -> None:
    turn.contact.runs = [run if other.id == run.id else other for other in turn.contact.runs]


def _timed(turn: Turn, run: Run, step: Wait | WaitFor) -> Run:
    """Arm the wait's timer; a local time remembers from when on it was wanted."""
    duration = step.timeout if isinstance(step, WaitFor) else step.for_
    due = turn.now + (milliseconds(duration) if duration else 0)
    if isinstance(step, WaitFor) or step.at is None:
        if duration:
            turn.contact.timers[timer_of(run)] = due
        return run
    zone = zone_of(turn.contact, turn.rulebook.zone)
    turn.contact.timers[timer_of(run)] = next_local(due, step.at, zone)
    return replace(run, local=due)


def put(turn: Turn, name: str, value: Any, by: str) -> None:
    """Change an attribute; ``by`` is a source, an operator, a run or a reason. A misfit changes nothing."""
    if is_flag(name):
        statement.put_flag(turn, name, value, by)
        return
    expected = turn.rulebook.attributes.get(name)
    why = misfit(expected, value) if expected else ""
    if why:
        turn.note(MISFIT, name, why)
        return
    set_attribute(turn.contact.attributes, name, value)
    turn.note("changed", name, [value, by])
    turn.changed(name)
    if name == ZONE_ATTRIBUTE:
        rezone(turn)


def rezone(turn: Turn) -> None:
    """The contact's zone may have changed: waits for a local time aim anew."""
    zone = zone_of(turn.contact, turn.rulebook.zone)
    for run in turn.contact.runs:
        step = turn.rulebook.scenario(run.scenario, run.version).steps[run.step]
        if run.local and isinstance(step, Wait) and step.at is not None:
            since = max(run.local, turn.now)
            turn.contact.timers[timer_of(run)] = next_local(since, step.at, zone)


def _send(turn: Turn, run: Run, step: Send, topic: str) -> None:
    """Decide on one message: an effect when it may be sent, a fact with the reason when not."""
    contact, subject = turn.contact, f"{run.scenario}/{step.id}"
    template = turn.rulebook.templates[step.template]
    marketing = not template.transactional
    why = refusal(contact, step.channel, topic, marketing=marketing)
    if why:
        turn.note("skipped", subject, why)
        return
    key = f"{run.id}/{step.id}/{run.visits}"
    turn.note("intended", step.channel, key)
    opens = opening(turn.rulebook, contact, step.channel, turn.now) if marketing else turn.now
    if opens > turn.now:
        turn.note("held", step.channel, [key, opens])
    turn.effects.append(
        effect.Send(
            key=key,
            contact=contact.id,
            scenario=subject,
            channel=step.channel,
            template=step.template,
            address=address_of(contact, step.channel),
            marketing=marketing,
            variables=variables_of(template, contact, run)
            | _figures_of(turn, template)
            | collected(contact, template.variables),
            at=turn.now,
            topic=topic,
            held=opens if opens > turn.now else 0,
            tracking=allows(contact.consents, TRACKING),
        )
    )


def variables_of(template: Template, contact: Contact, run: Run) -> dict[str, Any]:
    """Only what the template names: ``contact.<attribute>`` and ``event.<property>``."""
    properties: dict[str, Any] = msgspec.json.decode(run.event) if run.event else {}
    others = {"event": properties, "company": contact.company}
    chosen: dict[str, dict[str, Any]] = {"contact": {}, "event": {}}
    for path in template.variables:
        root, _, rest = path.partition(".")
        name = rest.partition(".")[0]
        if root == "company":
            chosen.setdefault(root, {})
        value = read(contact, name) if root == "contact" else others.get(root, {}).get(name)
        if root in chosen and value is not None:
            chosen[root][name] = value
    return chosen


def _figures_of(turn: Turn, template: Template) -> dict[str, Any]:
    """``aggregates.<name>`` of what the template names, as they are now."""
    paths = [path.split(".") for path in template.variables]
    names = {path[1] for path in paths if path[0] == "aggregates"}
    readings = turn.rulebook.readings
    figures = {name: readings[name].value(turn.contact, turn.now) for name in names & {*readings}}
    return {"aggregates": figures} if figures else {}


def fire(turn: Turn, run: Run, due: int) -> None:
    """The timer of a waiting run is due."""
    if run.scenario in turn.rulebook.paused:
        turn.contact.timers[timer_of(run)] = turn.now + PAUSED_LOOK
        return
    plan = turn.rulebook.scenario(run.scenario, run.version)
    step, following = plan.steps[run.step], plan.following[run.step]
    if isinstance(step, WaitFor):
        turn.note("timed_out", f"{run.scenario}/{run.step}")
        resume(turn, run, step.else_ or following)
        return
    policy = step.late if isinstance(step, Wait) and turn.now - due > turn.rulebook.late else "send"
    if policy == "exit":
        end(turn, run, "late")
        return
    turn.note("step_out", f"{run.scenario}/{run.step}")
    turn.contact.timers.pop(timer_of(run), None)
    walk(turn, run, plan, following, skip=policy == "skip")
