"""What a simulated run did, for machines and for people: each step, what it caused, each message's text."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from engine.domain.effect import Send
from engine.domain.event import Event
from engine.domain.language.endpoint import is_webhook
from engine.domain.profile.calendar import written
from engine.domain.runs.entry import WORDS

if TYPE_CHECKING:
    from engine.domain.fact import Fact
    from engine.domain.rulebooks.rulebook import Rulebook
    from engine.replay.simulation import Passed

Line = dict[str, Any]
RUNNING = {
    "run_entered", "entry_refused", "step_in", "skipped", "timed_out", "goal_reached", "run_ended",
    "arm", "fallback", "start_refused", "ticket_asked",
}  # fmt: skip
"""Facts about a run. Their subject is ``scenario`` or ``scenario/step``; others' are left out."""
ELSEWHERE = {"run_entered", "run_ended", "start_refused"}
"""Facts about runs of other scenarios, which this one may have caused."""
SAYS = {
    "happens": "{detail} happens",
    "run_entered": "begins, run {first}",
    "ticket_asked": "asks to enter: its cap is taken to have room",
    "entry_refused": "does not begin: {why}",
    "start_refused": "does not begin: {why}",
    "step_in": "comes to {step} ({do}{until})",
    "skipped": "sends nothing at {step}: {first}",
    "arm": "draws {arm} at {step}",
    "fallback": "takes {second} instead at {step}: {first}",
    "timed_out": "has waited in vain at {step}",
    "goal_reached": "reaches its goal",
    "run_ended": "run {first} ends: {second}",
}
CAUSES = {
    "changed": "{subject} is {value}",
    "list_joined": "joins list {subject}",
    "list_left": "leaves list {subject}",
    "scored": "score {subject}: {value}",
    "segment_entered": "enters segment {subject}",
    "segment_left": "leaves segment {subject}",
    "stage_changed": "stage {subject}",
    "optin_asked": "is asked to confirm {subject}",
    "optin_refused": "is not asked to confirm {subject}: {value}",
    "consent_granted": "consents to {subject}",
    "consent_withdrawn": "withdraws consent to {subject}",
    "suppressed": "is written to no more",
    "answer_refused": "the answer is not kept: {value}",
    "handoff_raised": "hand-off {subject} is raised, to {second}",
    "handoff_refused": "hand-off {subject} is not raised: {value}",
    "handoff_reminded": "hand-off {subject}: {second} is reminded",
    "handoff_escalated": "hand-off {subject} is escalated to {second}",
    "parked": "is parked: {value}",
    "run_entered": "{subject} begins",
    "run_ended": "{subject} ends: {second}",
    "start_refused": "{subject} does not begin: {value}",
}
"""Facts about the contact that a reader wants to see beside the steps."""


def lines_of(passed: Iterable["Passed"], scenario: str, rulebook: "Rulebook") -> Iterator[Line]:
    """What happens, what becomes of the scenario's runs and of the contact, and messages with their texts.

    Messages of no scenario are told too: of hand-offs, and those that ask for consent.
    """
    for one in passed:
        if isinstance(one.message, Event):
            yield {"at": written(one.at), "what": "happens", "detail": one.message.name}
        sends = {e.key: e for e in one.outcome.effects if isinstance(e, Send)}
        for fact in one.outcome.facts:
            name = fact.subject.partition("/")[0]
            if fact.what == "intended" and fact.detail in sends:
                send = sends[fact.detail]
                if send.scenario.partition("/")[0] == scenario or send.handoff or send.confirms:
                    yield _sent(send, rulebook)
            elif fact.what == "entry_refused" and _is_start_refused(fact, one):
                continue
            elif fact.what in RUNNING and name == scenario:
                yield _went(fact, one, rulebook)
            elif fact.what in CAUSES and (fact.what not in RUNNING or fact.what in ELSEWHERE):
                about = {"what": fact.what, "subject": fact.subject, "detail": fact.detail}
                yield {"at": written(fact.at)} | about


