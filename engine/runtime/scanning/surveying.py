"""Surveys over all hosts: what segments would hold that are not published yet, and what time will bring."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.duration import DAY
from engine.domain.profile.calendar import written as timestamp
from engine.domain.rulebooks.definitions import Definitions, decode, encode, succeed
from engine.domain.rulebooks.since import dated
from engine.domain.scores.score import Score
from engine.domain.surveys import difference
from engine.domain.surveys.preview import together
from engine.errors import BadRequest, Busy, ConfigError, Unknown
from engine.runtime import envelope
from engine.runtime.scanning.survey_part import ForecastWanted, PreviewWanted, Wanted

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator

LOOK = 0.3
"""Seconds between two looks at how far the hosts are."""
MOST_DAYS = 366

Found = Callable[[list[dict[str, Any]]], dict[str, Any]]


class Surveying:
    """See SurveyDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    def preview(
        self, definitions: bytes, segments: Sequence[str], scores: Sequence[str] = ()
    ) -> AsyncIterator[dict[str, Any]]:
        books = self._coordinator.rulebooks
        in_force = decode(books.definitions)
        try:
            written = decode(definitions)
            after = dated(in_force, succeed(in_force, written), books.version + 1)
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError, KeyError) as error:
            text = f"this is no document of definitions: {error}"
            raise ConfigError(text) from error
        every = not segments and not scores
        chosen = _picked("segment", _segments(in_force, after), segments, every=every)
        scored = _picked("score", _scores(in_force, after), scores, every=every)
        wanted = PreviewWanted(books.version + 1, encode(after), tuple(chosen), tuple(scored))

        def found(hosts: list[dict[str, Any]]) -> dict[str, Any]:
            told, moved = together(hosts), difference.together(hosts)
            rows = [
                {"segment": name, "change": chosen[name], **told["segments"][name]}
                for name in chosen
            ]
            since = max(host["whole_since"] for host in hosts)
            return {
                "contacts": told["contacts"],
                "whole_since": timestamp(since),
                "segments": rows,
                "scores": [
                    {"score": name, "change": scored[name], **moved["scores"][name]}
                    for name in scored
                ],
                "grades": moved["grades"],
            }

        return self._survey(wanted, found) if chosen or scored else _nothing()

    def forecast(self, segment: str, days: int) -> AsyncIterator[dict[str, Any]]:
        known = [one.segment for one in decode(self._coordinator.rulebooks.definitions).segments]
        if segment not in known:
            text = f"no segment is called {segment!r}; there are {', '.join(known) or 'none'}"
            raise Unknown(text)
        if not 0 < days <= MOST_DAYS:
            text = f"a forecast reaches 1 to {MOST_DAYS} days ahead, not {days}"
            raise BadRequest(text)
        now = self._coordinator.now()

        def found(hosts: list[dict[str, Any]]) -> dict[str, Any]:
            size = sum(host["size"] for host in hosts)
            return {
                "segment": segment,
                "at": timestamp(now),
                "contacts": sum(host["contacts"] for host in hosts),
                "unknown": sum(host["unknown"] for host in hosts),
                "size": size,
                "days": _days(hosts, size, now, days),
            }

        return self._survey(ForecastWanted(segment, days, now), found)

    async def _survey(self, wanted: Wanted, found: Found) -> AsyncIterator[dict[str, Any]]:
        """Progress until all hosts have found what they looked for. Raises Busy."""
        ask, body = self._coordinator.census.ask, envelope.encode(wanted)
        numbers: dict[int, int] = {}
        try:
            for host in await self._coordinator.census.all():
                numbers[host] = await ask(host, "survey", body)
            while True:
                told = await asyncio.gather(
                    *(ask(host, "survey_told", envelope.encode(n)) for host, n in numbers.items())
                )
                for why in filter(None, (one.get("failed") for one in told)):
                    raise Busy(1.0, f"{why}; ask again")
                if all("found" in one for one in told):
                    yield {"found": found([one["found"] for one in told])}
                    return
                yield {"progress": _progress(told)}
                await asyncio.sleep(LOOK)
        finally:
            ends = (ask(host, "survey_end", envelope.encode(n)) for host, n in numbers.items())
            await asyncio.gather(*ends, return_exceptions=True)


async def _nothing() -> AsyncIterator[dict[str, Any]]:
    empty: dict[str, Any] = {
        "contacts": 0,
        "whole_since": None,
        "segments": [],
        "scores": [],
        "grades": {},
    }
    yield {"found": empty}


def _segments(in_force: Definitions, after: Definitions) -> dict[str, str]:
    """What publishing would make of each."""
    old = {one.segment: one.asks for one in in_force.segments}
    return _changes(old, {one.segment: one.asks for one in after.segments})


def _scores(in_force: Definitions, after: Definitions) -> dict[str, str]:
    """A matrix that changes changes what its scores are worth."""
    old, new = ({one.score: as_read(one) for one in book.scores} for book in (in_force, after))
    changes = _changes(old, new)
    if after.matrix is not None and after.matrix != in_force.matrix:
        for axis in (after.matrix.letter, after.matrix.digit):
            changes[axis.score] = changes[axis.score].replace("kept", "changed")
    return changes


def as_read(score: Score) -> Score:
    """Without what changes no value."""
    return msgspec.structs.replace(score, title="")


def _changes(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, str]:
    return {
        name: "added" if name not in old else "changed" if asked != old[name] else "kept"
        for name, asked in new.items()
    }


def _picked(
    kind: str, changes: Mapping[str, str], names: Sequence[str], *, every: bool
) -> dict[str, str]:
    """Those named, or every one that is not as before. Raises Unknown."""
    for name in names:
        if name not in changes:
            text = f"no {kind} is called {name!r}; there are {', '.join(changes) or 'none'}"
            raise Unknown(text)
    return {
        name: change
        for name, change in changes.items()
        if name in names or (every and change != "kept")
    }


def _progress(told: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Of the hosts that are still at it."""
    names = ("rows", "scanned", "met")
    return {name: sum(one.get(name, 0) for one in told) for name in names}


def _days(hosts: Sequence[dict[str, Any]], size: int, now: int, days: int) -> list[dict[str, Any]]:
    rows = []
    for day in range(days):
        enters = sum(host["enters"][day] for host in hosts)
        leaves = sum(host["leaves"][day] for host in hosts)
        size += enters - leaves
        until = timestamp(now + (day + 1) * DAY)
        rows.append({"until": until, "enters": enters, "leaves": leaves, "size": size})
    return rows
