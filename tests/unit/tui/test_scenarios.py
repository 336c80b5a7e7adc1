"""The list of scenarios: each with its steps, and with the cap on its entries where it has one."""

from typing import Any

from tui.feed import Feed
from tui.i18n.words import Words
from tui.scene import Scene
from tui.screens.scenarios import tree

STEP = {"id": "w", "do": "wait", "in": 5, "out": 2, "inside": 3, "timed_out": 0, "skipped": 0}
RENEWAL: dict[str, Any] = {
    "scenario": "renewal", "version": 1, "paused": False, "entered": 5, "goal": 1, "ended": 2,
    "waiting": 3, "steps": [STEP], "versions": [], "cap": None,
}  # fmt: skip
CAP = {"most": 40, "per": "day", "then": "wait", "taken": 40, "ahead": 7, "latest": 1, "refused": 0}


def shown(one: dict[str, Any], language: str = "en", *, folded: bool = False) -> list[list[str]]:
    scene = Scene(Feed.__new__(Feed), Words(language), read_only=False)
    return [[text for text, _ in row.cells] for row in tree(scene, one, folded=folded)]


def test_a_cap_tells_how_far_it_is_used_below_its_scenario() -> None:
    capped = shown(RENEWAL | {"cap": CAP})
    assert capped[1][:4] == ["  ≤ 40/day", "full", "7", "40"]
    assert [row for row in capped if row != capped[1]] == shown(RENEWAL)
    assert len(shown(RENEWAL | {"cap": CAP}, folded=True)) == 1


def test_who_was_turned_away_is_told() -> None:
    cap = CAP | {"taken": 3, "refused": 12}
    assert shown(RENEWAL | {"cap": cap}, "fr")[1][5] == "refusés 12"
