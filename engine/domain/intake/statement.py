"""Statements on consent, as they reach a contact: traits, events, links followed, operators' acts.

Anybody may withdraw. A public key cannot give: where the channel has a double opt-in its statement
asks for one, elsewhere it is refused, which is a fact.
"""

from typing import Any, Literal

import msgspec

from engine.domain.conditions.reach import REACH
from engine.domain.consents.permission import address_of
from engine.domain.consents.suppression import LIFTED_BY_CONSENT, scopes_of
from engine.domain.effect import Lift
from engine.domain.event import PUBLIC, SERVER, Event
from engine.domain.intake import optin
from engine.domain.intake.turn import Turn
from engine.domain.message import Stated
from engine.domain.profile.attribute import CONSENT, set_attribute
from engine.domain.profile.consent import (
    OPTED_OUT,
    PURPOSES,
    TRACKING,
    Consent,
    Status,
    allows,
    standing,
    subject_of,
)
from engine.domain.profile.contact import Contact

CHANGED = "Consent Changed"
"""The track event of the long form; see ``_said``."""
LONGEST = 200
"""Characters kept of each piece of evidence."""
GIVE: Literal["granted"] = "granted"
WITHDRAW: Literal["withdrawn"] = "withdrawn"
REQUEST = "requested"
RESUME = "resumed"
"""START after STOP: gives back only what STOP had taken."""
_BASES = ("consent", "soft_opt_in", "legitimate_interest", "contract")


def take_flag(turn: Turn, event: Event, name: str, value: Any) -> None:
    """The trait ``consent_<channel>``: true gives, false and null withdraw."""
    subject = name.removeprefix(CONSENT)
    if value is not None and not isinstance(value, bool):
        turn.note("consent_refused", subject, "neither true nor false")
        return
    status: Status = GIVE if value else WITHDRAW
    said = Consent(status, event.at, event.at, event.source, method="single")
    _judge(turn, event, subject, status, said)


def put_flag(turn: Turn, name: str, value: Any, source: str) -> None:
    """A scenario's step or an operator sets such an attribute."""
    status: Status = GIVE if value is True else WITHDRAW
    state(turn, name.removeprefix(CONSENT), Consent(status, turn.now, turn.now, source))


def take_event(turn: Turn, event: Event) -> None:
    """Properties: ``channel``, ``topic``, ``status`` (granted, withdrawn, requested, resumed), and as
    evidence ``basis``, ``form``, ``wording``, ``language``, ``method``, ``ip``, ``source``, ``note``."""
    told = turn.properties_of(event)
    channel, topic, status = (str(told.get(name) or "") for name in ("channel", "topic", "status"))
    why = _wrong(turn, channel, topic)
    if not why and status not in (GIVE, WITHDRAW, REQUEST, RESUME):
        why = "status is none of granted, withdrawn, requested, resumed"
    if why:
        turn.note("consent_refused", "", why)
        return
    _judge(turn, event, subject_of(channel, topic), status, _said(turn, event, told, topic))


def _wrong(turn: Turn, channel: str, topic: str) -> str:
    if channel not in PURPOSES:
        return f"channel is none of {', '.join(sorted(PURPOSES))}"
    if topic and topic not in turn.rulebook.topics:
        return "topic is not declared in consent.yaml"
    return ""


def _said(turn: Turn, event: Event, told: dict[str, Any], topic: str) -> Consent:
    declared, basis = turn.rulebook.topics.get(topic), _text(told.get("basis"))
    if basis not in _BASES:
        basis = declared.basis if declared else "consent"
    context: dict[str, Any] = msgspec.json.decode(event.context) if event.context else {}
    return Consent(
        GIVE if told.get("status") != WITHDRAW else WITHDRAW,
        event.at,
        event.at,
        _text(told.get("source")) or event.source,
        basis,
        "double" if told.get("method") == "double" and event.trust != PUBLIC else "single",
        _text(told.get("form")),
        _text(told.get("wording")),
        _text(told.get("language")),
        _text(told.get("ip") or context.get("ip")),
        _text(told.get("note")),
    )


def _text(value: Any) -> str:
    return str(value)[:LONGEST] if isinstance(value, str | int | float) else ""


