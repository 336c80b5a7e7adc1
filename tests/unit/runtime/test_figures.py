"""What the hosts count, put together."""

from typing import Any

from engine.domain.rulebooks.definitions import succeed
from engine.runtime.desks import figures
from tests.unit.domain.builders import definitions, scenario, segment, wait


def counting(**counters: int) -> dict[str, Any]:
    return {"counters": {name.replace("__", "/"): count for name, count in counters.items()}}


def test_runs_that_wait_at_a_step_of_an_earlier_version_are_told() -> None:
    first, second = (
        definitions(scenario("s", {"event": "Ate"}, wait(name, for_="1h"), version=0))
        for name in ("old", "new")
    )
    hosts = [
        counting(step_in__s__old=3, step_out__s__old=2, step_in__s__new=4, step_out__s__new=4),
        counting(step_in__s__old=2, step_out__s__old=1),
    ]

    told = figures.rulebook(2, succeed(succeed(None, first), second), hosts)

    assert (told["version"], told["waiting"]) == (2, {"s": {"old": 2}})


def test_contacts_inside_a_segment_are_summed_over_hosts() -> None:
    hosts = [
        counting(segment_entered__vip=3, segment_left__vip=1),
        counting(segment_entered__vip=2),
    ]
    told = figures.rulebook(1, definitions(segment("vip", did="Ate")), hosts)
    assert told["inside"] == {"vip": 4}
