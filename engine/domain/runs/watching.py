"""Conditions that runs wait for, or that end them: looked at after everything that may change them.

Only contacts with such runs are looked at. A timer ``watch:<run>`` is set to the exact instant at
which time alone may change one of the answers.
"""

from engine.domain.intake.turn import DEPTH, Loop, Turn
from engine.domain.profile.contact import Run, watch_of
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs import run


def watch(turn: Turn, *, resume: bool) -> bool:
    """Whether a run has gone on, or ended. Without ``resume`` only exits are looked for."""
    if not turn.rulebook.watches:
        return False
    for one in turn.contact.runs:
        plan = turn.rulebook.plan_of(one)
        watched = plan.watched.get(one.step, ())
        if (plan.leaving or watched) and _look(turn, one, plan, resume=resume):
            turn.resumed += 1
            if turn.resumed > DEPTH:
                raise Loop(one.scenario)
            return True
    return False


def _look(turn: Turn, one: Run, plan: ScenarioPlan, *, resume: bool) -> bool:
    flips = []
    for leaves in plan.leaving:
        yes, flip = leaves(turn.contact, turn.at)
        if yes:
            run.end(turn, one, "exit")
            return True
        flips.append(flip)
    goes = resume and not turn.rulebook.holds_back(one)
    for holds, then in plan.watched.get(one.step, ()):
        yes, flip = holds(turn.contact, turn.at)
        if yes and goes:
            run.resume(turn, one, then or plan.following[one.step])
            return True
        flips.append(flip)
    _arm(turn, one, min(filter(None, flips), default=0))
    return False


def _arm(turn: Turn, one: Run, flips: int) -> None:
    if flips:
        turn.contact.timers[watch_of(one)] = flips
    else:
        turn.contact.timers.pop(watch_of(one), None)
