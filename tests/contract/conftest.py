"""What the contract suites share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.places import place, store
from tests.sender_life import Life

__all__ = ["place", "store"]


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    life = Life(tmp_path)
    yield life
    if life.sender:
        await life.sender.stop()
