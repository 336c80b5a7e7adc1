"""An offer: one hand-off of one contact, as the contact itself keeps it. ``team`` has the definitions."""

from typing import Any, Literal

import msgspec

Status = Literal["open", "accepted", "returned", "rejected"]
Decision = Literal["accept", "return", "reject"]
BECOMES: dict[str, Status] = {"accept": "accepted", "return": "returned", "reject": "rejected"}

RECENT = 5
"""A contact's last actions, kept while the workspace has hand-offs."""
NAMED = 60
"""Characters of an action's name."""
MARK = "hand-off"
"""Stands in the key of a message to an owner where a scenario's has its step; no step is called so."""


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A score as it stood; ``parts`` says what it was made of, each with its points."""

    score: str
    value: float
    parts: tuple[tuple[str, float], ...] = ()


class Action(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the contact did, and when (ms)."""

    name: str
    at: int


class Offer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``id`` is fixed when it is raised and survives a merge; ``also`` are those that it took in then.

    ``looked`` is the instant up to which its reminders and its escalation are done; ``told`` counts the
    messages to owners. Closed, it says ``by`` whom, ``closed`` when, with which ``words``; a returned one
    may be raised again from ``until`` on. ``lines`` and ``actions`` are as they stood when it was raised.
    """

    id: str
    handoff: str
    reason: str
    owner: str
    raised: int
    deadline: int
    looked: int
    status: Status = "open"
    told: int = 0
    lines: tuple[Line, ...] = ()
    actions: tuple[Action, ...] = ()
    reminded: int = 0
    escalated: int = 0
    escalated_to: str = ""
    closed: int = 0
    by: str = ""
    words: str = ""
    until: int = 0
    also: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.status == "open"

    @property
    def timer(self) -> str:
        return f"{TIMER}{self.id}"

    def is_called(self, number: str) -> bool:
        return number == self.id or number in self.also


TIMER = "handoff:"

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Offer)


def encode(offer: Offer) -> bytes:
    return _encoder.encode(offer)


def decode(raw: bytes) -> Offer:
    return _decoder.decode(raw)


def plain(offer: Offer) -> dict[str, Any]:
    """For readers; instants in ms, 0 for never."""
    told = msgspec.structs.asdict(offer)
    told.pop("looked")
    lines = [{"score": one.score, "value": one.value, "parts": one.parts} for one in offer.lines]
    actions = [{"name": one.name, "at": one.at} for one in offer.actions]
    return told | {"lines": lines, "actions": actions}


def to_owner(key: str) -> bool:
    """Whether this is the key of a message to an owner, which says nothing of the contact's address."""
    return key.split("/")[1:2] == [MARK]
