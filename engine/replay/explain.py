"""Why a message left, and why none did: told from the life that was lived again, decision by decision."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from engine.domain.effect import Send, mark_of
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.message import Logged
from engine.domain.profile.calendar import written
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.rollout import for_contact
from engine.domain.surveys.why import because
from engine.replay import capped
from engine.replay.cause import cause
from engine.replay.entry import refusal
from engine.replay.evidence import evidence
from engine.replay.life import Life, Moment
from engine.replay.way import plan_of, way

Told = dict[str, Any]
SHORTEST = 8
"""Characters of a file's name by which a message may be named."""
_JOINED = {
    "run_taken": "it goes on in this contact after a merge, or its undoing",
    "run_dropped": "a merge: the contact that took over had entered already",
}


class Decision(NamedTuple):
    """A message that was decided on: in which moment, by which effect."""

    moment: Moment
    send: Send


def message_ids(life: Life) -> list[str]:
    """The keys of every message that was decided on, in order."""
    return [decision.send.key for decision in _decisions(_moments(life))]


def why_sent(life: Life, message: str) -> Told | None:
    """Why a message was decided on and what became of it; None when no row tells of it.

    ``message`` is its key, its Message-ID, or the name of its file in the mailbox.
    """
    moments = _moments(life)
    found = next((one for one in _decisions(moments) if _is_meant(one, message, moments)), None)
    if found is None:
        return None
    send = found.send
    run, step = send.key.split("/")[:2]
    scenario = send.scenario.partition("/")[0]
    caused = cause(send, found.moment, consumed(found.moment.message))
    return {
        "message": send.key,
        "scenario": scenario if caused is None else None,
        "step": step,
        "channel": send.channel,
        "template": send.template,
        "address": send.address,
        "decided": written(found.moment.row.now),
        "caused": caused,
        "entered": None if caused else _entered(life, moments, scenario, run),
        "way": [] if caused else list(way(life, moments, run, scenario, send.key)),
        "allowed": _allowed(found),
        "then": [
            {"at": written(fact.at), "what": fact.what, "detail": _rest(fact)}
            for moment in moments
            for fact in moment.facts
            if _is_about(fact, send.key)
        ],
    }


def _is_meant(one: Decision, message: str, moments: list[Moment]) -> bool:
    wanted = message.strip("<>").partition("@")[0]
    key = one.send.key
    if wanted in (key, mark_of(key)):
        return True
    stem = wanted.removesuffix(".eml").rpartition("/")[2]
    return len(stem) > SHORTEST and any(
        stem in str(fact.detail[1])
        for moment in moments
        for fact in moment.facts
        if fact.what == "sent" and _is_about(fact, key) and len(fact.detail) > 1
    )


def _rest(fact: Fact) -> Any:
    """What the fact tells beside the key."""
    if not isinstance(fact.detail, list):
        return None
    return [part for part in fact.detail[1:] if part not in ("", None)] or None


def scenarios(life: Life) -> list[str]:
    """The names of those that were in force at one of the contact's rows, thresholds' own too."""
    versions = {row.rulebook for row in life.rows()} | {life.version}
    return sorted({name for one in versions for name in life.rulebook(one).in_force})


def why_not(life: Life, scenario: str) -> list[Told]:
    """Each time that the scenario might have begun for the contact, or was to send, and what came of it."""
    told = [
        line
        for moment in _moments(life)
        for line in chain(_entries(life, moment, scenario), _outcomes(moment, scenario))
    ]
    return sorted(told, key=lambda line: str(line["at"]))


def consumed(message: Logged) -> str:
    """A message in a few words."""
    kind = str(message.__struct_config__.tag)
    match message:
        case Event():
            return f"{message.kind} {message.name}".strip()
        case _:
            what = getattr(message, "outcome", "") or getattr(message, "act", "")
            return f"{kind} {what}".strip()


def _moments(life: Life) -> list[Moment]:
    """Of the contact and of all that became a part of it, in order: whoever merged first comes first."""
    lived = chain.from_iterable(map(life.moments, (*reversed(life.pasts), life.contact.id)))
    return sorted(lived, key=lambda moment: moment.row.now)


def _decisions(moments: list[Moment]) -> Iterator[Decision]:
    for moment in moments:
        for effect in moment.effects:
            if isinstance(effect, Send):
                yield Decision(moment, effect)


