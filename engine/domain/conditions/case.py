"""Cases compiled: the ways of a branch, each with what has to hold for it."""

from typing import Any

import msgspec

from engine.domain.comparison import Matcher, matcher
from engine.domain.conditions.demand import Demand, Predicate
from engine.domain.conditions.predicate import compiled
from engine.domain.language.condition import Condition
from engine.domain.language.decision import Branch, Case
from engine.domain.profile.contact import Contact, Run


class CasePlan(msgspec.Struct, frozen=True):
    """Exactly one of ``asks`` and ``fits`` is there; ``then`` None means the next step."""

    asks: Predicate | None
    fits: Matcher | None
    then: str | None

    def holds(self, contact: Contact, run: Run, now: int) -> bool | None:
        """None while it is unknown. A run that no webhook has answered fits nothing."""
        if self.asks is not None:
            return self.asks(contact, now)[0]
        if self.fits is None or not run.answer:
            return False
        told: Any = msgspec.json.decode(run.answer)
        return isinstance(told, dict) and self.fits(told)


def cases_of(step: Branch, demand: Demand) -> tuple[CasePlan, ...]:
    """The short form, ``if`` or ``answer``, is one case."""
    if_ = step.if_ if step.answer is not None else step.if_ or Condition()
    cases = step.when or (Case(if_=if_, answer=step.answer, then=step.then),)
    return tuple(
        CasePlan(compiled(case.if_, demand) if case.if_ else None, matcher(case.answer), case.then)
        for case in cases
    )
