"""Why a message left, and why none did: told from the life that was lived again, decision by decision."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from engine.domain.calendar import written
from engine.domain.contact import Contact
from engine.domain.decision import Branch
from engine.domain.effect import Send
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.message import Logged
from engine.domain.rulebook import Rulebook, ScenarioPlan
from engine.domain.why import because
from engine.replay.entry import refusal
from engine.replay.life import Life, Moment

Told = dict[str, Any]


class Decision(NamedTuple):
    """A message that was decided on: in which moment, by which effect."""

    moment: Moment
    send: Send


def message_ids(life: Life) -> list[str]:
    """The keys of every message that was decided on, in order."""
    return [decision.send.key for decision in _decisions(life)]


def why_sent(life: Life, key: str) -> Told | None:
    """Why a message was decided on and what became of it; None when no row tells of it."""
    found = next((one for one in _decisions(life) if one.send.key == key), None)
    if found is None:
        return None
    run, step = key.split("/")[:2]
    scenario = found.send.scenario.partition("/")[0]
    moments = list(_moments(life))
    return {
        "message": key,
        "scenario": scenario,
        "step": step,
        "channel": found.send.channel,
        "template": found.send.template,
        "address": found.send.address,
        "decided": written(found.moment.row.now),
        "entered": _entered(life, moments, scenario, run),
        "way": list(_way(life, moments, scenario, run, found.moment)),
        "allowed": _allowed(found),
        "then": [
            {"at": written(fact.at), "what": fact.what, "detail": fact.detail}
            for moment in moments
            for fact in moment.facts
            if _is_about(fact, key)
        ],
    }


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


def _moments(life: Life) -> Iterator[Moment]:
    """Of the contact and of all that became a part of it, each one's in order."""
    for contact in (*life.pasts, life.contact.id):
        yield from life.moments(contact)


def _decisions(life: Life) -> Iterator[Decision]:
    for moment in _moments(life):
        for effect in moment.effects:
            if isinstance(effect, Send):
                yield Decision(moment, effect)


def _entered(life: Life, moments: list[Moment], scenario: str, run: str) -> Told:
    """How the run began: the message that the contact consumed, and the trigger that it fitted."""
    for moment in moments:
        for fact in moment.facts:
            if fact.what == "run_entered" and fact.subject == scenario and fact.detail == run:
                rulebook = life.rulebook(moment.row.rulebook)
                plan = _in_force(rulebook, scenario)
                told = {"run": run, "at": written(fact.at), "by": consumed(moment.message)}
                if isinstance(moment.message, Event):
                    told["properties"] = _plain(moment.message.properties)
                return told | _trigger(plan, moment, rulebook)
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


def _way(
    life: Life, moments: list[Moment], scenario: str, run: str, last: Moment
) -> Iterator[Told]:
    """The steps from the entry to the decision, each with what it saw where it chose a way."""
    begun = False
    for moment in moments:
        for fact in moment.facts:
            begun = begun or (fact.what == "run_entered" and fact.detail == run)
            name, _, step = fact.subject.partition("/")
            if begun and name == scenario and step and fact.what in ("step_in", "timed_out"):
                yield {
                    "at": written(fact.at),
                    "what": fact.what,
                    "step": step,
                    **_seen(life, moment, scenario, step),
                }
        if moment.row.id == last.row.id and moment.row.contact == last.row.contact:
            return


def _seen(life: Life, moment: Moment, scenario: str, step: str) -> Told:
    rulebook = life.rulebook(moment.row.rulebook)
    plan = _in_force(rulebook, scenario)
    found = plan.steps.get(step) if plan else None
    if not isinstance(found, Branch) or moment.after is None:
        return {}
    asked = (found.if_, *(case.if_ for case in found.when or ()))
    return {
        "because": [
            part
            for condition in asked
            if condition is not None
            for part in because(moment.after, condition, rulebook, moment.row.now)
        ]
    }


def _allowed(found: Decision) -> Told:
    """What made it lawful, as it stood at the decision."""
    send, contact = found.send, found.moment.after
    if not send.marketing:
        return {"transactional": True}
    subjects = [send.channel, *([f"{send.channel}/{send.topic}"] if send.topic else [])]
    consents = {
        subject: msgspec.to_builtins(statement)
        for subject in subjects
        if contact is not None and (statement := contact.consents.get(subject)) is not None
    }
    return {"transactional": False, "consents": consents, "held_until": written(send.held)}


def _entries(life: Life, moment: Moment, scenario: str) -> Iterator[Told]:
    """Of a moment that was the trigger's: that it began, or why it did not."""
    rulebook = life.rulebook(moment.row.rulebook)
    plan = _in_force(rulebook, scenario)
    entered = [f for f in moment.facts if f.what == "run_entered" and f.subject == scenario]
    for fact in entered:
        by = consumed(moment.message)
        yield {"at": written(fact.at), "what": "entered", "why": by, "run": fact.detail}
    if entered or plan is None or moment.before is None:
        return
    why = refusal(plan, moment, rulebook)
    if why:
        yield {"at": written(moment.row.now), "what": "not entered", "why": why}


def _outcomes(moment: Moment, scenario: str) -> Iterator[Told]:
    for fact in moment.facts:
        name, _, step = fact.subject.partition("/")
        if name != scenario:
            continue
        at = written(fact.at)
        if fact.what == "skipped":
            yield {"at": at, "what": f"not sent: {step}", "why": str(fact.detail)}
        elif fact.what == "run_ended":
            run, why = fact.detail
            yield {"at": at, "what": "ended", "why": why, "run": run}


def _is_about(fact: Fact, key: str) -> bool:
    detail = fact.detail
    return detail == key or (isinstance(detail, list) and bool(detail) and detail[0] == key)


def _in_force(rulebook: Rulebook, scenario: str) -> ScenarioPlan | None:
    """The version that runs begin with."""
    for one in rulebook.definitions.scenarios:
        if one.scenario == scenario:
            return rulebook.scenario(scenario, one.version)
    return None


def _plain(raw: bytes) -> Any:
    return msgspec.json.decode(raw) if raw else {}
