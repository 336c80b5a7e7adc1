"""The way of one run, step by step, with what made it go this way: what it saw, what chance drew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.domain.fact import Fact
from engine.domain.language.action import Send
from engine.domain.language.decision import Branch, Split
from engine.domain.profile.calendar import written
from engine.domain.profile.contact import Contact, Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.rollout import for_contact
from engine.domain.surveys.why import because
from engine.replay.joining import joining
from engine.replay.life import Life, Moment

Told = dict[str, Any]
BEGUN = ("run_entered", "run_taken")
"""How a run begins to be this contact's."""


def way(
    life: Life, moments: Iterable[Moment], run: str, scenario: str, until: str
) -> Iterator[Told]:
    """From the entry, or from where it came from another contact, to the message whose key is ``until``."""
    begun = False
    for moment in moments:
        begun = begun or any(f.what in BEGUN and f.detail == run for f in moment.facts)
        if not begun or not (_moved(moment, run) or _decides(moment, until)):
            continue
        plan, decided = plan_of(life, moment, run, scenario), False
        for fact in _own(moment.facts, run):
            if decided and fact.what in ("step_in", "step_out"):
                return
            decided = decided or _is_decided(fact, until)
            told = _told(fact, moment, plan, run, scenario)
            if told:
                yield {"at": written(fact.at), "what": fact.what} | told
        if decided:
            return


def _decides(moment: Moment, message: str) -> bool:
    return any(_is_decided(fact, message) for fact in moment.facts)


def _is_decided(fact: Fact, message: str) -> bool:
    return fact.what == "intended" and fact.detail == message


def plan_of(life: Life, moment: Moment, run: str, scenario: str) -> ScenarioPlan | None:
    """By the version that the run was on, else the one that the contact enters."""
    rulebook = life.rulebook(moment.row.rulebook)
    held = _run(moment.after, run) or _run(moment.before, run)
    if held is not None:
        return rulebook.plan_of(held)
    contact = moment.after or moment.before
    return for_contact(rulebook, scenario, contact) if contact is not None else None


def _run(contact: Contact | None, run: str) -> Run | None:
    return next((one for one in contact.runs if one.id == run), None) if contact else None


def _own(facts: Sequence[Fact], run: str) -> Iterator[Fact]:
    """Without what other runs did at steps: that is told after they came to one, or as they leave it."""
    for at, fact in enumerate(facts):
        match fact.what:
            case "step_in" | "step_out":
                other = fact.detail
            case "timed_out":
                other = _passing("step_out", fact.subject, facts[at:])
            case "skipped" | "fallback":
                other = _passing("step_in", fact.subject, facts[at::-1])
            case "arm":
                other = fact.detail
            case _:
                other = None
        if other in (None, run):
            yield fact


def _passing(what: str, step: str, facts: Sequence[Fact]) -> str | None:
    """The run that the first of these facts names; None where it could be one alone."""
    found = (fact.detail for fact in facts if (fact.what, fact.subject) == (what, step))
    return next(found, None)


def _moved(moment: Moment, run: str) -> bool:
    """Whether it went on."""
    if any(fact.detail == run or _names(fact.detail, run) for fact in moment.facts):
        return True
    return moment.before is None or _run(moment.before, run) != _run(moment.after, run)


def _names(detail: Any, run: str) -> bool:
    return isinstance(detail, list) and bool(detail) and detail[0] == run


def _told(
    fact: Fact, moment: Moment, plan: ScenarioPlan | None, run: str, scenario: str
) -> Told | None:
    """Of a merge that brings the run its step is told as gone on from, not as come to."""
    taken = any(one.what == "run_taken" and one.detail == run for one in moment.facts)
    if fact.what == "run_taken" and fact.detail == run:
        return {"contact": moment.row.contact, "why": joining(moment)}
    if fact.what == "run_migrated" and _names(fact.detail, run):
        return {"from": fact.detail[1], "to": fact.detail[2], "step": fact.detail[4]}
    name, _, rest = fact.subject.partition("/")
    step, _, arm = rest.partition(":")
    if name != scenario or not step or (taken and fact.what == "step_in"):
        return None
    told: Told = {"step": step}
    if fact.what in ("timed_out", "skipped", "fallback"):
        return told | {"why": fact.detail}
    if fact.what == "arm":
        return told | _drawn(moment, plan, step, arm)
    return told | _seen(moment, plan, step) if fact.what == "step_in" else None


def _drawn(moment: Moment, plan: ScenarioPlan | None, step: str, arm: str) -> Told:
    """Which arm, of which shares; ``drawn`` is when it was drawn first."""
    subject = f"{plan.name}/{step}" if plan else ""
    held = moment.after.arms.get(subject) if moment.after else None
    since = written(held[1]) if held and held[0] == arm else None
    return {"arm": arm, "of": _shares(plan, step), "drawn": since}


def _seen(moment: Moment, plan: ScenarioPlan | None, step: str) -> Told:
    """What a branch saw."""
    found = plan.steps.get(step) if plan else None
    if plan is None or not isinstance(found, Branch) or moment.after is None:
        return {}
    asked = (found.if_, *(case.if_ for case in found.when or ()))
    rulebook = moment.rulebook
    return {
        "because": [
            part
            for condition in asked
            if condition is not None
            for part in because(moment.after, condition, rulebook, moment.row.now)
        ]
    }


def _shares(plan: ScenarioPlan | None, step: str) -> Mapping[str, float]:
    found = plan.steps.get(step) if plan else None
    if isinstance(found, Split):
        return {name: arm.weight for name, arm in found.arms.items()}
    return (found.variants or {}) if isinstance(found, Send) else {}
