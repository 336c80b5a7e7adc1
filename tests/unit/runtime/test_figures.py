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
        counting(at__s__1__old=1, at__s__2__new=3),
        counting(at__s__1__old=1),
    ]
    stands = [
        {"version": 1, "step": "old", "waiting": 2},
        {"version": 2, "step": "new", "waiting": 3},
    ]
    definitions_ = succeed(succeed(None, first), second)
    told = figures.rulebook(2, definitions_, hosts)
    assert (told["version"], told["waiting"]) == (2, {"s": stands})
    [shown] = figures.scenarios(definitions_, hosts, [])
    assert (shown["waiting"], shown["versions"]) == (5, stands)


def test_contacts_inside_a_segment_are_summed_over_hosts() -> None:
    hosts = [
        counting(segment_entered__vip=3, segment_left__vip=1),
        counting(segment_entered__vip=2),
    ]
    told = figures.rulebook(1, definitions(segment("vip", did="Ate")), hosts)
    assert told["inside"] == {"vip": 4}
