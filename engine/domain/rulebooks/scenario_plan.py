"""Scenarios compiled: each step with the way on, what it waits for, and what its conditions ask."""

from itertools import chain

import msgspec

from engine.domain.comparison import matcher
from engine.domain.conditions.case import CasePlan, cases_of
from engine.domain.conditions.demand import Demand, Predicate
from engine.domain.conditions.predicate import compiled
from engine.domain.language.action import Straight
from engine.domain.language.condition import Condition
from engine.domain.language.decision import Branch
from engine.domain.language.entry_cap import EntryCap, read
from engine.domain.language.moment import is_moment
from engine.domain.language.pause import Digest, Wait, WaitFor
from engine.domain.language.scenario import Scenario, Step
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.moment_plan import MomentPlan, moment_plan, trigger_plan


class ScenarioPlan(msgspec.Struct, frozen=True):
    """``following`` maps a step's id to the next one's, None at the end; ``acts`` those that do

    something to their places.
    """

    scenario: Scenario
    first: str
    steps: dict[str, Step]
    following: dict[str, str | None]
    cases: dict[str, tuple[CasePlan, ...]]
    awaited: dict[str, tuple[tuple[MomentPlan, str | None], ...]]
    watched: dict[str, tuple[tuple[Predicate, str | None], ...]]
    leaving: tuple[Predicate, ...]
    lets_in: Predicate | None
    trigger: MomentPlan
    goal: MomentPlan | None
    exits: tuple[MomentPlan, ...]
    acts: dict[str, int]
    cap: EntryCap | None = None

    @property
    def name(self) -> str:
        return self.scenario.scenario

    @property
    def moments(self) -> list[MomentPlan]:
        """What its runs listen for once they have begun."""
        goal = (self.goal,) if self.goal else ()
        return [*goal, *self.exits, *(one for one, _ in chain(*self.awaited.values()))]


def planned(scenario: Scenario, demand: Demand) -> ScenarioPlan:
    """One scenario compiled; what its branches read is added to ``demand``."""
    ids = [step.id for step in scenario.steps]
    return ScenarioPlan(
        scenario=scenario,
        first=ids[0],
        steps={step.id: step for step in scenario.steps},
        following={
            step.id: (step.then if isinstance(step, Straight) else None) or below
            for step, below in zip(scenario.steps, [*ids[1:], None], strict=True)
        },
        cases={s.id: cases_of(s, demand) for s in scenario.steps if isinstance(s, Branch)},
        awaited={s.id: _awaited(s) for s in scenario.steps if isinstance(s, WaitFor | Digest)},
        watched={
            step.id: tuple((compiled(one.if_, demand), one.then) for one in step.racers if one.if_)
            for step in scenario.steps
            if isinstance(step, WaitFor) and any(one.if_ for one in step.racers)
        },
        leaving=tuple(
            compiled(condition, demand)
            for one in scenario.exits
            for condition in (one.if_, Condition(not_=one.unless) if one.unless else None)
            if condition is not None
        ),
        lets_in=compiled(scenario.if_, demand) if scenario.if_ else None,
        trigger=trigger_plan(scenario.trigger, scenario.scenario),
        goal=moment_plan(scenario.goal) if scenario.goal else None,
        exits=tuple(moment_plan(one) for one in scenario.exits if is_moment(one)),
        acts={
            step.id: at
            for at, step in enumerate(scenario.steps)
            if isinstance(step, Straight) and not isinstance(step, Wait | Digest)
        },
        cap=read(scenario.cap),
    )


def _awaited(step: WaitFor | Digest) -> tuple[tuple[MomentPlan, str | None], ...]:
    if isinstance(step, Digest):
        return ((MomentPlan("event", step.event, matcher(step.where)), None),)
    return tuple((moment_plan(one), one.then) for one in step.racers if is_moment(one))


def lost(run: Run) -> ScenarioPlan:
    """Stands in for the version that a run is on and that nobody knows: there it waits for nothing."""
    step = WaitFor(id=run.step)
    scenario = Scenario(scenario=run.scenario, version=run.version, steps=(step,))
    return planned(scenario, Demand(aggregates={}, attributes=set(), segments=set()))
