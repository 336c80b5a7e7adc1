"""What became of each event or receipt of a call, as its sender reads it."""

from typing import Literal

import msgspec

from engine.rpc import relance_pb2 as pb

_OUTCOMES: dict[int, Literal["accepted", "duplicate", "rejected"]] = {
    pb.OUTCOME_ACCEPTED: "accepted",
    pb.OUTCOME_DUPLICATE: "duplicate",
    pb.OUTCOME_REJECTED: "rejected",
}


class Answer(msgspec.Struct, frozen=True):
    """What became of one. ``code`` and ``reason`` go with ``rejected``, and with an accepted one

    of which some values were refused.
    """

    outcome: Literal["accepted", "duplicate", "rejected"]
    message_id: str
    code: str = ""
    reason: str = ""


def answers(
    request: pb.PushRequest | pb.ReceiptsRequest, response: pb.PushResponse
) -> list[Answer]:
    """One an event or a receipt, in order."""
    if isinstance(request, pb.PushRequest):
        ids = [event.message_id for event in request.events]
    else:
        ids = [receipt.id for receipt in request.receipts]
    refused = {r.index: r for r in response.rejections}
    told = []
    for index, (message_id, outcome) in enumerate(zip(ids, response.outcomes, strict=True)):
        why = refused.get(index)
        code, reason = (why.code, why.reason) if why else ("", "")
        told.append(Answer(_OUTCOMES[outcome], message_id, code, reason))
    return told
