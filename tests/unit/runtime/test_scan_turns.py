"""Only so many scans at once on a machine: who comes later waits until a turn is given back."""

import asyncio
from pathlib import Path

from engine.runtime.scanning.scan_turns import ScanTurns


async def test_who_finds_no_turn_waits_for_one(tmp_path: Path) -> None:
    mine, theirs = ScanTurns(tmp_path / "scans", most=2), ScanTurns(tmp_path / "scans", most=2)
    first, second = await mine.take(), await theirs.take()
    waiting = asyncio.create_task(mine.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    second.give_back()
    (await waiting).give_back()
    first.give_back()


async def test_a_turn_is_given_back_once(tmp_path: Path) -> None:
    turns = ScanTurns(tmp_path / "scans", most=1)
    gone = await turns.take()
    gone.give_back()
    held = await turns.take()
    gone.give_back()
    assert turns.free() is None
    held.give_back()
