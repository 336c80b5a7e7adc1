"""What owners are told of a hand-off: messages of the contact's outbox, to somebody else's address.

The contact's consent is not asked, for it is not written to; its address does not matter either.
"""

from datetime import datetime
from typing import Any

import msgspec

from engine.domain.channel import ADDRESSES
from engine.domain.duration import DAY
from engine.domain.effect import Send
from engine.domain.intake.turn import Turn
from engine.domain.language.team import Owner
from engine.domain.language.template import Template
from engine.domain.profile.calendar import zone_named
from engine.domain.profile.offer import MARK, Offer
from engine.domain.profile.phone import e164
from engine.domain.profile.reserved import read

HOLDS = 30 * DAY
"""How long the links of a message to an owner hold; each message brings new ones."""
_CLOCK = {"fr": "%d/%m/%Y %H:%M", "en": "%Y-%m-%d %H:%M"}


def send(turn: Turn, held: Offer, name: str, to: str) -> Offer:
    """Write to owner ``to``; the offer, which counts its messages. Why not is a fact."""
    team, template = turn.rulebook.team, turn.rulebook.templates.get(name)
    owner = team.owners.get(to) or team.owners.get(team.default)
    address = _address(owner, template)
    subject = f"{MARK}/{held.handoff}"
    if not address or template is None or owner is None:
        turn.note("skipped", subject, "no_address" if template else "no_template")
        return held
    told = held.told + 1
    key = f"{held.id}/{MARK}/{told}"
    turn.note("intended", template.channel, key)
    turn.effects.append(
        Send(
            key=key,
            contact=turn.contact.id,
            scenario=subject,
            channel=template.channel,
            template=name,
            address=address,
            marketing=False,
            variables=_variables(turn, template, held, owner),
            at=turn.now,
            expires=turn.now + HOLDS,
            handoff=f"{held.id}/{owner.owner}",
        )
    )
    return msgspec.structs.replace(held, told=told)


def _address(owner: Owner | None, template: Template | None) -> str:
    if owner is None or template is None:
        return ""
    return owner.email if ADDRESSES[template.channel] == "email" else e164(owner.phone)


def _variables(turn: Turn, template: Template, held: Offer, owner: Owner) -> dict[str, Any]:
    """Of the contact only what the template names; of the hand-off all there is."""
    contact, named = turn.contact, [path.split(".") for path in template.variables]
    attributes = {name[1]: read(contact, name[1]) for name in named if name[0] == "contact"}
    handoff = turn.rulebook.team.handoffs[held.handoff]
    return {
        "contact": {name: value for name, value in attributes.items() if value is not None},
        "company": dict(contact.company),
        "event": {},
        "handoff": {
            "name": held.handoff,
            "title": handoff.title or held.handoff,
            "reason": held.reason,
            "owner": owner.name,
            "language": owner.language,
            "assigned": _name(turn, held.owner),
            "raised": _clock(turn, held.raised, owner),
            "deadline": _clock(turn, held.deadline, owner),
            "scores": [
                {"score": line.score, "value": line.value, "parts": [list(p) for p in line.parts]}
                for line in held.lines
            ],
            "actions": [
                {"name": one.name, "at": _clock(turn, one.at, owner)} for one in held.actions
            ],
        },
    }


def _name(turn: Turn, owner: str) -> str:
    known = turn.rulebook.team.owners.get(owner)
    return known.name if known else owner


def _clock(turn: Turn, instant: int, owner: Owner) -> str:
    """In the workspace's zone, as the owner's language writes it."""
    zone = zone_named(turn.rulebook.zone)
    return datetime.fromtimestamp(instant / 1_000, zone).strftime(_CLOCK[owner.language])
