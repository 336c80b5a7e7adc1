"""Why a message left, and why none did: told from the life that was lived again, decision by decision."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from engine.domain.effect import Send, contact_of, mark_of
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.profile.calendar import written
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.rollout import for_contact
from engine.domain.surveys.why import because
from engine.replay import capped
from engine.replay.cause import cause
from engine.replay.consumed import consumed
from engine.replay.entry import refusal
from engine.replay.evidence import evidence
from engine.replay.joining import origin
from engine.replay.life import Life, Moment
from engine.replay.outcome import outcomes
from engine.replay.way import plan_of, way

Told = dict[str, Any]
SHORTEST = 8
"""Characters of a file's name by which a message may be named."""


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
    moments = _moments(life)
    entries = (line for moment in moments for line in _entries(life, moment, scenario))
    told = [*entries, *outcomes(moments, scenario)]
    return sorted(told, key=lambda line: str(line["at"]))


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
    came = origin(moments, run)
    if came is None:
        return {"run": run, "at": None, "by": "rows that are kept no longer"}
    moment, why = came
    told = {"at": written(moment.row.now), "by": consumed(moment.message), "why": why}
    return {"run": run, "origin": contact_of(run)} | told


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


def _is_about(fact: Fact, key: str) -> bool:
    detail = fact.detail
    return detail == key or (isinstance(detail, list) and bool(detail) and detail[0] == key)


def _plain(raw: bytes) -> Any:
    return msgspec.json.decode(raw) if raw else {}
