"""The demo's story is the same for a seed, and its summary notices what does not add up."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.cli.demo.premises import furnished
from engine.cli.demo.run import OPENS, next_opening
from engine.cli.demo.summary import problems
from engine.cli.demo.visits import END, visits
from engine.cli.workspace import default_workspace
from engine.domain.duration import DAY
from engine.loading.definitions import load

PARIS = ZoneInfo("Europe/Paris")


def summary(**changed: int) -> dict[str, Any]:
    """One that adds up, but for what is changed."""
    figures = {"accepted": 7, "duplicates": 2, "rejected": 1, "sent": 3, "received": 3} | changed
    events = {name: figures[name] for name in ("accepted", "duplicates", "rejected")}
    return {
        "events": {"sent": {"http": 6, "grpc": 4}, **events},
        "messages": {
            "intended": 3,
            "sent": figures["sent"],
            "failed": 0,
            "unknown": 0,
            "queued": 0,
        },
        "mails": {"received": figures["received"]},
        "fsck": {"findings": []},
    }


def test_a_summary_that_adds_up_has_no_problem() -> None:
    assert problems(summary()) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"accepted": 6}, "10 events were sent, 9 were judged"),
        ({"sent": 2, "received": 2}, "3 messages were intended, 2 are accounted for"),
        ({"received": 2}, "3 mails were sent, 2 arrived"),
        ({"received": 4}, "3 mails were sent, 4 arrived"),
    ],
)
def test_what_does_not_add_up_is_told(changed: dict[str, int], problem: str) -> None:
    assert problems(summary(**changed)) == [problem]


def test_a_finding_of_the_check_and_an_empty_postbox_are_problems() -> None:
    made = summary(received=0) | {"fsck": {"findings": ["run 7 waits for nothing"]}}

    assert problems(made) == [
        "fsck: run 7 waits for nothing", "3 mails were sent, 0 arrived", "no mail arrived",
    ]  # fmt: skip


def test_a_seed_tells_one_story_and_another_seed_another() -> None:
    assert visits(1, 24) == visits(1, 24)
    assert visits(1, 24) != visits(2, 24)


@pytest.mark.parametrize("seed", range(5))
def test_everybody_acts_in_order_and_before_the_end(seed: int) -> None:
    for acts in visits(seed, 60):
        instants = [act.at for act in acts]
        assert instants == sorted(instants)
        assert 0 <= instants[0] <= instants[-1] < END


def test_message_ids_differ_but_for_what_is_sent_again() -> None:
    acts = [act for visitor in visits(1, 60) for act in visitor]
    first = [act for act in acts if act.happened in (-1, act.at)]

    ids = [event["messageId"] for act in first for event in act.events]

    assert len(ids) == len(set(ids))
    assert ids != [event["messageId"] for act in acts for event in act.events]


@pytest.mark.parametrize(("now", "day"), [("2026-11-22T03:00", 22), ("2026-11-22T08:00", 23)])
def test_the_shop_opens_at_eight_where_it_is(now: str, day: int) -> None:
    instant = int(datetime.fromisoformat(now).replace(tzinfo=PARIS).timestamp() * 1_000)

    opening = datetime.fromtimestamp(next_opening(instant, PARIS) / 1_000, PARIS)

    assert (opening.day, opening.hour, opening.minute) == (day, OPENS, 0)


def test_the_shop_of_the_demo_is_the_default_one_but_for_its_patience(tmp_path: Path) -> None:
    given, made = default_workspace(), load(furnished(default_workspace(), tmp_path))
    assert (made.late, made.max_age) == (60 * DAY, 60 * DAY)
    assert made.scenarios == load(given).scenarios
