"""Double opt-in: asked for, then confirmed by a link that only the address's owner gets, or expired."""

import msgspec

from engine.domain.channel import ADDRESSES
from engine.domain.consents.permission import address_of
from engine.domain.duration import DAY, milliseconds
from engine.domain.effect import Send
from engine.domain.intake.turn import Turn
from engine.domain.message import Stated
from engine.domain.profile.consent import Consent, OptIn, allows
from engine.domain.profile.contact import without
from engine.domain.profile.identity import key_of

TIMER = "optin:"
RUN = "optin"
"""The step in the key of a confirmation message."""
MOST_LINKS = 10
"""How many messages of one request confirm it."""


def ask(turn: Turn, subject: str, said: Consent) -> None:
    """Send the link, unless there is a reason not to, which is a fact."""
    why = _refusal(turn, subject, said)
    if why:
        turn.note("optin_refused", subject, why)
        return
    pending = turn.contact.optins.get(subject)
    asks = tuple(at for at in (pending.asks if pending else ()) if at > turn.now - DAY)
    rules = turn.rulebook.confirm[subject.partition("/")[0]]
    expires = turn.now + milliseconds(rules.within)
    address = address_of(turn.contact, subject.partition("/")[0])
    links = pending.links if pending and pending.address == address else ()
    turn.note("optin_asked", subject, msgspec.to_builtins(said))
    link = _send(turn, subject, rules.template, expires)
    links = (*links, link)[-MOST_LINKS:]
    wait(turn, subject, OptIn(said, expires, (*asks, turn.now), address, links))


def _refusal(turn: Turn, subject: str, said: Consent) -> str:
    contact, (channel, _, topic) = turn.contact, subject.partition("/")
    rules = turn.rulebook.confirm.get(channel)
    if rules is None:
        return "no double opt-in is set up for this channel"
    if not address_of(contact, channel):
        return "no_address"
    if allows(contact.consents, channel, topic):
        return "granted already"
    held = [one for name in (subject, channel) if (one := contact.consents.get(name))]
    if any(one.said >= said.said and not one.granted for one in held):
        return "withdrawn since"
    pending = contact.optins.get(subject)
    lately = [at for at in (pending.asks if pending else ()) if at > turn.now - DAY]
    return "asked too often today" if len(lately) >= rules.per_day else ""


def _send(turn: Turn, subject: str, template: str, expires: int) -> str:
    """The key of the message."""
    contact, channel = turn.contact, subject.partition("/")[0]
    contact.entered += 1
    key = f"{contact.id}.{contact.entered}/{RUN}/1"
    text = turn.rulebook.templates[template]
    named = {
        name: contact.attributes[name]
        for path in text.variables
        if path.startswith("contact.") and (name := path.split(".")[1]) in contact.attributes
    }
    turn.note("intended", channel, key)
    turn.effects.append(
        Send(
            key=key,
            contact=contact.id,
            scenario=f"consent/{subject}",
            channel=channel,
            template=template,
            address=address_of(contact, channel),
            marketing=False,
            variables={"contact": named, "event": {}},
            at=turn.now,
            confirms=subject,
            expires=expires,
        )
    )
    return key


def wait(turn: Turn, subject: str, pending: OptIn) -> None:
    turn.contact.optins = turn.contact.optins | {subject: pending}
    turn.contact.timers[f"{TIMER}{subject}"] = pending.expires


def drop(turn: Turn, subject: str) -> OptIn | None:
    turn.contact.timers.pop(f"{TIMER}{subject}", None)
    waiting = turn.contact.optins
    turn.contact.optins = without(waiting, subject)
    return waiting.get(subject)


def expire(turn: Turn, timer: str) -> None:
    """Nobody followed the link in time."""
    subject = timer.removeprefix(TIMER)
    drop(turn, subject)
    turn.note("optin_expired", subject)


def withdrawn(turn: Turn, subject: str) -> None:
    """What is withdrawn waits for no confirmation any more; a channel takes its topics along."""
    for name in [
        one for one in turn.contact.optins if one == subject or one.startswith(f"{subject}/")
    ]:
        drop(turn, name)


def joined(mine: OptIn | None, other: OptIn) -> OptIn:
    """Of two contacts that become one: what waits longer, and either's links where both asked one address."""
    if mine is None:
        return other
    latest = mine if mine.expires >= other.expires else other
    if mine.address != other.address:
        return latest
    links = dict.fromkeys((*mine.links, *other.links))
    return msgspec.structs.replace(latest, links=tuple(links)[-MOST_LINKS:])


def confirmed(turn: Turn, stated: Stated) -> OptIn | None:
    """What is confirmed, its consent with the evidence of both steps; None when it waits no more.

    Only the address that was asked says yes, and only for itself: whoever asks at an address of their
    own and then names somebody else's has confirmed nothing.
    """
    pending = turn.contact.optins.get(stated.subject)
    held = turn.contact.consents.get(stated.subject)
    if pending is None and held is not None and held.granted and held.confirmed:
        return None  # the button was pressed twice
    if pending is None or pending.expires <= turn.now or not _asked_by(turn, pending, stated):
        turn.note("optin_late", stated.subject)
        return None
    drop(turn, stated.subject)
    turn.note("optin_confirmed", stated.subject, stated.key)
    consent = msgspec.structs.replace(
        pending.consent,
        status="granted",
        said=turn.now,
        method="double",
        confirmed=turn.now,
        confirmed_ip=stated.ip,
    )
    return msgspec.structs.replace(pending, consent=consent)


def _asked_by(turn: Turn, pending: OptIn, stated: Stated) -> bool:
    """Whether the link went to the address that would be written to."""
    channel = stated.subject.partition("/")[0]
    kind, address = ADDRESSES[channel], address_of(turn.contact, channel)
    return stated.key in pending.links and key_of(kind, address) == key_of(kind, pending.address)


def proved(subject: str, confirmed: OptIn) -> str:
    """The key whose owner has confirmed."""
    return key_of(ADDRESSES[subject.partition("/")[0]], confirmed.address)
