"""Engines in one event loop whose time jumps, closed after the test."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from engine.runtime.rulebook import pace, rebuild
from engine.runtime.scanning import scans
from tests.jumping_loop import JumpingLoop
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build

Started = Callable[..., SmallEngine]


@pytest.fixture
def started() -> Iterator[Started]:
    """Makes a running engine of some definitions, so many ``hosts``, and contacts that have their own."""
    made: list[SmallEngine] = []

    def start(*parts: Any, hosts: int = 2, dedicated: int = 0, **rest: Any) -> SmallEngine:
        rules = build.definitions(*parts, **rest)
        engine = SmallEngine(JumpingLoop(), hosts, rules, Random(1), dedicated)
        made.append(engine)
        return engine.run(engine.start())

    yield start
    for engine in made:
        engine.close()


@pytest.fixture
def slow() -> Iterator[None]:
    """Scans take their time, and contacts are met one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scans, "BREATH", 0.01)
        patch.setattr(rebuild, "PAGE", 1)
        patch.setattr(pace, "MOST", 1)
        yield
