"""Answers of receivers: kept in the run that sent the message, where branches ask about them."""

import msgspec

from engine.domain.message import Receipt
from engine.domain.turn import Turn

LONGEST = 2_048
"""Bytes of an answer; a longer one is not kept, which is a fact."""


def keep(turn: Turn, receipt: Receipt) -> None:
    """The last answer counts. That of a run which is over is of no use any more."""
    if not receipt.answer:
        return
    of, runs = receipt.key.partition("/")[0], turn.contact.runs
    if len(receipt.answer) > LONGEST:
        turn.note("answer_refused", receipt.scenario, f"longer than {LONGEST} bytes")
        return
    turn.contact.runs = [
        msgspec.structs.replace(run, answer=receipt.answer) if run.id == of else run for run in runs
    ]
