"""The step ``topic``: what a run may do about consent.

It may unsubscribe a contact, from a topic or from a whole channel. It cannot subscribe one, for only
the person can give consent: it may ask for a double opt-in, whose link the person confirms. It asks
nobody who has withdrawn it: that is the person's word, and a run has none to set against it.
"""

from engine.domain.intake import optin, statement
from engine.domain.intake.turn import Turn
from engine.domain.language.action import Consenting
from engine.domain.profile.consent import Consent, subject_of
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.way import Way

BEFORE_ANY_WORD = 0
"""When a run says it: every withdrawal is later."""


def consent(turn: Turn, run: Run, plan: ScenarioPlan, step: Consenting) -> Way:
    subject = subject_of(step.channel, step.topic or "")
    declared = turn.rulebook.topics.get(step.topic or "")
    basis = declared.basis if declared else "consent"
    if step.say == "unsubscribe":
        statement.state(turn, subject, Consent("withdrawn", turn.now, turn.now, run.id, basis))
    else:
        optin.ask(turn, subject, Consent("granted", turn.now, BEFORE_ANY_WORD, run.id, basis))
    return plan.following[step.id]
