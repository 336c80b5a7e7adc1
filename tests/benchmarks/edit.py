"""What an edit takes: live scenarios are changed, rolled back and changed again while everybody waits.

Everybody has got the first message and waits, in one scenario for the second message and in another for
nothing. Each choice for runs under way is made: ``pin`` and ``exit`` in the other scenario; ``migrate``
puts the first message after the wait, where it must not be sent again, and is rolled back. At last the
wait is made so short that everybody goes on at once, to the second message.
"""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine.bootstrap import init_data
from engine.domain.rulebooks.choice import chosen, rolled_back
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.domain.surveys.plan import InForce, Touched
from engine.domain.surveys.plan import plan as compared
from engine.loading.definitions import load
from tests.benchmarks.backfill import CHECKED, MEMORY, PATIENCE, Watch, milliseconds
from tests.benchmarks.children import Sink
from tests.benchmarks.running import Running, engine, settings_for

COURSE, OTHER = "course", "other"
SCENARIO = """\
scenario: {name}
trigger: {{event: Signed Up}}
waiting: {waiting}
steps: [{steps}]
"""
HELLO = "{do: send, id: hello, channel: email, template: hello}"
BYE = "{do: send, id: bye, channel: email, template: bye}"
PAUSE = "{{do: wait, id: pause, for: {length}}}"
MAILS = {"hello": 1_000_000_000, "bye": 2_000_000_000}
"""The number that a message has in its subject, besides the person's."""
AT_ONCE = 200
QUIET = 0.5
ROWS = 12
"""Rows of the log that a contact has in the end."""

Report = dict[str, Any]


class Plan(NamedTuple):
    """``calm``: seconds of live events before the edits, to compare with."""

    hosts: int
    contacts: int
    calm: float


def measure(folder: Path, plan: Plan, runtime: str) -> Report:
    """Every choice for runs under way, a roll-back, and the end of the wait."""
    folder.mkdir()
    data, workspace = folder / "data", folder / "workspace"
    _write(workspace, COURSE, HELLO, _pause("30d"), BYE)
    _write(workspace, OTHER, _pause("30d"))
    with Sink() as sink:
        settings = settings_for(MEMORY, sink.route, hosts=plan.hosts)
        init_data(data, settings)
        with engine(workspace, data, settings, runtime) as running:
            edits = Edits(running, workspace, plan)
            begun = time.monotonic()
            edits.begin()
            report = {"entered_s": time.monotonic() - begun} | edits.made()
            mails = _arrived(sink, 2 * plan.contacts)
            if ROWS * plan.contacts <= CHECKED:
                report["findings"] = running.client.fsck()["findings"]
    twice = sum(count - 1 for count in mails.values())
    return {**plan._asdict(), **report, "mails": mails.total(), "mailed_twice": twice}


class Edits:
    """The edits, one after the other, beside live events."""

    def __init__(self, running: Running, workspace: Path, plan: Plan) -> None:
        self._running = running
        self._client = running.client
        self._workspace = workspace
        self._plan = plan
        self._watch = Watch(running, plan.contacts)

    def begin(self) -> None:
        """Everybody enters."""
        everybody = range(self._plan.contacts)
        for first in everybody[::AT_ONCE]:
            people = everybody[first : first + AT_ONCE]
            self._client.push([event for number in people for event in _entry(number)])
        self._running.settled(PATIENCE)

    def made(self) -> Report:
        calm = self._watch.until(lambda: False, self._plan.calm)
        report: Report = {"calm_live_ms": milliseconds(calm)}
        report["pin"] = self._edited(OTHER, self._met, _pause("60d"), waiting="pin")
        report["exit"] = self._edited(OTHER, self._over(OTHER), _pause("90d"), waiting="exit")
        report["migrate"] = self._edited(COURSE, self._met, _pause("60d"), HELLO, BYE)
        report["roll_back"] = self._published(COURSE, self._earlier(), self._met)
        over = self._over(COURSE)
        report["go_on"] = self._edited(COURSE, over, _pause("1s"), HELLO, BYE)
        return report

    def _edited(
        self, name: str, over: Callable[[], bool], *steps: str, waiting: str = "migrate"
    ) -> Report:
        _write(self._workspace, name, *steps, waiting=waiting)
        return self._published(name, load(self._workspace), over)

    def _published(self, name: str, written: Definitions, over: Callable[[], bool]) -> Report:
        """``plan`` is what was told before: how many runs each choice would touch."""
        begun = time.monotonic()
        [change] = compared(self._force(), written).scenarios
        published = time.monotonic()
        self._client.apply(encode(written))
        answered = time.monotonic() - published
        live = self._watch.until(over, PATIENCE)
        seconds = time.monotonic() - published
        return {
            "plan": {
                "seconds": published - begun,
                "waiting": change.waiting,
                **{choice: _counts(touched) for choice, touched in change.choices.items()},
            },
            "answered_s": answered,
            "everybody_met_s": seconds,
            "contacts_per_second": self._plan.contacts / seconds,
            "live_ms": milliseconds(live) if live else {"events": 0},
            "waiting": self._scenario(name)["waiting"],
        }

    def _earlier(self) -> Definitions:
        force = self._force()
        published = self._client.published(force.version - 1)
        earlier = rolled_back(force.definitions, msgspec.convert(published, Definitions))
        return chosen(force.definitions, earlier, {"": "migrate"})

    def _force(self) -> InForce:
        return msgspec.convert(self._client.rulebook(), InForce)

    def _scenario(self, name: str) -> Report:
        return next(one for one in self._client.scenarios() if one["scenario"] == name)

    def _met(self) -> bool:
        return not self._client.status()["rebuild"]

    def _over(self, name: str) -> Callable[[], bool]:
        return lambda: self._empty(name)

    def _empty(self, name: str) -> bool:
        return self._met() and not self._scenario(name)["waiting"]


def _counts(touched: Touched) -> dict[str, int]:
    return {what: runs for what, runs in msgspec.structs.asdict(touched).items() if runs}


def _pause(length: str) -> str:
    return PAUSE.format(length=length)


def _write(workspace: Path, name: str, *steps: str, waiting: str = "pin") -> None:
    scenarios = workspace / "scenarios"
    scenarios.mkdir(parents=True, exist_ok=True)
    text = SCENARIO.format(name=name, waiting=waiting, steps=", ".join(steps))
    (scenarios / f"{name}.yaml").write_text(text, encoding="utf-8")
    for mail in MAILS:
        template = workspace / "templates" / mail
        template.mkdir(parents=True, exist_ok=True)
        told = f'channel: email\nsubject: "Order {{{{ contact.{mail} }}}}"\ntransactional: true\n'
        (template / "template.yaml").write_text(told, encoding="utf-8")
        (template / "text.txt").write_text("Good day.\n", encoding="utf-8")


def _entry(number: int) -> tuple[Report, Report]:
    traits = {"email": f"person{number}@example.com"}
    numbers = {name: first + number for name, first in MAILS.items()}
    told = {"type": "identify", "traits": traits | numbers, "messageId": f"told-{number}"}
    came = {"type": "track", "event": "Signed Up", "messageId": f"came-{number}"}
    return told | {"userId": str(number)}, came | {"userId": str(number)}


def _arrived(sink: Sink, expected: int) -> Counter[int]:
    """How often each message came, once all came and then no more do."""
    found, until = Counter[int](), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        came = [order for order, _ in sink.arrived()]
        found.update(came)
        if found.total() >= expected and not came:
            return found
        time.sleep(QUIET)
    raise RuntimeError(f"{found.total()} of {expected} messages came")
