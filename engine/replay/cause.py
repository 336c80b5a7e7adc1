"""What a message came of that no step of a scenario sent: a hand-off, a webhook, a double opt-in."""

from typing import Any

from engine.domain.effect import Send
from engine.domain.intake import webhook
from engine.domain.language.endpoint import is_webhook
from engine.domain.profile import offer
from engine.domain.profile.calendar import written
from engine.replay.life import Moment

Told = dict[str, Any]


def cause(send: Send, moment: Moment, by: str) -> Told | None:
    """None for a message that a run has sent. ``by`` are the words for what the contact consumed."""
    told: Told = {"at": written(moment.row.now), "by": by}
    step = send.key.split("/")[1]
    if step == offer.MARK:
        return told | _handoff(send, moment)
    if is_webhook(send.channel) and step == webhook.STEP:
        endpoint = send.channel.partition("/")[2]
        return told | {"webhook": endpoint, "type": send.variables["type"]} | _named(send)
    if send.confirms:
        return told | {"confirms": send.confirms}
    return None


def _handoff(send: Send, moment: Moment) -> Told:
    id_, _, owner = send.handoff.partition("/")
    for fact in moment.facts:
        if fact.what.startswith("handoff_") and id_ in (fact.detail or ())[:1]:
            became = fact.what.removeprefix("handoff_")
            told = {"handoff": fact.subject, "became": became, "owner": owner}
            return told | ({"reason": fact.detail[2]} if became == "raised" else {})
    return {"handoff": send.handoff, "owner": owner}


def _named(send: Send) -> Told:
    data = send.variables["data"]
    return {"name": data["name"]} if "name" in data else {}
