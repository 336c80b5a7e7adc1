"""The README's pictures: the console at a real engine that a small crowd keeps busy.

python -m tests.snapshot.pictures      writes tui/pictures/*.svg
"""

import asyncio
import math
import re
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from tests.acceptance.engine_process import Engine
from tui.app import RelanceConsole
from tui.feed import Feed

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "tui" / "pictures"
SIZE = (100, 30)
SECONDS = 150
"""How long the crowd comes before the last picture but one, so that the chart has a past."""
PRODUCTS = ("Linen shirt", "Canvas bag", "Wool scarf", "Leather belt")
ADA = "ada@example.com"


def visit(random: Random, number: int) -> list[dict[str, Any]]:
    """What one person does within a moment; most only look."""
    name, price = random.choice(PRODUCTS), random.randrange(15, 120)
    user = {"userId": f"u{number}"}
    email = ADA if number == 0 else f"u{number}@example.com"
    traits = {"email": email, "first_name": "Ada", "consent_email": True, "newsletter": True}
    product = {"product_id": name, "name": name, "price": price, "quantity": 1}
    steps: list[dict[str, Any]] = [
        {"type": "track", "event": "Product Viewed", "properties": product},
        {"type": "identify", "traits": traits},
        {"type": "track", "event": "Signed Up", "properties": {}},
        {"type": "track", "event": "Product Added", "properties": product},
        {"type": "track", "event": "Cart Viewed", "properties": {"products": [product]}},
        {
            "type": "track",
            "event": "Order Completed",
            "properties": {"order_id": f"o{number}", "total": price, "products": [product]},
        },
    ]
    far = len(steps) if number == 0 else random.choice((1, 1, 2, 3, 4, 5, 6))
    return [step | user for step in steps[:far]]


async def crowd(engine: Engine) -> None:
    random, number = Random(7), 0
    with engine.client() as client:
        while True:
            people = range(number, number + 8)
            number += 8
            events = [event for one in people for event in visit(random, one)]
            await asyncio.to_thread(client.push, events)
            await asyncio.sleep(0.08 - 0.05 * math.sin(number / 900))


async def pictures(engine: Engine) -> None:
    app = RelanceConsole(Feed(engine.grpc, engine.admin), "en")
    busy = asyncio.create_task(crowd(engine))
    async with app.run_test(size=SIZE) as pilot:
        for place, key in (("segments", "2"), ("scores", "3"), ("scenarios", "5"), ("pulse", "1")):
            await pilot.press(key)
            await asyncio.sleep(SECONDS / 4)
            keep(app, place)
        busy.cancel()
        await pilot.press("6", *ADA, "enter")
        await asyncio.sleep(3)
        keep(app, "contact")


def keep(app: RelanceConsole, place: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    drawn = app.export_screenshot(title="relance console")
    (PICTURES / f"{place}.svg").write_text(re.sub(r",\s*url\([^)]*\) format\([^)]*\)", "", drawn))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(ROOT / "config", Path(folder), "in-process")
        try:
            engine.start()
            asyncio.run(pictures(engine))
        finally:
            engine.close()


if __name__ == "__main__":
    main()
