"""Three days of a small shop: starts the engine, lets the visitors in, waits, and asks what came of it."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from engine.cli.demo.doors import TIMEOUT, Doors
from engine.cli.demo.engine_process import Running, engine, tail
from engine.cli.demo.hottest import hottest
from engine.cli.demo.postbox import Mail, Postbox, listening
from engine.cli.demo.premises import furnished
from engine.cli.demo.readers import open_offers
from engine.cli.demo.story import Progress, Story
from engine.cli.demo.summary import Report, answers, document, received
from engine.cli.demo.visits import END, POST, Act, visits
from engine.clock import SystemClock
from engine.errors import EngineError
from engine.loading.definitions import load
from engine.rpc.client import Relance

OPENS = 8


class Wish(msgspec.Struct, frozen=True):
    """What the user asked for. ``speed`` is how many times faster the clock runs."""

    runtime: str
    visitors: int
    seed: int
    speed: float
    workspace: Path


async def run(wish: Wish, folder: Path, story: Story) -> Report:
    """Everything happens in ``folder``. Raises EngineError with the engine's last words when it fails."""
    workspace = furnished(wish.workspace, folder)
    definitions = await asyncio.to_thread(load, workspace)
    zone = ZoneInfo(definitions.zone)
    clock = SystemClock(wish.speed, SystemClock().now())
    (folder / "mails").mkdir()
    box = Postbox(folder / "mails", lambda mail: story.happened(clock.now(), _of_mail(mail)))
    async with AsyncExitStack() as stack:
        route = await stack.enter_async_context(listening(box))
        story.stage(f"Starting the engine: relance up --runtime {wish.runtime}")
        settings = _settings(wish, clock, route)
        running = await stack.enter_async_context(engine(folder, workspace, settings))
        try:
            return await _three_days(wish, running, clock, zone, box, story)
        except EngineError as error:
            text = f"{error}\nthe engine's log ends with\n{tail(folder / 'engine.log')}"
            raise EngineError(text) from error


def _settings(wish: Wish, clock: SystemClock, route: str) -> dict[str, str]:
    return {
        "RELANCE_RUNTIME__RUNTIME": wish.runtime,
        "RELANCE_RUNTIME__CLOCK_RATE": str(clock.rate),
        "RELANCE_RUNTIME__CLOCK_ORIGIN": str(clock.origin),
        "RELANCE_RPC__GRPC": "127.0.0.1:0",
        "RELANCE_RPC__HTTP": "127.0.0.1:0",
        "RELANCE_EMAIL__ROUTE": route,
    }


async def _three_days(
    wish: Wish, running: Running, clock: SystemClock, zone: ZoneInfo, box: Postbox, story: Story
) -> Report:
    with Relance(running.control, timeout=TIMEOUT) as operator:
        keys = [operator.create_key(*one) for one in (("public", "site"), ("server", "shop"))]
        with Relance(running.grpc, keys[1], timeout=TIMEOUT) as server:
            opening = next_opening(clock.now(), zone)
            doors = Doors(running.http, keys[0], server, clock, opening)

            def progress() -> Progress:
                part = min(1.0, max(0.0, (clock.now() - opening) / END))
                return Progress(clock.now(), part, sum(doors.sent.values()), len(box.mails))

            story.begin(progress, zone)
            story.happened(clock.now(), f"the shop opens at {OPENS}")

            async def read() -> None:
                await _until(opening + POST[0], clock)
                before = len(box.mails)
                await _until(opening + POST[1], clock)
                for name in await open_offers(operator, server, box.mails[before:]):
                    story.happened(clock.now(), f"{name} opens the offer")

            await _open(visits(wish.seed, wish.visitors), doors, clock, opening, story, read())
        story.stage("Asking the engine what came of it")
        found = await answers(operator, box.mails)
        mails = await received(operator, found["mails"])
        hot = await hottest(operator)
    return document(found, doors.sent, doors.refused, mails) | {"hot": hot}


def next_opening(now: int, zone: ZoneInfo) -> int:
    """The next time that it is eight in the morning there (ms)."""
    local = datetime.fromtimestamp(now / 1_000, zone)
    today = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    opening = today if today > local else today + timedelta(days=1)
    return int(opening.timestamp() * 1_000)


async def _open(
    plan: list[list[Act]], doors: Doors, clock: SystemClock, opening: int, story: Story,
    reading: Coroutine[Any, Any, None],
) -> None:  # fmt: skip
    """Each visitor does one thing after the other; among themselves they do not wait."""
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(reading)
            for acts in plan:
                tasks.create_task(_visit(acts, doors, clock, opening, story))
            await _until(opening + END, clock)
    except* EngineError as errors:
        raise errors.exceptions[0] from None


async def _visit(
    acts: list[Act], doors: Doors, clock: SystemClock, opening: int, story: Story
) -> None:
    for act in acts:
        await _until(opening + act.at, clock)
        await doors.send(act)
        if act.told:
            story.happened(clock.now(), act.told)


async def _until(instant: int, clock: SystemClock) -> None:
    await asyncio.sleep(max(0.0, clock.seconds(instant - clock.now())))


def _of_mail(mail: Mail) -> str:
    name, _, _ = mail.to.partition("@")
    return f"mail to {name}: {mail.message['Subject']}"
