"""The command around the benchmark: what it refuses, and how it says so."""

from pathlib import Path

import pytest

from engine.cli.bench import _from_checkout, _parts
from engine.errors import ConfigError
from tests.benchmarks.run import PARTS


def test_without_a_checkout_the_command_says_where_the_benchmark_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="source checkout"):
        _from_checkout(tmp_path)


def test_a_part_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match="no part 'speed'; it has throughput, latency"):
        _parts("timers,speed", PARTS)


def test_parts_are_chosen_by_name_and_all_of_them_by_default() -> None:
    assert _parts("timers, memory", PARTS) == ("timers", "memory")
    assert _parts("", PARTS) == PARTS
