"""Each screen as a reader sees it, in both languages, at 80x24 and 120x40."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.snapshot.desk import Desk, desk

Same = Callable[[str, str], None]
PLACES = ("pulse", "segments", "scores", "messages", "scenarios", "handoffs")
SIZES = ((80, 24), (120, 40))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screens(
    tmp_path: Path, same: Same, language: str, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, language, size) as at:
        for place in PLACES:
            await at.at(place)
            same(f"{place}-{language}-{size[0]}", at.text())
        await contact(at)
        same(f"contact-{language}-{size[0]}", at.text())


async def contact(at: Desk) -> None:
    await at.press("6")
    await at.type("ada@example.com")
    await at.until_shown("Order Completed")


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_what_lies_over_them(tmp_path: Path, same: Same, language: str) -> None:
    async with desk(tmp_path, language) as at:
        await at.at("scenarios")
        await at.press("question_mark")
        same(f"help-{language}", at.text())
        await at.press("escape", "P")
        same(f"confirm-{language}", at.text())
        await at.press("escape")
        await contact(at)
        await at.press("j", "enter")
        same(f"details-{language}", at.text())


async def test_trouble_is_told_where_it_is(tmp_path: Path, same: Same) -> None:
    async with desk(tmp_path, read_only=True) as at:
        at.shop.trouble = True
        await at.shop.pause("scenario", "welcome", True, "test")
        await at.at("pulse")
        same("pulse-trouble", at.text())
        await at.at("messages")
        same("messages-trouble", at.text())


async def test_nothing_defined_says_what_to_do(tmp_path: Path, same: Same) -> None:
    async with desk(tmp_path) as at:
        at.shop.empty = True
        await at.at("segments")
        await at.until_shown("config/segments")
        same("segments-empty", at.text())
