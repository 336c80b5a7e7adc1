"""The step ``webhook``: an endpoint is called, and the run may wait for its answer.

What comes back is kept in the run, where a branch asks about it (``answer``); a receiver that has taken the
call and told nothing has answered ``{}``. A run that waits goes on with the answer; to ``else`` when
the call is given up or the time is over.
"""

from typing import Any

import msgspec

from engine.domain.duration import milliseconds
from engine.domain.intake import webhook
from engine.domain.intake.turn import Turn
from engine.domain.language.action import Webhook
from engine.domain.path import value_at
from engine.domain.profile.contact import Run, timer_of
from engine.domain.profile.reserved import read
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.way import Stay, Way

TYPE = "scenario.step"
NONE = b"null"
"""The answer of a call that was given up."""


def call(turn: Turn, run: Run, plan: ScenarioPlan, step: Webhook) -> Way:
    """Without ``wait`` the run goes on at once."""
    endpoint = turn.rulebook.endpoints.get(step.webhook)
    if endpoint is None:
        turn.note("skipped", f"{run.scenario}/{step.id}", "no_endpoint")
        return step.else_ or plan.following[step.id]
    told: dict[str, Any] = msgspec.json.decode(run.event) if run.event else {}
    data = {"scenario": run.scenario, "step": step.id, "run": run.id, "properties": told}
    data |= {name: _read(turn, told, path) for name, path in (step.body or {}).items()}
    subject = f"{run.scenario}/{step.id}"
    webhook.tell(turn, endpoint, run.id, step.id, run.visits, TYPE, data, scenario=subject)
    if not step.wait:
        return plan.following[step.id]
    if isinstance(step.wait, str):
        turn.contact.timers[timer_of(run)] = turn.now + milliseconds(step.wait)
    return Stay(msgspec.structs.replace(run, answer=b""))


def over(turn: Turn, run: Run, plan: ScenarioPlan, step: Webhook) -> Way:
    """The time is over, or the answer came while the scenario was paused."""
    if run.answer and run.answer != NONE:
        return plan.following[step.id]
    turn.note("timed_out", f"{run.scenario}/{run.step}")
    return step.else_ or plan.following[step.id]


def called(turn: Turn, run: Run, plan: ScenarioPlan, step: Webhook) -> Way:
    """Of a run that comes out of a pause or from another version: its call was made there already."""
    if not step.wait:
        return plan.following[step.id]
    if run.answer:
        return over(turn, run, plan, step)
    if isinstance(step.wait, str):
        turn.contact.timers[timer_of(run)] = run.since + milliseconds(step.wait)
    return Stay(run)


def is_answer(run: Run, key: str) -> bool:
    """Whether this call is the one that a run waits for: its step may have another name by now."""
    of, _step, visits, *_ = (*key.split("/"), "", "")
    return (of, visits) == (run.id, str(run.visits))


def _read(turn: Turn, event: dict[str, Any], path: str) -> Any:
    root, name, *rest = path.split(".")
    if root == "event":
        return value_at(event, [name, *rest])
    return value_at(read(turn.contact, name), rest)
