"""Keys and merges come to rest in every order of delivery, and nobody is lost or counted twice."""

from itertools import count
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.event import PUBLIC, SERVER
from tests.property.directory_world import World
from tests.property.test_run_law import check_figures
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON, event, rulebook

KEYS = ("user_id:1", "user_id:2", "email:a", "email:b", "anonymous_id:d", "anonymous_id:e")
BOOK = rulebook(
    build.segment("eater", did="Ate", at_least=2),
    build.scenario("s", {"event": "Ate"}, build.wait("a", for_="1h")),
    build.scenario("t", {"enters": "eater"}, build.wait_for("b", event="Ate")),
)

key_sets = st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True).map(
    lambda keys: tuple(sorted(one_user(keys), key=KEYS.index))
)
arrivals = st.lists(
    st.tuples(key_sets, st.sampled_from([PUBLIC, SERVER, SERVER]), st.integers(0, 3)),
    min_size=1,
    max_size=10,
)


def one_user(keys: list[str]) -> list[str]:
    """An event names at most one user id."""
    users = [key for key in keys if key.startswith("user_id")]
    return [key for key in keys if key not in users[1:]]


@settings(max_examples=200, deadline=None)
@given(arrivals, st.randoms(use_true_random=False), st.booleans())
def test_claims_come_to_rest_and_nobody_is_lost_or_counted_twice(
    pushed: list[tuple[tuple[str, ...], int, int]], dice: Random, twice: bool
) -> None:
    world, numbers = World(BOOK, NOON), count()
    for keys, trust, delivered in pushed:
        world.now += 1
        told = {"number": next(numbers)}
        world.push(event("Ate", world.now, keys=keys, trust=trust, properties=told))
        for _ in range(min(delivered, len(world.hops))):
            world.deliver(dice.randrange(len(world.hops)), twice=twice)
    world.settle(dice.randrange, twice=twice)
    check_world(world)


def check_world(world: World) -> None:
    living = [one for one in world.contacts.values() if not one.merged_into]
    assert [one.claims for one in living if one.claims] == []
    assert sum(sum(one.counts.values()) for one in living) == world.accepted
    for key, bindings in world.directory.items():
        holder = world.contacts[world.living(bindings[-1].contact)]
        assert key in holder.keys
    for one in world.contacts.values():
        if one.merged_into:
            assert not one.known
            assert one.id in world.contacts[one.merged_into].pasts
        assert len({key for key in one.keys if key.startswith("user_id")}) <= 1
    check_figures(world.contacts.values(), world.facts)
