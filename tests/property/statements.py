"""What two people said on consent, and what that allows: by brute force over all of it."""

from collections import defaultdict
from typing import NamedTuple

import msgspec

from engine.domain.effect import contact_of
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.language.action import Consenting
from engine.domain.message import Receipt, Unmerged
from engine.domain.parting import run_of
from engine.domain.profile.offer import MARK
from tests.property.two import ADA, BOB, Stepped


class Statement(NamedTuple):
    at: int
    channel: str
    topic: str
    granted: bool


class Statements:
    """Of each of the two. While they are one, what both have said counts."""

    def __init__(self) -> None:
        self._said: dict[int, list[Statement]] = {ADA: [], BOB: []}
        self._together: list[Statement] = []
        self._starters: dict[str, int] = defaultdict(int)

    def of(self, one: int, *, merged: bool) -> list[Statement]:
        mine = [*self._said[ADA], *self._said[BOB]] if merged else self._said[one]
        return [*mine, *self._together]

    def hear(self, step: Stepped) -> None:
        """What the message itself says."""
        match step.message:
            case Event(name="Consent Changed") as event:
                told = msgspec.json.decode(event.properties)
                if told["status"] in ("granted", "withdrawn"):
                    granted = told["status"] == "granted"
                    said = Statement(event.at, told["channel"], told["topic"], granted)
                    self._said[step.own].append(said)
            case Receipt(outcome="complained") as receipt:
                self._withdraw(receipt, step.now, "")
            case Receipt(outcome="unsubscribed") as receipt:
                self._withdraw(receipt, step.now, receipt.topic)
            case Unmerged():
                self._together.clear()
            case _:
                pass

    def _withdraw(self, receipt: Receipt, at: int, topic: str) -> None:
        """What an owner says of a message about a hand-off is not the contact's word."""
        run = run_of(receipt.key)
        if f"/{MARK}/" in receipt.key:
            return
        who = self._starters[run] or contact_of(run)
        self._said[who].append(Statement(at, receipt.channel, topic, granted=False))

    def note(self, step: Stepped, fact: Fact, *, merged: bool) -> None:
        """Who starts a run, and what a run itself unsubscribes from where it comes in.

        What it does so while the two are one is lived anew for each of them when they are parted.
        """
        if fact.what == "run_entered":
            self._starters[fact.detail] = step.own
        elif fact.what == "step_in":
            scenario, _, name = fact.subject.partition("/")
            done = _unsubscribes(step, scenario, name)
            if done is not None:
                said = Statement(step.now, done.channel, done.topic or "", granted=False)
                (self._together if merged else self._said[step.who]).append(said)


def _unsubscribes(step: Stepped, scenario: str, name: str) -> Consenting | None:
    definitions = step.book.definitions
    for one in (*definitions.scenarios, *definitions.retired):
        if one.scenario == scenario:
            for written in one.steps:
                if written.id == name and isinstance(written, Consenting):
                    return written if written.say == "unsubscribe" else None
    return None


def allows(said: list[Statement], channel: str, topic: str) -> bool:
    """What a topic lacks its channel gives; a channel's withdrawal takes what was not granted after it."""
    whole = [one for one in said if one.channel == channel and not one.topic]
    own = [one for one in said if one.channel == channel and topic and one.topic == topic]
    if not own:
        return _stands(whole)
    if not _stands(own):
        return False
    later = max(one.at for one in own) > max((one.at for one in whole), default=-1)
    return not whole or _stands(whole) or later


def _stands(said: list[Statement]) -> bool:
    """The latest; of one instant the withdrawal."""
    return bool(said) and max(said, key=lambda one: (one.at, not one.granted)).granted
