"""What an author writes of what happens, as what a contact on a clock of its own consumes."""

from collections.abc import Callable

import msgspec

from engine.domain.event import Event
from engine.domain.language.endpoint import channel_of
from engine.domain.language.spec import Answering, Item
from engine.domain.message import Message
from engine.replay.became import heard, is_about_a_message
from engine.replay.simulation import Simulation

Judge = Callable[[Item, int], Event]
"""An item as services push it, received at an instant (ms), as an event. Raises ValueError."""
PUSHED = {"event", "type"}
"""One of them is in every item that is pushed."""


def consumed(item: Item, world: Simulation, judge: Judge, person: str) -> Message | None:
    """At the present of ``world``; ``person`` is the user id of items that name nobody.

    None for one that says how an endpoint answers from now on. Raises ValueError.
    """
    if is_about_an_endpoint(item):
        told = msgspec.convert(item, Answering)
        world.endpoints[channel_of(told.webhook)] = told
        return None
    if is_about_a_message(item):
        return heard(item, world.sent, world.contact, world.now)
    if not PUSHED & {*item}:
        raise ValueError("names nothing that happens: write event, type, message or webhook")
    named = item if {"userId", "anonymousId"} & {*item} else {"userId": person, **item}
    typed = named if "type" in named or "event" not in named else {"type": "track", **named}
    return judge(typed, world.now)


def is_about_an_endpoint(item: Item) -> bool:
    return "webhook" in item and not PUSHED & {*item}