def _is_start_refused(fact: "Fact", one: "Passed") -> bool:
    """What was to be started by hand, or by a step, tells of its refusal itself."""
    started = ("start_refused", fact.subject)
    return any((other.what, other.subject) == started for other in one.outcome.facts)


def _went(fact: "Fact", one: "Passed", rulebook: "Rulebook") -> Line:
    name, _, step = fact.subject.partition("/")
    told = {"at": written(fact.at), "what": fact.what, "step": step, "detail": fact.detail}
    if fact.what == "step_in":
        told |= {"do": _kind(rulebook, name, step), "until": _until(one, name, step)}
    return told


def _kind(rulebook: "Rulebook", scenario: str, step: str) -> str:
    found = next(one for one in rulebook.definitions.scenarios if one.scenario == scenario)
    kinds = {one.id: type(one).__struct_config__.tag for one in found.steps}
    return str(kinds.get(step, ""))


def _until(one: "Passed", scenario: str, step: str) -> str | None:
    """When a run that stays at this step goes on at the latest."""
    contact = one.outcome.contact
    due = [
        contact.timers.get(f"run:{run.id}", 0)
        for run in contact.runs
        if (run.scenario, run.step) == (scenario, step)
    ]
    return written(max(due, default=0))


def _sent(send: Send, rulebook: "Rulebook") -> Line:
    """``at`` is when it may leave, ``decided`` when the run came to it."""
    from engine.rendering.render import CannotRender
    from engine.replay.rendered import rendered

    told = {
        "at": written(max(send.at, send.held)),
        "what": "sent",
        "step": send.scenario.partition("/")[2],
        "decided": written(send.at),
        "channel": send.channel,
        "template": send.template,
        "to": send.address,
    }
    if is_webhook(send.channel):
        return told | {"subject": "", "text": msgspec.json.encode(send.variables).decode()}
    try:
        return told | rendered(rulebook.templates[send.template], send)._asdict()
    except CannotRender as error:
        return told | {"problem": str(error)}


def sentences(line: Line, zone: str) -> Iterator[str]:
    """``2026-03-02 10:00:00  sends cart_reminder by email to lea@example.org``, and its text."""
    yield f"{_clock(line.get('decided') or line['at'], zone)}  {_words(line, zone)}"
    if line["what"] == "sent":
        yield from _text(line)


def _words(line: Line, zone: str) -> str:
    if line["what"] == "sent":
        return _leaving(line, zone)
    first, second = _pair(line["detail"])
    if "subject" in line:
        value = first if line["what"] == "changed" else _plain(line["detail"])
        return "  " + CAUSES[line["what"]].format_map(line | {"value": value, "second": second})
    step, _, arm = line.get("step", "").partition(":")
    until = f", until {_clock(line['until'], zone)}" if line.get("until") else ""
    told = {"step": step, "arm": arm, "until": until, "first": first, "second": second}
    return SAYS[line["what"]].format_map(
        line | told | {"why": WORDS.get(str(line["detail"]), first)}
    )


def _leaving(line: Line, zone: str) -> str:
    to = f" to {line['to']}" if line["to"] else ""
    later = line["at"] != line["decided"]
    held = f", which may leave on {_clock(line['at'], zone)}" if later else ""
    return f"sends {line['template'] or 'a call'} by {line['channel']}{to}{held}"


def _pair(detail: Any) -> tuple[str, str]:
    """Its first two parts, in words; one that has no parts, and nothing."""
    first, second, *_ = [*detail, ""] if isinstance(detail, list) and detail else [detail, ""]
    return _plain(first), _plain(second)


def _text(line: Line) -> Iterator[str]:
    if "problem" in line:
        yield f"    cannot be rendered: {line['problem']}"
        return
    if line["subject"]:
        yield f"    {line['subject']}\n"
    yield from (f"    {words}".rstrip() for words in line["text"].strip().splitlines())
    yield ""


def _clock(at: str, zone: str) -> str:
    local = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%d %H:%M:%S")


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("_", " ")
    return msgspec.json.encode(value).decode()
