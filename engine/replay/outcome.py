"""What a scenario came to for a contact: what it sent or did not, and why its runs came, moved and ended."""

from collections.abc import Iterable, Iterator
from typing import Any

from engine.domain.consents.permission import NO_ADDRESS, NO_CONSENT
from engine.domain.effect import Send
from engine.domain.fact import Fact
from engine.domain.language.action import Send as SendStep
from engine.domain.message import Restored
from engine.domain.profile.calendar import written
from engine.replay.consumed import consumed
from engine.replay.evidence import evidence
from engine.replay.joining import joining
from engine.replay.life import Moment

Told = dict[str, Any]
_LEFT = ("sent", "failed", "unknown", "dead")
_WHY = {
    "late": "its wait was over for too long",
    "done before": "it was done in an earlier version",
    "no_endpoint": "webhooks.yaml declares no such endpoint",
}


def outcomes(moments: Iterable[Moment], scenario: str) -> Iterator[Told]:
    """In the order of the moments."""
    steps: dict[str, str] = {}
    away: dict[str, None] = {}
    for moment in moments:
        for one in moment.effects:
            if isinstance(one, Send) and one.scenario.partition("/")[0] == scenario:
                steps[one.key] = one.scenario.partition("/")[2]
        for fact in moment.facts:
            at = written(fact.at)
            for line in (*_sent(fact, steps), *_moved(fact, moment, scenario, away)):
                yield {"at": at, **line}
        if isinstance(moment.message, Restored):
            for run in away:
                why = "while it was a part of the other contact, or by what came of its own since"
                yield {"at": written(moment.row.now), "what": "ended", "why": why, "run": run}
            away.clear()


def _sent(fact: Fact, steps: dict[str, str]) -> Iterator[Told]:
    """What was decided on, and what became of it."""
    if fact.what == "intended" and fact.detail in steps:
        yield {"what": f"decided: {steps[fact.detail]}", "why": f"message {fact.detail}"}
    elif fact.what in _LEFT and isinstance(fact.detail, list) and fact.detail[0] in steps:
        key, *rest = fact.detail
        why = ", ".join(str(part) for part in rest if part) or f"message {key}"
        yield {"what": f"{fact.what}: {steps[key]}", "why": why}


def _moved(fact: Fact, moment: Moment, scenario: str, away: dict[str, None]) -> Iterator[Told]:
    """What became of its runs; ``away`` are those that went to another contact."""
    name, _, step = fact.subject.partition("/")
    if name != scenario:
        return
    match fact.what, fact.detail:
        case "skipped", why:
            yield {"what": f"not sent: {step}", "why": _refused(moment, scenario, step, str(why))}
        case "run_ended", [run, why]:
            by = f", by {consumed(moment.message)}" if why in ("goal", "exit") else ""
            yield {"what": "ended", "why": f"{why}{by}", "run": run}
        case "run_migrated", [run, before, after, left, to]:
            why = f"from version {before} at {left} to version {after} at {to}"
            yield {"what": "migrated", "why": why, "run": run}
        case "run_lost", [run, version, at]:
            why = f"version {version}, which was not known then, at {at}"
            yield {"what": "held", "why": why, "run": run}
        case "run_taken", run:
            away.pop(run, None)
            yield {"what": "goes on here", "why": joining(moment), "run": run}
        case "run_left", run:
            away[run] = None
            yield {"what": "goes on elsewhere", "why": joining(moment), "run": run}
        case "run_dropped", run:
            why = f"{joining(moment)}, which had entered already"
            yield {"what": "dropped", "why": why, "run": run}
        case _:
            pass


def _refused(moment: Moment, scenario: str, step: str, why: str) -> str:
    """With what was known: the channel, the topic, and what had been said on them."""
    written_step, topic = _written(moment, scenario, step)
    if written_step is None or why not in (NO_CONSENT, NO_ADDRESS):
        return _WHY.get(why, why)
    last = written_step.fallback or written_step
    if why == NO_ADDRESS:
        return f"no address for {last.channel}"
    return f"no consent to {_subject(last.channel, last.topic or topic)}: " + _said(
        moment, last.channel, last.topic or topic
    )


def _subject(channel: str, topic: str) -> str:
    return f"{channel}/{topic}" if topic else channel


def _said(moment: Moment, channel: str, topic: str) -> str:
    """What stood of it then."""
    consents = moment.after.consents if moment.after is not None else {}
    subjects = dict.fromkeys((_subject(channel, topic), channel))
    told = {one: evidence(consents[one]) for one in subjects if one in consents}
    words = [f"{one} {said['status']} since {said['at']}" for one, said in told.items()]
    return "; ".join(words) or "nothing was ever said on it"


def _written(moment: Moment, scenario: str, step: str) -> tuple[SendStep | None, str]:
    """The step as the run's version has it, and the scenario's topic."""
    states = filter(None, (moment.after, moment.before))
    runs = [run for one in states for run in one.runs if run.scenario == scenario]
    in_force = moment.rulebook.in_force.get(scenario)
    plans = [*map(moment.rulebook.plan_of, runs), *([in_force] if in_force else [])]
    for plan in plans:
        found = plan.steps.get(step)
        if isinstance(found, SendStep):
            return found, plan.scenario.topic or ""
    return None, ""
