"""Answers of receivers: kept in the run that sent the message, where branches ask about them.

A run that waits for the answer goes on with it.
"""

import msgspec

from engine.domain.intake.turn import Turn
from engine.domain.language.action import Webhook
from engine.domain.language.endpoint import is_webhook
from engine.domain.message import Receipt
from engine.domain.profile.contact import Run, timer_of
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.calling import NONE, is_answer
from engine.domain.runs.run import follow
from engine.domain.runs.way import Stay

LONGEST = 2_048
"""Bytes of an answer; a longer one is not kept, which is a fact."""
NOTHING = b"{}"
"""The answer of a receiver that has taken the call and told nothing."""
GIVEN_UP = frozenset({"failed", "dead", "unknown"})


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


def hear(turn: Turn, receipt: Receipt) -> None:
    """What became of a call that a run waits for; its answer is kept already."""
    if not is_webhook(receipt.channel):
        return
    if receipt.outcome != "sent" and receipt.outcome not in GIVEN_UP:
        return
    for run in turn.contact.runs:
        if is_answer(run, receipt.key):
            plan = turn.rulebook.plan_of(run)
            step = plan.steps[run.step]
            if isinstance(step, Webhook):
                _go_on(turn, run, plan, step, taken=receipt.outcome == "sent")
            elif not turn.rulebook.knows(run):
                _wait_with(turn, run, taken=receipt.outcome == "sent")
            return


def _go_on(turn: Turn, run: Run, plan: ScenarioPlan, step: Webhook, *, taken: bool) -> None:
    if turn.contact.trouble:
        _wait_with(turn, run, taken=taken)
    elif run.scenario in turn.rulebook.paused:
        follow(turn, run, Stay(_answered(run, taken=taken)))
        turn.contact.timers.pop(timer_of(run), None)
    else:
        onward = plan.following[step.id]
        run = _answered(run, taken=taken)
        follow(turn, run, onward if taken else step.else_ or onward)


def _wait_with(turn: Turn, run: Run, *, taken: bool) -> None:
    """It goes on when the contact does, or when it is known how."""
    follow(turn, run, Stay(_answered(run, taken=taken)))
    turn.contact.timers[timer_of(run)] = turn.now


def _answered(run: Run, *, taken: bool) -> Run:
    if taken and run.answer:
        return run
    return msgspec.structs.replace(run, answer=NOTHING if taken else NONE)
