"""The step ``score``: points that a run gives, which rules do not know of.

What is left of them is kept beside the score too, so that a score which is counted anew from events
gets them back. Under another half-life they are worth what was left of them when the last was given.
"""

from engine.domain.action import Points
from engine.domain.contact import Contact, Run
from engine.domain.level import points_of
from engine.domain.rulebook import ScenarioPlan
from engine.domain.score import join_scores, raised
from engine.domain.turn import Turn
from engine.domain.way import Way


def give(turn: Turn, _run: Run, plan: ScenarioPlan, step: Points) -> Way:
    """As if an event had brought them now."""
    contact, name = turn.contact, step.score
    half_life = turn.rulebook.half_lives.get(name, 0)
    for scores in (contact.scores, contact.given):
        scores[name] = raised(scores.get(name), step.points, turn.now, half_life)
    turn.scored = True
    turn.note("scored", name, step.points)
    turn.changed(points_of(name))
    return plan.following[step.id]


def give_back(turn: Turn, name: str) -> None:
    """A score was counted anew: what runs gave is added."""
    given = {name: turn.contact.given[name]} if name in turn.contact.given else {}
    join_scores(turn.contact.scores, given, turn.rulebook.half_lives)


def join(turn: Turn, other: Contact) -> None:
    """A merge: what was given to both."""
    join_scores(turn.contact.given, other.given, turn.rulebook.half_lives)
