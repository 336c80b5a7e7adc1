"""Where runs stand, by the version that they are on: counted as they move, for whoever edits a scenario."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from engine.domain.profile.contact import Run

AT = "at/"
"""How the name of such a counter begins; scenario, version and step follow."""


class Stand(msgspec.Struct, frozen=True):
    """So many runs wait at a step of this version of a scenario."""

    version: int
    step: str
    waiting: int


def place_of(run: Run) -> str:
    return f"{AT}{run.scenario}/{run.version}/{run.step}"


def move(counters: dict[str, int], before: Sequence[Run], after: Sequence[Run]) -> None:
    """A contact's runs went on; a place where nobody stands any more is not kept."""
    if before != after:
        _add(counters, before, -1)
        _add(counters, after, 1)


def _add(counters: dict[str, int], runs: Iterable[Run], by: int) -> None:
    for run in runs:
        place = place_of(run)
        counters[place] = counters.get(place, 0) + by
        if not counters[place]:
            del counters[place]


def standing(counters: Mapping[str, int]) -> dict[str, list[Stand]]:
    """By scenario, the earlier versions first."""
    found: dict[str, list[Stand]] = {}
    for name in sorted(name for name, runs in counters.items() if runs and name.startswith(AT)):
        _, scenario, version, step = name.split("/")
        found.setdefault(scenario, []).append(Stand(int(version), step, counters[name]))
    for stands in found.values():
        stands.sort(key=lambda one: one.version)
    return found
