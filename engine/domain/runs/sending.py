"""The step ``send``: decide on one message, and gather what its template names."""

from typing import Any, NamedTuple

import msgspec

from engine.domain import effect
from engine.domain.consents.permission import address_of, opening, refusal
from engine.domain.intake.collect import collected
from engine.domain.intake.turn import Turn
from engine.domain.language.action import Send
from engine.domain.language.template import Template
from engine.domain.profile.consent import TRACKING, allows
from engine.domain.profile.contact import Contact, Run
from engine.domain.profile.reserved import read
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.arm import draw
from engine.domain.runs.way import Way

INSTEAD = "instead"
"""Ends the key of what stands in for a message that was refused after it had been queued."""

replace = msgspec.structs.replace


class Offer(NamedTuple):
    """What may be sent."""

    channel: str
    template: str
    topic: str


def send(turn: Turn, run: Run, plan: ScenarioPlan, step: Send) -> Way:
    """An effect when it may be sent, a fact with the reason when not."""
    subject, topic = f"{run.scenario}/{step.id}", plan.scenario.topic or ""
    arm = draw(turn, subject, step.variants) if step.variants else ""
    first = Offer(step.channel, arm or str(step.template), step.topic or topic)
    second = None
    if step.fallback is not None:
        instead = step.fallback
        second = Offer(instead.channel, instead.template, instead.topic or topic)
    why = _offered(turn, run, first, second)
    if not why and arm:
        turn.note("arm", f"{subject}:{arm}", run.id)
    if why and second is not None:
        turn.note("fallback", subject, [why, second.channel])
        why = _offered(turn, run, second)
    if why:
        turn.note("skipped", subject, why)
    return plan.following[step.id]


def _offered(turn: Turn, run: Run, offer: Offer, instead: Offer | None = None) -> str:
    """Send it if that may be, with what stands in should it be refused later; the reason why not."""
    marketing = not turn.rulebook.templates[offer.template].transactional
    why = refusal(turn.contact, offer.channel, offer.topic, marketing=marketing)
    if not why:
        message = _message(turn, run, offer)
        other = instead and replace(_message(turn, run, instead), key=f"{message.key}/{INSTEAD}")
        leave(turn, replace(message, instead=other))
    return why


def leave(turn: Turn, message: effect.Send) -> None:
    """Queue it, addressed as of now; one that may not leave at this hour is held."""
    contact, channel = turn.contact, message.channel
    turn.note("intended", channel, message.key)
    opens = opening(turn.rulebook, contact, channel, turn.now) if message.marketing else turn.now
    if opens > turn.now:
        turn.note("held", channel, [message.key, opens])
    turn.effects.append(
        replace(
            message,
            contact=contact.id,
            address=address_of(contact, channel),
            at=turn.now,
            held=opens if opens > turn.now else 0,
            tracking=allows(contact.consents, TRACKING),
        )
    )


def _message(turn: Turn, run: Run, offer: Offer) -> effect.Send:
    template = turn.rulebook.templates[offer.template]
    return effect.Send(
        key=f"{run.id}/{run.step}/{run.visits}",
        contact=turn.contact.id,
        scenario=f"{run.scenario}/{run.step}",
        channel=offer.channel,
        template=template.template,
        address="",
        marketing=not template.transactional,
        variables=_gathered(turn, run, template),
        at=turn.now,
        topic=offer.topic,
    )


def _gathered(turn: Turn, run: Run, template: Template) -> dict[str, Any]:
    contact, grades = turn.contact, turn.rulebook.grades
    chosen = variables_of(template, contact, run)
    if grades is not None and "contact.grade" in template.variables:
        chosen["contact"]["grade"] = grades.of(contact, turn.now)
    return chosen | _figures_of(turn, template) | collected(contact, template.variables)


def variables_of(template: Template, contact: Contact, run: Run) -> dict[str, Any]:
    """Only what the template names: ``contact.<attribute>`` and ``event.<property>``."""
    properties: dict[str, Any] = msgspec.json.decode(run.event) if run.event else {}
    others = {"event": properties, "company": contact.company}
    chosen: dict[str, dict[str, Any]] = {"contact": {}, "event": {}}
    if run.digest and any(path.startswith("digest.") for path in template.variables):
        items = msgspec.json.decode(b"[" + run.digest + b"]")
        chosen["digest"] = {"items": items, "count": len(items) + run.left}
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
