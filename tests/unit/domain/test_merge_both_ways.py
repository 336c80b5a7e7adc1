"""Every rule of a merge, with the two exchanged: who survives decides, not who was first or known."""

from typing import Any

import pytest

from engine.domain.effect import Adopt
from engine.domain.message import Adopted, YieldAsked
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import WITH, Claim
from tests.unit.domain.builders import (
    HOUR,
    NOON,
    Life,
    rulebook,
    scenario,
    score,
    segment,
    wait,
)

GUEST, ADA = "anonymous_id:d", "user_id:7"
IDS = {GUEST: 1 << 16, ADA: 2 << 16}
BOTH_WAYS = pytest.mark.parametrize(("survivor", "other"), [(ADA, GUEST), (GUEST, ADA)])


def pair(*parts: Any) -> dict[str, Life]:
    book = rulebook(*parts)
    lives = {key: Life(book, Contact(number)) for key, number in IDS.items()}
    for key, one in lives.items():
        one.does("Came", keys=(key,))
    return lives


def merged(lives: dict[str, Life], survivor: str, other: str) -> Contact:
    """As an operator's word does it, so that each may survive."""
    into, gone = lives[survivor], lives[other]
    into.until(max(into.now, gone.now))
    gone.until(into.now)
    gone.take(YieldAsked(Claim(f"{WITH}{IDS[other]}", gone.now), IDS[survivor]))
    state = next(asked.state for asked in gone.effects if isinstance(asked, Adopt))
    into.take(Adopted(IDS[other], state))
    return into.contact


@BOTH_WAYS
def test_the_survivors_attributes_win_and_gaps_are_filled(survivor: str, other: str) -> None:
    """mautic/mautic#16425: the anonymous one won over the known one."""
    lives = pair()
    lives[ADA].tells(name="Ada", plan="gold")
    lives[GUEST].tells(name="nobody", city="Lyon")
    contact = merged(lives, survivor, other)
    name = {ADA: "Ada", GUEST: "nobody"}[survivor]
    assert contact.attributes == {"name": name, "plan": "gold", "city": "Lyon"}
    assert contact.known
    assert sorted(contact.keys) == [GUEST, ADA]


def test_the_machine_lets_the_known_one_survive_whoever_asks() -> None:
    """mautic/mautic#16425: with the two exchanged, the guest asked by Ada and Ada's key asked by it."""
    lives = pair()
    answer = lives[GUEST].take(YieldAsked(Claim(GUEST, NOON), IDS[ADA])).answer
    assert (answer.outcome, lives[GUEST].contact.merged_into) == ("merging", IDS[ADA])
    answer = lives[ADA].take(YieldAsked(Claim(ADA, NOON), IDS[GUEST])).answer
    assert (answer.outcome, lives[ADA].contact.merged_into) == ("kept", 0)


@BOTH_WAYS
def test_what_was_counted_is_added_and_the_latest_times_are_kept(survivor: str, other: str) -> None:
    """mautic/mautic#11527: what came before somebody said who it was did not count."""
    lives = pair(
        segment("total", did="Ate", at_least=5),
        segment("lately", did="Ate", at_least=3, within="1d"),
    )
    for _ in range(3):
        for key, one in lives.items():
            one.does("Ate", keys=(key,))
        lives[GUEST].passes("1h")
        lives[ADA].passes("2h")
    contact = merged(lives, survivor, other)
    assert set(contact.counts.values()) == {6}
    assert list(contact.rings.values()) == [[NOON + 2 * HOUR] * 2 + [NOON + 4 * HOUR]]
    assert sorted(contact.segments) == ["lately", "total"]


@BOTH_WAYS
def test_scores_add_up_each_decayed_to_the_later_instant(survivor: str, other: str) -> None:
    lives = pair(score("heat", {"event": "Ate", "points": 8}, half_life="1h"))
    lives[GUEST].does("Ate", keys=(GUEST,))
    lives[ADA].passes("1h").does("Ate", keys=(ADA,))
    assert merged(lives, survivor, other).scores == {"heat": (12.0, NOON + HOUR)}


@BOTH_WAYS
def test_devices_of_both_stay(survivor: str, other: str) -> None:
    """mautic/mautic#7559: a merge deleted the devices of the one that went."""
    lives = pair()
    for key, device in ((GUEST, "anonymous_id:e"), (ADA, "anonymous_id:f")):
        lives[key].contact.keys.append(device)
    contact = merged(lives, survivor, other)
    assert sorted(contact.keys) == [GUEST, "anonymous_id:e", "anonymous_id:f", ADA]


@BOTH_WAYS
def test_runs_of_both_go_on_but_for_a_scenario_that_the_survivor_knows(
    survivor: str, other: str
) -> None:
    lives = pair(
        scenario("shared", {"event": "Ate"}, wait("a", for_="1h")),
        scenario("own", {"event": "Drank"}, wait("b", for_="2h")),
    )
    for key, one in lives.items():
        one.does("Ate", keys=(key,))
    lives[other].does("Drank", keys=(other,))
    contact = merged(lives, survivor, other)
    standing = {run.scenario: int(run.id.partition(".")[0]) for run in contact.runs}
    assert standing == {"shared": IDS[survivor], "own": IDS[other]}
    assert sorted(contact.timers.values()) == [NOON + HOUR, NOON + 2 * HOUR]


@BOTH_WAYS
def test_what_is_inherited_starts_nothing(survivor: str, other: str) -> None:
    lives = pair(
        segment("keen", did="Ate", at_least=2),
        scenario("greet", {"enters": "keen"}, wait("hour", for_="1h")),
    )
    for key, one in lives.items():
        one.does("Ate", keys=(key,))
    contact = merged(lives, survivor, other)
    assert (list(contact.segments), contact.runs) == (["keen"], [])


@BOTH_WAYS
def test_both_states_before_are_in_the_log(survivor: str, other: str) -> None:
    """mautic/mautic#7559: a merge could not be undone."""
    lives = pair()
    before = codec.whole(lives[survivor].contact)
    merged(lives, survivor, other)
    detail = next(fact.detail for fact in lives[survivor].facts if fact.what == "merged")
    assert detail == [IDS[other], before]
    message = lives[survivor].log[-1][0]
    assert isinstance(message, Adopted)
    assert codec.decode(message.state).keys == [other]
