"""What an edit takes: a live scenario is changed, rolled back and changed again while everybody waits in it.

Everybody has got the first message and waits. The edit puts that message after the wait, where it must
not be sent again; at last the wait is made so short that everybody goes on at once, to the second one.
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
from engine.domain.surveys.plan import InForce
from engine.domain.surveys.plan import plan as compared
from engine.loading.definitions import load
from tests.benchmarks.backfill import CHECKED, MEMORY, PATIENCE, Watch, milliseconds
from tests.benchmarks.children import Sink
from tests.benchmarks.running import Running, engine, settings_for

SCENARIO = """\
scenario: course
trigger: {{event: Signed Up}}
waiting: migrate
steps: [{steps}]
"""
HELLO = "{do: send, id: hello, channel: email, template: hello}"
BYE = "{do: send, id: bye, channel: email, template: bye}"
PAUSE = "{{do: wait, id: pause, for: {length}}}"
MAILS = {"hello": 1_000_000_000, "bye": 2_000_000_000}
"""The number that a message has in its subject, besides the person's."""
AT_ONCE = 200
QUIET = 0.5

Report = dict[str, Any]


class Plan(NamedTuple):
    """``calm``: seconds of live events before the edits, to compare with."""

    hosts: int
    contacts: int
    calm: float


def measure(folder: Path, plan: Plan, runtime: str) -> Report:
    """An edit of a scenario that everybody waits in, its roll-back, and the end of the wait."""
    folder.mkdir()
    data, workspace = folder / "data", folder / "workspace"
    _write(workspace, HELLO, PAUSE.format(length="30d"), BYE)
    with Sink() as sink:
        settings = settings_for(MEMORY, sink.route, hosts=plan.hosts)
        init_data(data, settings)
        with engine(workspace, data, settings, runtime) as running:
            edits = Edits(running, workspace, plan)
            edits.begin()
            report = edits.made()
            mails = _arrived(sink, 2 * plan.contacts)
            if 4 * plan.contacts <= CHECKED:
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
        _write(self._workspace, PAUSE.format(length="60d"), HELLO, BYE)
        written = load(self._workspace)
        report: Report = {"plan": self._planned(written)}
        report["publish"] = self._published(written, self._met)
        report["roll_back"] = self._published(self._earlier(), self._met)
        _write(self._workspace, PAUSE.format(length="1s"), HELLO, BYE)
        report["go_on"] = self._published(load(self._workspace), self._empty)
        return {"calm_live_ms": milliseconds(calm), **report}

    def _planned(self, written: Definitions) -> Report:
        begun = time.monotonic()
        [change] = compared(self._force(), written).scenarios
        return {"seconds": time.monotonic() - begun, "waiting": change.waiting, "gone": change.gone}

    def _published(self, written: Definitions, over: Callable[[], bool]) -> Report:
        begun = time.monotonic()
        self._client.apply(encode(written))
        answered = time.monotonic() - begun
        live = self._watch.until(over, PATIENCE)
        seconds = time.monotonic() - begun
        [scenario] = self._client.scenarios()
        told = {"answered_s": answered, "everybody_met_s": seconds}
        told["contacts_per_second"] = self._plan.contacts / seconds
        return {**told, "live_ms": milliseconds(live), "waiting": scenario["waiting"]}

    def _earlier(self) -> Definitions:
        force = self._force()
        published = self._client.published(force.version - 1)
        earlier = rolled_back(force.definitions, msgspec.convert(published, Definitions))
        return chosen(force.definitions, earlier, {"": "migrate"})

    def _force(self) -> InForce:
        return msgspec.convert(self._client.rulebook(), InForce)

    def _met(self) -> bool:
        return not self._client.status()["rebuild"]

    def _empty(self) -> bool:
        [scenario] = self._client.scenarios()
        return not scenario["waiting"] and self._met()


def _write(workspace: Path, *steps: str) -> None:
    scenarios = workspace / "scenarios"
    scenarios.mkdir(parents=True, exist_ok=True)
    text = SCENARIO.format(steps=", ".join(steps))
    (scenarios / "course.yaml").write_text(text, encoding="utf-8")
    for name in MAILS:
        template = workspace / "templates" / name
        template.mkdir(parents=True, exist_ok=True)
        told = f'channel: email\nsubject: "Order {{{{ contact.{name} }}}}"\ntransactional: true\n'
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
