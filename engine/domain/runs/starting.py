"""The steps ``start``, ``stop`` and ``switch``: what one scenario does to another, as moments of their own."""

from engine.domain.intake.turn import Turn
from engine.domain.language.action import Start, Stop, Switch
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.way import Leave, Way

START = "start"
STOP = "stop"


def start(turn: Turn, run: Run, plan: ScenarioPlan, step: Start) -> Way:
    """The other begins with the properties that this run began with, if it lets the contact in."""
    turn.queue(START, step.scenario, live=True, properties=run.event)
    return plan.following[step.id]


def stop(turn: Turn, _run: Run, plan: ScenarioPlan, step: Stop) -> Way:
    """All the contact's runs of the other end."""
    turn.queue(STOP, step.scenario, live=True)
    return plan.following[step.id]


def switch(turn: Turn, run: Run, _plan: ScenarioPlan, step: Switch) -> Way:
    """This run ends, whether or not the other lets the contact in."""
    turn.queue(START, step.scenario, live=True, properties=run.event)
    return Leave("switched")