def _judge(turn: Turn, event: Event, subject: str, status: str, said: Consent) -> None:
    """What becomes of a statement, by who made it."""
    held = turn.contact.consents.get(subject)
    if status == WITHDRAW:
        state(turn, subject, said)
    elif status == RESUME:
        stopped = held is not None and not held.granted and held.source == OPTED_OUT
        if event.trust == SERVER and stopped:
            state(turn, subject, said)
        else:
            turn.note("consent_refused", subject, "there was no STOP to take back")
    elif status == REQUEST or event.trust == PUBLIC:
        optin.ask(turn, subject, said)
    else:
        state(turn, subject, said)


def state(turn: Turn, subject: str, said: Consent) -> None:
    """Keep a statement that counts. Each is a fact; what changes a channel shows as an attribute."""
    contact, channel = turn.contact, subject.partition("/")[0]
    held = contact.consents.get(subject)
    now = standing(held, said)
    if now is held:
        return
    contact.consents = contact.consents | {subject: now}
    turn.changed(REACH)
    if now.status == WITHDRAW:
        optin.withdrawn(turn, subject)
    if held is None or held.status != now.status or said.proved:
        turn.note(f"consent_{now.status}", subject, msgspec.to_builtins(said))
    if now.granted and said.proved and channel != TRACKING:
        _lift(turn, channel, subject, said.said)
    if subject == channel:
        show(turn, channel)


def _lift(turn: Turn, channel: str, subject: str, before: int) -> None:
    """What the person had asked for ends with what the person asks for now."""
    address = address_of(turn.contact, channel)
    if address:
        scopes = tuple(scopes_of(channel, subject.partition("/")[2]))
        turn.effects.append(Lift(scopes, address, tuple(LIFTED_BY_CONSENT), before=before))


def show(turn: Turn, channel: str) -> None:
    """The attribute follows the consent, so that conditions can read it."""
    name, value = f"{CONSENT}{channel}", turn.contact.consents[channel].granted
    if turn.contact.attributes.get(name) is not value:
        set_attribute(turn.contact, name, value)
        turn.note("changed", name, [value, "consent"])
        turn.changed(name)


def take_stated(turn: Turn, stated: Stated) -> str:
    """A link that was followed, or what an operator says. Answers the key that a link has proved, or ""."""
    if stated.status == "confirmed":
        found = optin.confirmed(turn, stated)
        if found is None:
            return ""
        state(turn, stated.subject, found.consent)
        return optin.proved(stated.subject, found)
    topic = turn.rulebook.topics.get(stated.subject.partition("/")[2])
    said = Consent(
        stated.status,
        turn.now,
        turn.now,
        stated.by,
        topic.basis if topic else "consent",
        ip=stated.ip,
        note=stated.note,
    )
    state(turn, stated.subject, said)
    return ""


def join(turn: Turn, other: Contact) -> None:
    """A merge: of the statements of both those stand that would if one person had made them all."""
    contact = turn.contact
    for subject, said in other.consents.items():
        held = contact.consents.get(subject)
        stands = said if held is None else _later(held, said)
        contact.consents = contact.consents | {subject: stands}
    for subject, pending in other.optins.items():
        optin.wait(turn, subject, optin.joined(contact.optins.get(subject), pending))
    for subject in [one for one in contact.optins if _undone(contact, one)]:
        optin.drop(turn, subject)
    for subject in contact.consents:
        if "/" not in subject:
            show(turn, subject)


def _later(mine: Consent, other: Consent) -> Consent:
    """The same from both sides; of equal statements the one that proves more, then mine."""
    if mine.said != other.said or mine.granted != other.granted:
        return other if (other.said, not other.granted) > (mine.said, not mine.granted) else mine
    return other if other.proved and not mine.proved else mine


def _undone(contact: Contact, subject: str) -> bool:
    """Whether it was withdrawn after it was asked for, or is granted already."""
    pending, channel = contact.optins[subject], subject.partition("/")[0]
    if allows(contact.consents, channel, subject.partition("/")[2]):
        return True
    held = (contact.consents.get(subject), contact.consents.get(channel))
    return any(one and not one.granted and one.said >= pending.consent.said for one in held)
