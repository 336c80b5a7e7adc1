"""The console as its operator uses it: keys on one side, a real gRPC door on the other."""

import string
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.widgets import Input

from engine.rpc.server import Doors
from tests.snapshot.desk import Desk, desk
from tests.snapshot.shop import Shop
from tui.app import RelanceConsole
from tui.feed import Feed
from tui.registry import ACTIONS, PLACES

ELSEWHERE = {"q", "f8", "escape"}
"""Leave the console, or write a picture into the working folder."""


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(tmp_path) as opened:
        yield opened


async def test_a_scenario_is_paused_after_a_question_and_goes_on_after_another(at: Desk) -> None:
    await at.at("scenarios")
    await at.press("j", "P")
    await at.until_shown("Pause abandoned_cart?", "Runs that wait in it:", "1,500; they stay")
    await at.press("right", "enter")
    await at.until_shown("abandoned_cart is paused", "1 paused")
    await at.press("P")
    await at.until_shown("Let abandoned_cart go on?")
    await at.press("right", "enter")
    await at.until(lambda: not any(at.shop.held.values()))

    assert at.shop.acts == [
        ("pause", "scenario", "abandoned_cart", True, "local"),
        ("pause", "scenario", "abandoned_cart", False, "local"),
    ]


@pytest.mark.parametrize("answer", ["enter", "escape", "n", "q"])
async def test_the_question_is_answered_with_no_unless_one_goes_to_yes(
    at: Desk, answer: str
) -> None:
    await at.at("messages")
    await at.press("P")
    await at.until_shown("Pause email?", "Messages that wait: 51")
    await at.press(answer)
    await at.press("2")
    await at.until_shown("buyers")
    assert at.shop.acts == []


async def test_an_act_that_fails_says_why(at: Desk) -> None:
    await at.at("scenarios")
    at.shop.pause = at.shop.refuse  # type: ignore[method-assign]
    await at.press("P")
    await at.press("right", "enter")
    await at.until_shown("Not done", "not now")


async def test_read_only_no_key_on_any_screen_writes(tmp_path: Path) -> None:
    async with desk(tmp_path, read_only=True) as at:
        for place in PLACES:
            await at.press("escape", "escape", place.key)
            await at.until(lambda: " P " not in at.text().splitlines()[-1])
            keys = {key for action in ACTIONS for key in action.key.split(",")}
            for key in sorted((keys | {*string.ascii_uppercase, "space", "delete"}) - ELSEWHERE):
                await at.press(key)
                if len(at.app.screen_stack) > 1 or isinstance(at.app.focused, Input):
                    await at.press("right", "enter", "escape")
        assert at.shop.acts == []


async def test_a_viewer_is_told_why_a_key_does_nothing(tmp_path: Path) -> None:
    shop = Shop()
    doors = Doors(shop, "127.0.0.1:0", "127.0.0.1:0", tmp_path)
    address, _ = await doors.start()
    app = RelanceConsole(Feed(address, "viewer"), "en")
    try:
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            at = Desk(shop, app, pilot)
            await at.at("scenarios")
            await at.press("P")
            await at.until_shown("A key of kind viewer may not change anything")
    finally:
        await doors.stop(1)
    assert shop.acts == []


async def test_a_wrong_key_and_an_absent_engine_are_told_in_place_until_it_is_back(
    tmp_path: Path,
) -> None:
    shop = Shop()
    doors = Doors(shop, "127.0.0.1:0", "127.0.0.1:0", tmp_path)
    address, _ = await doors.start()
    await doors.stop(0)
    app = RelanceConsole(Feed(address, "wrong"), "en")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        at = Desk(shop, app, pilot)
        await at.until_shown("OFFLINE", f"nothing answers at {address}")
        doors = Doors(shop, address, "127.0.0.1:0", tmp_path)
        await doors.start()
        await at.until_shown("Give a key that is in force")
        app.scene.feed._key = "operator"
        app.scene.feed.restart()
        await app.scene.feed._hang_up()
        await at.until_shown("LIVE", "1.2M accepted")
    await doors.stop(1)


async def test_held_nothing_is_asked_and_only_what_is_shown_is_watched(at: Desk) -> None:
    await at.at("segments")
    await at.press("p")
    await at.until_shown("HELD")
    asked = dict(at.shop._looked)
    await at.press("j", "k", "G")
    await at.until_shown("> [red]vip[/]")
    assert at.shop._looked == asked
    assert "scenarios" not in asked


async def test_tables_are_filtered_sorted_and_keep_their_row(at: Desk) -> None:
    await at.at("segments")
    await at.press("j")
    await at.press("slash", *"dorm", "enter")
    await at.until_shown("> dormant")
    assert "buyers" not in at.text()
    await at.press("escape", "s")
    await at.until_shown("Segment▲", "> dormant")
    names = [line.split()[0] for line in at.text().replace(">", " ").splitlines()[3:6]]
    assert names == ["[red]vip[/]", "buyers", "dormant"]
    await at.press("slash", "exclamation_mark", *"dorm", "enter")
    await at.until(lambda: "dormant" not in at.text())


async def test_a_typed_command_goes_where_it_says(at: Desk) -> None:
    await at.press("colon")
    await at.type("contact user_id:nobody")
    await at.until_shown("Nobody has the key user_id:nobody")
    await at.press("tab", "tab", "colon")
    await at.type("seg vip")
    await at.until_shown("[red]vip[/]", "Relance Segments")
    await at.press("colon")
    await at.type("elsewhere")
    await at.until_shown("There is no such screen")


async def test_from_the_ranking_one_comes_to_the_contact_and_back(at: Desk) -> None:
    await at.at("scores")
    await at.press("enter")
    await at.until_shown("Known contact #256", "Order Completed")
    await at.press("escape")
    await at.until_shown("Value now")


async def test_the_other_score_and_the_other_language_are_a_key_away(at: Desk) -> None:
    await at.at("scores")
    await at.press("right_square_bracket", "f2")
    await at.until_shown("a ce score depuis", "Scénarios", "demi-vie aucune")


@pytest.mark.parametrize("size", [(60, 18), (40, 10), (20, 5), (200, 60)])
async def test_any_size_of_terminal_is_drawn_in(at: Desk, size: tuple[int, int]) -> None:
    await at.resize(*size)
    for place in PLACES:
        await at.press("escape", place.key)
        lines = at.text().splitlines()
        assert len(lines) <= size[1]
    assert "Relance" in lines[0]
