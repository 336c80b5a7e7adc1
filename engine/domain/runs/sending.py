"""The step ``send``: decide on one message, and gather what its template names."""

from typing import Any

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


def send(turn: Turn, run: Run, plan: ScenarioPlan, step: Send) -> Way:
    """An effect when it may be sent, a fact with the reason when not."""
    subject, topic = f"{run.scenario}/{step.id}", plan.scenario.topic or ""
    arm = draw(turn, subject, step.variants) if step.variants else ""
    why = _offer(turn, run, step.channel, arm or str(step.template), step.topic or topic)
    if not why and arm:
        turn.note("arm", f"{subject}:{arm}", run.id)
    instead = step.fallback
    if why and instead is not None:
        turn.note("fallback", subject, [why, instead.channel])
        why = _offer(turn, run, instead.channel, instead.template, instead.topic or topic)
    if why:
        turn.note("skipped", subject, why)
    return plan.following[step.id]


def _offer(turn: Turn, run: Run, channel: str, name: str, topic: str) -> str:
    """Send it if that may be; the reason why not."""
    template = turn.rulebook.templates[name]
    why = refusal(turn.contact, channel, topic, marketing=not template.transactional)
    if not why:
        _intend(turn, run, channel, template, topic)
    return why


def _intend(turn: Turn, run: Run, channel: str, template: Template, topic: str) -> None:
    contact, marketing = turn.contact, not template.transactional
    key = f"{run.id}/{run.step}/{run.visits}"
    turn.note("intended", channel, key)
    opens = opening(turn.rulebook, contact, channel, turn.now) if marketing else turn.now
    if opens > turn.now:
        turn.note("held", channel, [key, opens])
    turn.effects.append(
        effect.Send(
            key=key,
            contact=contact.id,
            scenario=f"{run.scenario}/{run.step}",
            channel=channel,
            template=template.template,
            address=address_of(contact, channel),
            marketing=marketing,
            variables=_gathered(turn, run, template),
            at=turn.now,
            topic=topic,
            held=opens if opens > turn.now else 0,
            tracking=allows(contact.consents, TRACKING),
        )
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
