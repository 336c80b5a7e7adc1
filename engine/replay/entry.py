"""Why a moment that was a scenario's trigger began no run: the rules of entry, told in words."""

import msgspec

from engine.domain.duration import milliseconds
from engine.domain.event import Event
from engine.domain.intake.lifecycle import CHANGED
from engine.domain.intake.turn import Happened, Turn
from engine.domain.language.scenario import Reentry
from engine.domain.profile.calendar import written
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.moment_plan import CHANGES, DUE, HAND, STAGE
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs import entry
from engine.domain.runs.dating import MISSED, TIMER
from engine.domain.runs.rollout import for_contact
from engine.replay.joining import quietly
from engine.replay.life import Moment

_CROSSED = {
    "enters": "segment_entered",
    "leaves": "segment_left",
    "joins": "list_joined",
    "quits": "list_left",
    CHANGES: "changed",
    HAND: "start_refused",
}

_WORDS = {
    "paused": "the scenario was paused",
    "too_many": f"{entry.AT_ONCE} runs of it were under way",
    "filter": "the scenario's filter did not fit the contact",
    "pending": "what the scenario's filter asks about was still being counted",
    MISSED: "the engine was down when its date came, for longer than max_age",
}


def refusal(plan: ScenarioPlan, moment: Moment, rulebook: Rulebook) -> str:
    """The reason; empty when the moment was not the trigger's, or there was none."""
    message = moment.message
    if moment.before is None or not _is_trigger(plan, moment):
        return ""
    if isinstance(message, Event):
        if not message.live:
            return "it was imported, or sent with integrations off: that triggers nothing"
        if message.at < moment.row.now - rulebook.max_age:
            return f"it had happened at {written(message.at)}: too old to trigger anything"
        if plan.trigger.kind == "event" and not _fits(plan, message):
            told = message.properties.decode() or "{}"
            return f"properties of {message.name} did not fit the trigger: {told}"
    return (
        _unfit(plan, moment.before, moment)
        or _told(plan, moment)
        or _reserved(plan, moment.before, rulebook)
        or _worded(plan, moment.before, moment, rulebook)
        or quietly(moment)
    )


def _told(plan: ScenarioPlan, moment: Moment) -> str:
    """The reason that is a fact."""
    facts = (f for f in moment.facts if f.what == "entry_refused" and f.subject == plan.name)
    return next((_WORDS[str(f.detail)] for f in facts if f.detail in _WORDS), "")


def _is_trigger(plan: ScenarioPlan, moment: Moment) -> bool:
    kind, name = plan.trigger.kind, plan.trigger.name
    if kind == "event":
        return isinstance(moment.message, Event) and moment.message.name == name
    if kind == STAGE:
        return any(f.what == CHANGED and f.subject.endswith(f"/{name}") for f in moment.facts)
    if kind == DUE:
        due = moment.before.timers.get(f"{TIMER}{name}") if moment.before is not None else None
        return due is not None and due <= moment.row.now
    crossed = _CROSSED.get(kind)
    return any(fact.what == crossed and fact.subject == name for fact in moment.facts)


def _fits(plan: ScenarioPlan, event: Event) -> bool:
    if plan.trigger.matches is None:
        return True
    return plan.trigger.matches(msgspec.json.decode(event.properties) if event.properties else {})


def _reserved(plan: ScenarioPlan, before: Contact, rulebook: Rulebook) -> str:
    """A first version that is not rolled out to everybody."""
    if for_contact(rulebook, plan.name, before) is not None:
        return ""
    return (
        f"version {plan.scenario.version} is for {plan.scenario.rollout} of contacts, not this one"
    )


def _unfit(plan: ScenarioPlan, before: Contact, moment: Moment) -> str:
    """Why a change was none that the trigger asks for."""
    name = plan.trigger.name
    if plan.trigger.kind == STAGE and plan.trigger.matches is not None:
        crossed = (f.subject.partition("/") for f in moment.facts if f.what == CHANGED)
        sources = [source for source, _, target in crossed if target == name]
        if not plan.trigger.matches({"from": sources[-1] or None}):
            return f"it came from stage {sources[-1] or 'none'}, which does not fit the trigger"
    if plan.trigger.kind != CHANGES or plan.trigger.matches is None:
        return ""
    values = [f.detail[0] for f in moment.facts if f.what == "changed" and f.subject == name]
    held = before.attributes.get(name)
    if not plan.trigger.matches({"from": held, "to": values[-1]}):
        return f"{name} changed from {held} to {values[-1]}, which does not fit the trigger"
    return ""


def _worded(plan: ScenarioPlan, before: Contact, moment: Moment, rulebook: Rulebook) -> str:
    """The rule of entry that kept it out, as the step itself finds it."""
    turn = Turn(before.draft(), rulebook, moment.row.now)
    event = moment.message if isinstance(moment.message, Event) else None
    happened = Happened(plan.trigger.kind, plan.trigger.name, turn.now, 0, event=event)
    key = entry.key_of(turn, plan.scenario, happened)
    match entry.refusal(turn, plan, key):
        case "no_key":
            return f"it named no {plan.scenario.key}"
        case "inside":
            [run, *_] = [r for r in before.runs if r.scenario == plan.name and r.key == key]
            return f"run {run.id} was under way, at step {run.step}"
        case "reentry":
            last = before.entries[entry.entry_for(plan.name, key)]
            return _again(plan.scenario.reentry, last)
        case why:
            return _WORDS.get(why, "")


def _again(reentry: Reentry | str, last: int) -> str:
    if isinstance(reentry, Reentry):
        again = written(last + milliseconds(reentry.once_per))
        return f"once per {reentry.once_per}: last entered at {written(last)}, again from {again}"
    return f"it lets nobody in twice; the contact entered at {written(last)}"