def _entered(life: Life, moments: list[Moment], scenario: str, run: str) -> Told:
    """How the run began: the message that the contact consumed, and the trigger that it fitted."""
    for moment in moments:
        for fact in moment.facts:
            if fact.what == "run_entered" and fact.subject == scenario and fact.detail == run:
                rulebook = life.rulebook(moment.row.rulebook)
                plan = plan_of(life, moment, run, scenario)
                begun = capped.asked_in(moments, run) or moment
                told = {"run": run, "at": written(fact.at), "by": consumed(begun.message)}
                if begun is not moment:
                    told["asked"] = written(begun.row.now)
                if isinstance(begun.message, Event):
                    told["properties"] = _plain(begun.message.properties)
                return told | _trigger(plan, begun, rulebook)
    return {"run": run, "at": None, "by": "rows that are kept no longer"}


def _trigger(plan: ScenarioPlan | None, moment: Moment, rulebook: Rulebook) -> Told:
    if plan is None:
        return {}
    trigger = plan.scenario.trigger
    told: Told = {"version": plan.scenario.version, "trigger": msgspec.to_builtins(trigger)}
    if trigger is not None and trigger.enters and moment.after is not None:
        told["because"] = _segment(trigger.enters, moment.after, rulebook, moment.row.now)
    return told


def _segment(name: str, contact: Contact, rulebook: Rulebook, now: int) -> list[Told]:
    for segment in rulebook.definitions.segments:
        if segment.segment == name:
            return because(contact, segment.condition, rulebook, now)
    return []


def _allowed(found: Decision) -> Told:
    """What made it lawful, as it stood at the decision."""
    send, contact = found.send, found.moment.after
    if not send.marketing:
        return {"transactional": True}
    subjects = [send.channel, *([f"{send.channel}/{send.topic}"] if send.topic else [])]
    consents = {
        subject: evidence(statement)
        for subject in subjects
        if contact is not None and (statement := contact.consents.get(subject)) is not None
    }
    return {"transactional": False, "consents": consents, "held_until": written(send.held)}


def _entries(life: Life, moment: Moment, scenario: str) -> Iterator[Told]:
    """Of a moment that was the trigger's: that it began, or why it did not."""
    rulebook = life.rulebook(moment.row.rulebook)
    plan, before = rulebook.in_force.get(scenario), moment.before
    entered = [f for f in moment.facts if f.what == "run_entered" and f.subject == scenario]
    for fact in entered:
        by = consumed(moment.message)
        yield {"at": written(fact.at), "what": "entered", "why": by, "run": fact.detail}
    if entered or plan is None or before is None:
        return
    yield from capped.lines(moment, scenario, plan.cap)
    why = refusal(for_contact(rulebook, scenario, before) or plan, moment, rulebook)
    if why:
        yield {"at": written(moment.row.now), "what": "not entered", "why": why}


def _outcomes(moment: Moment, scenario: str) -> Iterator[Told]:
    sent = [one for one in moment.effects if isinstance(one, Send)]
    keys = {
        one.key: step
        for one in sent
        for name, _, step in [one.scenario.partition("/")]
        if name == scenario
    }
    for fact in moment.facts:
        at, (name, _, step) = written(fact.at), fact.subject.partition("/")
        key = fact.detail if fact.what == "intended" else None
        if key in keys:
            yield {"at": at, "what": f"decided: {keys[key]}", "why": f"message {key}"}
        if name != scenario:
            continue
        if fact.what == "skipped":
            yield {"at": at, "what": f"not sent: {step}", "why": str(fact.detail)}
        elif fact.what == "run_ended":
            run, why = fact.detail
            yield {"at": at, "what": "ended", "why": why, "run": run}
        elif fact.what == "run_migrated":
            run, before, after, left, step = fact.detail
            why = f"from version {before} at {left} to version {after} at {step}"
            yield {"at": at, "what": "migrated", "why": why, "run": run}
        elif fact.what == "run_lost":
            run, version, step = fact.detail
            why = f"version {version}, which was not known then, at {step}"
            yield {"at": at, "what": "held", "why": why, "run": run}
        elif fact.what in _JOINED:
            yield {"at": at, "what": fact.what, "why": _JOINED[fact.what], "run": fact.detail}


def _is_about(fact: Fact, key: str) -> bool:
    detail = fact.detail
    return detail == key or (isinstance(detail, list) and bool(detail) and detail[0] == key)


def _plain(raw: bytes) -> Any:
    return msgspec.json.decode(raw) if raw else {}
