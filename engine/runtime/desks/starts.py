"""What the Coordinator does to start a scenario for many: part by part, host by host, in order."""

import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.conditions.contact_list import unknown_list
from engine.domain.rulebooks.definitions import decode
from engine.errors import BadRequest, Unknown
from engine.ports.starts import StartAsked, StartPage
from engine.runtime import envelope

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator

LONGEST = 0.25
"""Seconds after which a part is answered, so that whoever waits sees it go on."""
LABEL = re.compile(r"[\w.:-]{1,64}")


class Starts:
    """See StartDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    async def some(self, asked: StartAsked, after: str) -> dict[str, Any]:
        self._check(asked)
        if not after and asked.mode == "start":
            self._record(asked)
        hosts = sorted(await self._coordinator.census.all())
        host, contact = _place(after, hosts)
        counts: Counter[str] = Counter()
        end = time.perf_counter() + LONGEST
        for number in hosts[hosts.index(host) :]:
            while True:
                page = await self._page(number, asked, contact)
                counts.update(page.counts)
                contact = page.after
                if page.more and time.perf_counter() > end:
                    return {"counts": dict(counts), "next": f"{number}:{contact}"}
                if not page.more:
                    break
            contact = 0
        return {"counts": dict(counts), "next": ""}

    async def _page(self, host: int, asked: StartAsked, after: int) -> StartPage:
        told = await self._coordinator.census.ask(
            host, "start_many", envelope.encode((asked, after))
        )
        return msgspec.convert(told, StartPage)

    def _record(self, asked: StartAsked) -> None:
        whom = f"list {asked.list}" if asked.list else f"segment {asked.segment}"
        engine = self._coordinator
        engine.control.record(
            engine.now(), asked.by, f"start {asked.scenario}", f"{whom} as {asked.label}"
        )

    def _check(self, asked: StartAsked) -> None:
        definitions = decode(self._coordinator.rulebooks.definitions)
        _known("scenario", asked.scenario, [one.scenario for one in definitions.scenarios])
        if not LABEL.fullmatch(asked.label):
            text = f"a label is 1 to 64 letters, digits, . : _ or -, not {asked.label!r}"
            raise BadRequest(text)
        if bool(asked.list) is bool(asked.segment):
            raise BadRequest("name a list or a segment, and not both")
        if asked.list:
            why = unknown_list(definitions.lists, asked.list)
            if why:
                raise Unknown(why)
        else:
            _known("segment", asked.segment, [one.segment for one in definitions.segments])


def _known(what: str, name: str, known: list[str]) -> None:
    if name not in known:
        text = f"no {what} is called {name!r}; there are {', '.join(known) or 'none'}"
        raise Unknown(text)


def _place(after: str, hosts: list[int]) -> tuple[int, int]:
    """Where to go on: the host, and the contact that was the last."""
    if not after:
        return hosts[0], 0
    host, _, contact = after.partition(":")
    if not (host.isdecimal() and contact.isdecimal() and int(host) in hosts):
        text = f"{after!r} is no place to go on from; begin anew under the same label"
        raise BadRequest(text)
    return int(host), int(contact)
