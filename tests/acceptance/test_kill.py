"""Nothing acknowledged is lost and nothing is sent twice, whatever is killed and whenever.

``ACCEPTANCE_LONG=1`` runs it with 50,000 events and three rounds for each victim; ``ACCEPTANCE_SEED``
repeats the kills of a run that failed. (The engine itself refuses variables RELANCE_* that it does
not know.)
"""

import os
import random
import sys
from collections.abc import Iterator

import pytest

from tests.acceptance.kill import CONNECTION, VICTIMS, Campaign, table
from tests.postgres_server import PostgresServer

LONG = os.environ.get("ACCEPTANCE_LONG") == "1"
ROUNDS = 3 if LONG else 1
EVENTS = 50_000 // (ROUNDS * len(VICTIMS)) if LONG else 600
"""For one round."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("ACCEPTANCE_SEED") or random.SystemRandom().randrange(10_000))


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Iterator[Campaign]:
    """One engine with two hosts for all rounds: each begins with what the one before left."""
    made = Campaign(tmp_path_factory.mktemp("ray"), "ray", 2, seed)
    yield made
    made.close()


@pytest.mark.ray
@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("victim", VICTIMS)
def test_every_acknowledged_event_is_kept_once_and_no_message_doubles(
    campaign: Campaign, victim: str, turn: int
) -> None:
    done = campaign.round(victim, EVENTS)

    sys.stdout.write(table([done]) + "\n")
    assert list(campaign.faults(done)) == []


@pytest.mark.ray
def test_afterwards_it_stops_cleanly_and_the_stores_are_whole(campaign: Campaign) -> None:
    assert list(campaign.end()) == []


@pytest.mark.ray
def test_on_postgresql_a_killed_host_and_a_broken_connection_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int, postgres_server: PostgresServer
) -> None:
    postgres_server.clear()
    campaign = Campaign(tmp_path_factory.mktemp("postgres"), "ray", 2, seed, postgres_server)
    try:
        for victim in ("host", CONNECTION):
            done = campaign.round(victim, EVENTS // 2)
            sys.stdout.write(table([done]) + "\n")
            assert list(campaign.faults(done)) == []
        assert list(campaign.end()) == []
    finally:
        campaign.close()


def test_one_process_with_everything_in_it_survives_its_death_too(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    campaign = Campaign(tmp_path_factory.mktemp("in-process"), "in-process", 1, seed)
    try:
        for _ in range(2):
            done = campaign.round("everything", EVENTS)
            sys.stdout.write(table([done]) + "\n")
            assert list(campaign.faults(done)) == []
        assert list(campaign.end()) == []
    finally:
        campaign.close()
