"""Hand-offs on a running engine: the list, decisions, merges and erasure."""

from typing import Any

import pytest

from engine.domain.language.team import Handoff, Owner, Team
from engine.domain.link import Link
from engine.errors import BadRequest, Unknown
from engine.runtime.desks.handoffs import until_of
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.domain.builders import DAY, NOON
from tests.unit.runtime.conftest import Started

ADA, BOB = "user_id:1", "user_id:2"
TEAM = Team(
    owners=(Owner(owner="ann", name="Ann Lee", email="ann@sales.example"),),
    handoffs=(Handoff(handoff="hot", title="Hot lead", alert="hello", leaves="all"),),
)
PARTS = (
    build.scenario("sales", {"event": "Asked"}, {"do": "handoff", "id": "go", "handoff": "hot"}),
    build.template(transactional=True),
)


def asking(started: Started, *keys: str, **rest: Any) -> SmallEngine:
    engine = started(*PARTS, team=TEAM, **rest)
    for key in keys:
        engine.clock.advance(1_000)
        engine.run(engine.push(engine.event("Asked", key, traits={"first_name": key[-1]})))
    engine.run(engine.rest())
    return engine


def listed(engine: SmallEngine, owner: str = "", status: str = "") -> list[dict[str, Any]]:
    return engine.run(engine.coordinator.handoffs.listed(owner, status, 10))


def decides(
    engine: SmallEngine, which: str, decision: Any, reason: str = "why", until: str = "1d"
) -> Any:
    desk = engine.coordinator.handoffs
    held = engine.run(desk.decide(which, decision, reason, until, "eve"))
    engine.run(engine.rest())
    return held


def test_the_list_has_open_ones_by_deadline_and_then_the_latest_decided(started: Started) -> None:
    engine = asking(started, BOB, ADA, "user_id:3", hosts=2)
    assert [one["keys"][0] for one in listed(engine)] == [BOB, ADA, "user_id:3"]
    decides(engine, BOB, "accept")
    decides(engine, listed(engine)[0]["id"], "reject")
    told = listed(engine)
    assert [(one["keys"][0], one["status"]) for one in told] == [
        ("user_id:3", "open"), (ADA, "rejected"), (BOB, "accepted"),
    ]  # fmt: skip
    assert [one["status"] for one in listed(engine, "ann", "open")] == ["open"]
    assert listed(engine, "nobody") == []
    assert told[0]["title"] == "Hot lead"
    assert told[0]["attributes"] == {"first_name": "3"}
    assert engine.run(engine.fsck()) == []


def test_an_operator_is_told_why_not(started: Started) -> None:
    engine = asking(started, ADA)
    desk = engine.coordinator.handoffs
    wrong: list[tuple[Any, type[Exception], str]] = [
        (desk.offer(ADA, "hott", "", "eve"), Unknown, "no hand-off is called 'hott'"),
        (desk.offer(ADA, "hot", "", "eve"), BadRequest, "open already"),
        (desk.offer("user_id:9", "hot", "", "eve"), Unknown, "no contact is known by"),
        (desk.decide(ADA, "reject", " ", "", "eve"), BadRequest, "gives a reason"),
        (desk.decide(ADA, "return", "why", "soon", "eve"), BadRequest, "'soon' is no date"),
        (desk.decide("9.9", "accept", "", "", "eve"), BadRequest, "was decided before, or"),
    ]
    for asked, error, text in wrong:
        with pytest.raises(error, match=text):
            engine.run(asked)
    decides(engine, ADA, "accept")
    with pytest.raises(BadRequest, match="has no open hand-off"):
        decides(engine, ADA, "accept")
    acts = [line.act for line in engine.coordinator.control.audit()]
    assert "accept hand-off" in acts


def test_a_link_to_a_merged_contact_decides_on_what_it_became_and_an_unmerge_parts_them(
    started: Started,
) -> None:
    engine = asking(started, BOB, ADA, hosts=2)
    bob, ada = (one["id"] for one in listed(engine))
    engine.run(engine.coordinator.identities.merge(ADA, BOB, "ops"))
    engine.run(engine.rest())
    (both,) = listed(engine)
    assert (both["id"], both["also"]) == (bob, [ada])
    link = Link("h", f"{ada}/hand-off/1", f"{ada}/ann", b"", engine.clock.now() + DAY)
    shown = engine.run(engine.coordinator.handoffs.shown(link))
    assert shown is not None
    assert (shown["id"], shown["reader"]) == (bob, "Ann Lee")
    assert engine.run(engine.coordinator.handoffs.follow(link, "accept", "", "")) == "done"
    assert [one["status"] for one in listed(engine)] == ["accepted"]
    engine.run(engine.coordinator.identities.unmerge(ADA, "", "ops"))
    engine.run(engine.rest())
    assert {one["id"] for one in listed(engine)} == {ada, bob}
    assert engine.run(engine.fsck()) == []


def test_an_expired_link_shows_and_decides_nothing(started: Started) -> None:
    engine = asking(started, ADA)
    (held,) = listed(engine)
    late = Link("h", f"{held['id']}/hand-off/1", f"{held['id']}/ann", b"", engine.clock.now())
    desk = engine.coordinator.handoffs
    assert engine.run(desk.shown(late)) is None
    assert engine.run(desk.follow(late, "accept", "", "")) == "late"
    assert [one["status"] for one in listed(engine)] == ["open"]


def test_who_is_erased_is_off_the_list(started: Started) -> None:
    engine = asking(started, ADA, BOB)
    engine.run(engine.coordinator.privacy.forget(ADA, "ops"))
    engine.run(engine.rest())
    assert [one["keys"] for one in listed(engine)] == [[BOB]]
    assert engine.run(engine.fsck()) == []


@pytest.mark.parametrize(
    ("text", "after"),
    [("30d", 30 * DAY), ("2023-11-17", 35 * 3_600_000), ("2023-11-16T12:00:00Z", DAY)],
)
def test_a_date_to_come_back_on_is_the_workspaces(text: str, after: int) -> None:
    assert until_of(text, NOON, "Europe/Paris") == NOON + after


@pytest.mark.parametrize("text", ["", "2023-11-31", "2023-11-15", "tomorrow", "-3d"])
def test_what_is_no_date_to_come_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        until_of(text, NOON, "Europe/Paris")
