"""The step ``score``: points that a run gives, which rules do not know of.

What is left of them is kept beside the score too, so that a score which is counted anew from events
gets them back. Under another half-life they are worth what was left of them when the last was given.
"""

from engine.domain.conditions.level import points_of
from engine.domain.intake.turn import Turn
from engine.domain.language.action import Points
from engine.domain.profile.contact import Contact, Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.way import Way
from engine.domain.scores import points, wear
from engine.domain.scores.grid import cell_of
from engine.domain.scores.score import Decay, raised

Scores = dict[str, tuple[float, int]]


def give(turn: Turn, _run: Run, plan: ScenarioPlan, step: Points) -> Way:
    """As if an event had brought them now."""
    contact, name = turn.contact, step.score
    decay = turn.rulebook.decays.get(name, Decay())
    points.give(contact, name, decay, step.points, turn.now, turn.now)
    held = contact.given.get(name)
    given = raised(held, step.points, turn.now, decay.half_life)
    contact.given = contact.given | {name: given}
    if decay.every:
        ends = contact.wears.get(kept(name), [])
        worn = wear.added(ends, step.points, turn.now, decay, turn.now)
        contact.wears = contact.wears | {kept(name): worn}
    turn.scored = True
    turn.note("scored", name, step.points)
    turn.changed(points_of(name))
    return plan.following[step.id]


def give_back(turn: Turn, name: str) -> None:
    """A score was counted anew: what runs gave is added."""
    contact = turn.contact
    if name in contact.given:
        _add(turn, contact.scores, name, contact.given[name])
        _wear(turn, name, contact.wears.get(kept(name), []), name)


def join(turn: Turn, other: Contact) -> None:
    """A merge: what was given to both."""
    mine = turn.contact.given = turn.contact.given.copy()
    for name, given in other.given.items():
        _add(turn, mine, name, given)
        _wear(turn, kept(name), other.wears.get(kept(name), []), name)


def kept(score: str) -> str:
    """Where a contact holds those points of runs that wear off."""
    return f"{score}/given"


def _add(turn: Turn, scores: Scores, name: str, given: tuple[float, int]) -> None:
    decay = turn.rulebook.decays.get(name, Decay())
    scores[name] = raised(scores.get(name), *given, decay.half_life)


def _wear(turn: Turn, into: str, ends: wear.Ends, score: str) -> None:
    decay, wears = turn.rulebook.decays.get(score, Decay()), turn.contact.wears
    if decay.every and ends:
        worn = wear.joined(wears.get(into, []), ends, cell_of(turn.now, decay.every))
        turn.contact.wears = wears | {into: worn}
