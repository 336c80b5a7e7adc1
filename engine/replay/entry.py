"""Why a moment that was a scenario's trigger began no run: the rules of entry, told in words."""

import msgspec

from engine.domain.calendar import written
from engine.domain.contact import Contact
from engine.domain.duration import milliseconds
from engine.domain.event import Event
from engine.domain.rulebook import Rulebook, ScenarioPlan
from engine.domain.scenario import Reentry
from engine.replay.life import Moment


def refusal(plan: ScenarioPlan, moment: Moment, rulebook: Rulebook) -> str:
    """The reason; empty when the moment was not the trigger's."""
    if not _is_trigger(plan, moment):
        return ""
    if plan.name in rulebook.paused:
        return "the scenario was paused"
    message = moment.message
    if isinstance(message, Event):
        if not message.live:
            return "it was imported, or sent with integrations off: that triggers nothing"
        if message.at < moment.row.now - rulebook.max_age:
            return f"it had happened at {written(message.at)}: too old to trigger anything"
        if not _fits(plan, message):
            return f"properties of {message.name} did not fit the trigger"
    return _inside(plan, moment.before) if moment.before else ""


def _is_trigger(plan: ScenarioPlan, moment: Moment) -> bool:
    kind, name = plan.trigger.kind, plan.trigger.name
    if kind == "event":
        return isinstance(moment.message, Event) and moment.message.name == name
    crossed = {"enters": "segment_entered", "leaves": "segment_left"}.get(kind, "")
    return any(fact.what == crossed and fact.subject == name for fact in moment.facts)


def _fits(plan: ScenarioPlan, event: Event) -> bool:
    if plan.trigger.matches is None:
        return True
    return plan.trigger.matches(msgspec.json.decode(event.properties) if event.properties else {})


def _inside(plan: ScenarioPlan, before: Contact) -> str:
    for run in before.runs:
        if run.scenario == plan.name:
            return f"run {run.id} was under way, at step {run.step}"
    last, reentry = before.entries.get(plan.name), plan.scenario.reentry
    if last is not None and reentry == "never":
        return f"it lets nobody in twice; the contact entered at {written(last)}"
    if last is not None and isinstance(reentry, Reentry):
        again = written(last + milliseconds(reentry.once_per))
        return f"once per {reentry.once_per}: last entered at {written(last)}, again from {again}"
    return "a limit of entries was reached"
