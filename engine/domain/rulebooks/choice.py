"""Choices for runs under way that are made when a document is published, over what it says itself."""

from collections.abc import Mapping
from typing import get_args

from msgspec.structs import replace

from engine.domain.language.scenario import Scenario, Waiting, as_plain
from engine.domain.rulebooks.definitions import Definitions

CHOICES: tuple[Waiting, ...] = get_args(Waiting)
EVERY = ""
"""Stands for every scenario that is edited."""


def chosen(
    in_force: Definitions, written: Definitions, choices: Mapping[str, Waiting]
) -> Definitions:
    """``written`` under these choices, by scenario. Raises ValueError for one that does not fit."""
    before = {one.scenario: one for one in in_force.scenarios}
    removed = before.keys() - {one.scenario for one in written.scenarios}
    for name in choices.keys() - {EVERY, *before, *(one.scenario for one in written.scenarios)}:
        text = f"there is no scenario {name} whose runs could {choices[name]}"
        raise ValueError(text)
    for name in removed:
        if choices.get(name) == "migrate":
            text = f"scenario {name} is removed: its runs can be left (pin) or ended (exit)"
            raise ValueError(text)
    asked = {name: choices.get(name, choices.get(EVERY)) for name in removed}
    return replace(
        written,
        scenarios=tuple(_chosen(before.get(s.scenario), s, choices) for s in written.scenarios),
        ended=written.ended | {name: 0 for name, choice in asked.items() if choice == "exit"},
    )


def _chosen(before: Scenario | None, written: Scenario, choices: Mapping[str, Waiting]) -> Scenario:
    choice = choices.get(written.scenario)
    if choice is None and before is not None and as_plain(before) != as_plain(written):
        choice = choices.get(EVERY)
    if choice is None:
        return written
    return replace(written, waiting=choice, moves=written.moves if choice == "migrate" else {})


def rolled_back(in_force: Definitions, earlier: Definitions) -> Definitions:
    """What an earlier version published, to be published again: without the choices it was published with."""
    names = {one.scenario for one in in_force.scenarios}
    return replace(
        earlier,
        scenarios=tuple(
            replace(one, waiting="pin", moves={}) if one.scenario in names else one
            for one in earlier.scenarios
        ),
        ended={},
    )
