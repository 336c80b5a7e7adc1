"""What became of each event of a call, as its sender reads it."""

from typing import Literal

import msgspec

from engine.rpc import relance_pb2 as pb

_OUTCOMES: dict[int, Literal["accepted", "duplicate", "rejected"]] = {
    pb.OUTCOME_ACCEPTED: "accepted",
    pb.OUTCOME_DUPLICATE: "duplicate",
    pb.OUTCOME_REJECTED: "rejected",
}


class Answer(msgspec.Struct, frozen=True):
    """What became of one event. ``code`` and ``reason`` go with ``rejected``, and with an accepted one

    of which some values were refused.
    """

    outcome: Literal["accepted", "duplicate", "rejected"]
    message_id: str
    code: str = ""
    reason: str = ""


def answers(request: pb.PushRequest, response: pb.PushResponse) -> list[Answer]:
    """One an event, in order."""
    refused = {r.index: r for r in response.rejections}
    told = []
    for index, (event, outcome) in enumerate(zip(request.events, response.outcomes, strict=True)):
        why = refused.get(index)
        code, reason = (why.code, why.reason) if why else ("", "")
        told.append(Answer(_OUTCOMES[outcome], event.message_id, code, reason))
    return told
