"""The specs of a workspace, told on a clock of their own: the places where they do not come true."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.domain.language.spec import Spec
from engine.domain.rulebooks.definitions import Definitions
from engine.loading.country import holidays_of
from engine.loading.recurrence import calendars
from engine.loading.workspace import Workspace, Written
from engine.replay.happening import Judge
from engine.replay.story import Story

replace = msgspec.structs.replace


class Told(NamedTuple):
    """How many specs there are, and ``file:line: text`` of what is untrue."""

    specs: int
    problems: list[str]


def tell(folder: Path, definitions: Definitions, judge: Judge) -> Told:
    """Every spec of a workspace whose definitions were read without a problem, each on its own."""
    specs = Workspace(folder).specs
    return Told(len(specs), [text for one in specs for text in _untrue(one, definitions, judge)])


def _untrue(written: Written[Spec], definitions: Definitions, judge: Judge) -> Iterator[str]:
    for untrue in story(written.definition, definitions, judge).tell():
        yield written.problem(untrue.place, untrue.text)


def story(spec: Spec, definitions: Definitions, judge: Judge) -> Story:
    """With the days of calendars and the public holidays of its time: it is to come true in any year."""
    begins = datetime.fromisoformat(spec.begins[:10]).replace(tzinfo=UTC)
    at, rules = int(begins.timestamp() * 1_000), definitions.consent
    days = {country: holidays_of(country, at) for country in rules.holidays}
    then = replace(
        definitions,
        calendars=calendars(definitions.scenarios, definitions.country, at),
        consent=replace(rules, holidays=days),
    )
    return Story(spec, then, judge)
