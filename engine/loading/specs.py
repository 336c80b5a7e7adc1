"""The specs of a workspace, told on a clock of their own: the places where they do not come true."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine.domain.language.spec import Spec
from engine.domain.rulebooks.definitions import Definitions
from engine.loading.workspace import Workspace, Written
from engine.replay.happening import Judge
from engine.replay.story import Story


class Told(NamedTuple):
    """How many specs there are, and ``file:line: text`` of what is untrue."""

    specs: int
    problems: list[str]


def tell(folder: Path, definitions: Definitions, judge: Judge) -> Told:
    """Every spec of a workspace whose definitions were read without a problem, each on its own."""
    specs = Workspace(folder).specs
    return Told(len(specs), [text for one in specs for text in _untrue(one, definitions, judge)])


def _untrue(written: Written[Spec], definitions: Definitions, judge: Judge) -> Iterator[str]:
    for untrue in Story(written.definition, definitions, judge).tell():
        yield written.problem(untrue.place, untrue.text)
