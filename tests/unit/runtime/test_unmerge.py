"""Merging and undoing it on a running engine: an operator's words, answers and errors."""

import asyncio
from typing import Any

import pytest

from engine.domain.language.endpoint import Endpoint
from engine.domain.language.moment import Moment
from engine.errors import BadRequest, Unknown
from engine.ports.host_store import LogRow
from engine.runtime.batches.retention import PERSON
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

ADA, BOB, CAT = "user_id:1", "user_id:2", "user_id:3"
ATE_TWICE = build.segment("eater", did="Ate", at_least=2)
MAIL = (
    build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h"), build.send("mail")),
    build.template(transactional=True),
)


def people(engine: SmallEngine, *keys: str) -> None:
    for key in keys:
        told = engine.event("Ate", key, traits={"name": key, "email": f"{key[-1]}@b.c"})
        engine.run(engine.push(told))
    engine.run(engine.rest())


def does(engine: SmallEngine, act: str, *names: str) -> dict[str, Any]:
    decided = getattr(engine.coordinator.identities, act)(*names, *[""] * (2 - len(names)), "ops")
    told: dict[str, Any] = engine.run(decided)
    engine.run(engine.rest())
    return told


def seen(engine: SmallEngine, key: str) -> dict[str, Any]:
    found = engine.run(engine.coordinator.reports.contact(key, 50))
    assert found is not None
    return found


def test_a_merge_by_an_operator_makes_one_of_two_known_contacts_and_is_undone(
    started: Started,
) -> None:
    engine = started(ATE_TWICE)
    people(engine, ADA, BOB)
    before = {key: seen(engine, key) for key in (ADA, BOB)}
    told = does(engine, "merge", ADA, BOB)
    assert told == {"survivor": before[ADA]["id"], "merged": before[BOB]["id"], "done": True}
    assert seen(engine, BOB)["keys"] == [ADA, BOB]
    assert list(seen(engine, ADA)["segments"]) == ["eater"]
    assert does(engine, "unmerge", ADA)["restored"] == before[BOB]["id"]
    for key, was in before.items():
        now = seen(engine, key)
        same = ("id", "keys", "attributes", "segments", "runs", "merged", "claims")
        assert {field: now[field] for field in same} == {field: was[field] for field in same}
    assert engine.run(engine.fsck()) == []


def test_what_comes_meanwhile_goes_to_the_one_by_whose_key_it_came_keys_too(
    started: Started,
) -> None:
    engine = started(ATE_TWICE)
    people(engine, ADA, BOB)
    does(engine, "merge", ADA, BOB)
    late = engine.event("Ate", BOB, "email:bob")
    engine.run(engine.push(late, engine.event("Drank", ADA)))
    engine.run(engine.rest())
    does(engine, "unmerge", ADA, BOB)
    assert (seen(engine, "email:bob")["keys"], seen(engine, ADA)["keys"]) == (
        [BOB, "email:bob"],
        [ADA],
    )
    assert [list(seen(engine, key)["segments"]) for key in (ADA, BOB)] == [[], ["eater"]]
    again = engine.run(engine.push(late))[0]
    assert (again.outcome, again.contact) == ("duplicate", seen(engine, BOB)["id"])
    assert engine.run(engine.fsck()) == []


def test_a_run_goes_on_with_the_one_that_started_it_and_sends_once(started: Started) -> None:
    engine = started(*MAIL)
    people(engine, ADA, BOB)
    does(engine, "merge", ADA, BOB)
    engine.clock.advance(600_000)
    does(engine, "unmerge", ADA)
    assert [len(seen(engine, key)["runs"]) for key in (ADA, BOB)] == [1, 1]
    engine.clock.advance(3_600_000)
    engine.run(asyncio.sleep(1))
    engine.run(engine.rest())
    assert sorted(engine.post.left.values()) == [1, 1]
    assert engine.run(engine.fsck()) == []


def test_a_run_begun_in_an_earlier_union_stays_with_the_one_that_started_it(
    started: Started,
) -> None:
    """Its number is the survivor's, and tells nothing when the two are parted a second time."""
    engine = started(*MAIL)
    for key in (ADA, BOB):
        engine.run(engine.push(engine.event("Came", key, traits={"email": f"{key[-1]}@b.c"})))
    does(engine, "merge", ADA, BOB)
    engine.run(engine.push(engine.event("Ate", BOB)))
    for act in ("unmerge", "merge", "unmerge"):
        does(engine, act, ADA, BOB)
        assert len(seen(engine, BOB)["runs"]) == 1
    assert seen(engine, ADA)["runs"] == []
    engine.clock.advance(3_600_000)
    engine.run(asyncio.sleep(1))
    engine.run(engine.rest())
    assert list(engine.post.left.values()) == [1]
    assert engine.run(engine.fsck()) == []


def test_what_the_merge_itself_has_sent_is_not_sent_again_when_it_is_undone(
    started: Started,
) -> None:
    """A run that waits for a condition goes on in the very step that brings what it asks for."""
    waits = build.wait_for("w", if_={"attribute": "plan", "exists": True})
    rest = (waits, build.send("mail"), build.wait_for("end", event="Left"))
    engine = started(build.scenario("s", {"event": "Ate"}, *rest), MAIL[1])
    engine.run(engine.push(engine.event("Ate", ADA, traits={"email": "a@b.c"})))
    engine.run(engine.push(engine.event("Came", BOB, traits={"plan": "gold"})))
    does(engine, "merge", ADA, BOB)
    assert list(engine.post.left.values()) == [1]
    does(engine, "unmerge", ADA)
    assert [run["step"] for run in seen(engine, ADA)["runs"]] == ["end"]
    assert list(engine.post.left.values()) == [1]
    assert engine.run(engine.fsck()) == []


def test_a_run_that_was_dropped_while_it_was_paused_goes_on_when_it_is_back(
    started: Started,
) -> None:
    engine = started(*MAIL)
    people(engine, ADA, BOB)
    pause = engine.coordinator.rulebooks.pause
    engine.run(pause("scenario", "s", paused=True, by="ops"))
    engine.clock.advance(7_200_000)
    engine.run(engine.rest())
    does(engine, "merge", ADA, BOB)
    engine.run(pause("scenario", "s", paused=False, by="ops"))
    engine.run(engine.rest())
    does(engine, "unmerge", ADA)
    engine.run(asyncio.sleep(1))
    engine.run(engine.rest())
    assert [seen(engine, key)["runs"] for key in (ADA, BOB)] == [[], []]
    assert sorted(engine.post.left.values()) == [1, 1]
    assert engine.run(engine.fsck()) == []


def test_a_webhook_behind_one_that_goes_with_the_other_does_not_wait_for_it(
    started: Started,
) -> None:
    crm = Endpoint(webhook="crm", url="https://crm.example/", on=(Moment(event="Ate"),))
    engine = started(webhooks=(crm,))
    people(engine, ADA)
    engine.post.ends = ("deferred",)
    engine.run(engine.push(engine.event("Ate", BOB)))
    engine.run(engine.coordinator.identities.merge(ADA, BOB, "ops"))
    engine.run(engine.push(engine.event("Ate", ADA)))
    engine.run(asyncio.sleep(0.1))
    engine.run(engine.coordinator.identities.unmerge(ADA, "", "ops"))
    engine.post.ends = ("sent",)
    engine.run(engine.rest())
    assert list(engine.post.left.values()) == [1, 1, 1]


def test_what_has_left_has_left(started: Started) -> None:
    engine = started(*MAIL)
    people(engine, ADA)
    engine.clock.advance(60_000)
    people(engine, BOB)
    does(engine, "merge", BOB, ADA)
    for _ in range(2):
        engine.clock.advance(3_600_000)
        engine.run(asyncio.sleep(1))
    engine.run(engine.rest())
    left = dict(engine.post.left)
    does(engine, "unmerge", BOB)
    engine.clock.advance(1)
    engine.run(asyncio.sleep(1))
    engine.run(engine.rest())
    assert all(engine.post.left[key] == 1 for key in left)
    assert sorted(engine.post.left.values()) == [1, 1]
    assert engine.run(engine.fsck()) == []


def test_of_merges_within_one_another_the_latest_is_undone_first(started: Started) -> None:
    engine = started(ATE_TWICE)
    people(engine, ADA, BOB, CAT)
    does(engine, "merge", ADA, BOB)
    does(engine, "merge", ADA, CAT)
    engine.run(engine.push(engine.event("Ate", CAT), engine.event("Ate", BOB)))
    with pytest.raises(BadRequest, match="unmerge that one first"):
        does(engine, "unmerge", ADA, BOB)
    for key in (CAT, BOB):
        does(engine, "unmerge", ADA, key)
    assert [seen(engine, key)["keys"] for key in (ADA, BOB, CAT)] == [[ADA], [BOB], [CAT]]
    assert [list(seen(engine, key)["segments"]) for key in (ADA, BOB, CAT)] == [
        [],
        ["eater"],
        ["eater"],
    ]
    assert engine.run(engine.fsck()) == []


def test_a_merge_whose_rows_retention_has_cut_is_not_undone(started: Started) -> None:
    engine = started(hosts=1)
    people(engine, ADA, BOB)
    does(engine, "merge", ADA, BOB)
    people(engine, ADA)
    store = engine.hosts[0].memory.store
    rows: list[LogRow] = store.log(0, 1_000)
    store.forget_log(PERSON, rows[-1].id, 1_000)
    with pytest.raises(BadRequest, match="retention"):
        does(engine, "unmerge", ADA)
    assert seen(engine, BOB)["keys"] == [ADA, BOB]


@pytest.mark.parametrize(
    ("act", "names", "error", "says"),
    [
        ("merge", (ADA, ADA), BadRequest, "one contact already"),
        ("merge", (ADA, "user_id:9"), Unknown, "no contact"),
        ("merge", ("777", ADA), Unknown, "no contact"),
        ("unmerge", (ADA, ""), BadRequest, "nobody is a part"),
        ("unmerge", (ADA, BOB), BadRequest, "is no part"),
        ("dismiss", (ADA, BOB), Unknown, "not on the review list"),
    ],
)
def test_what_cannot_be_is_told(
    started: Started, act: str, names: tuple[str, str], error: type[Exception], says: str
) -> None:
    engine = started()
    people(engine, ADA, BOB)
    with pytest.raises(error, match=says):
        does(engine, act, *names)


def test_a_contact_that_is_a_part_of_another_is_not_merged_by_its_id(started: Started) -> None:
    engine = started()
    people(engine, ADA, BOB, CAT)
    merged = does(engine, "merge", ADA, BOB)["merged"]
    with pytest.raises(BadRequest, match="name that one"):
        does(engine, "merge", CAT, str(merged))


def test_who_claims_the_key_of_another_is_listed_until_an_operator_decides(
    started: Started,
) -> None:
    engine = started()
    people(engine, ADA, BOB, CAT)
    both = [engine.event("Ate", key, "email:x") for key in (ADA, BOB, CAT)]
    for told in both:
        engine.run(engine.push(told))
        engine.run(engine.rest())
    listed = engine.run(engine.coordinator.identities.reviews(100))
    assert [entry["evidence"][0]["key"] for entry in listed] == ["email:x"] * 2
    assert {entry["evidence"][0]["message_id"] for entry in listed} == {
        told.message_id for told in both[1:]
    }
    does(engine, "dismiss", BOB, ADA)
    does(engine, "merge", ADA, CAT)
    people(engine, BOB)
    assert engine.run(engine.coordinator.identities.reviews(100)) == []
    acts = [act for _, _, act, _ in engine.coordinator.control.audit()]
    assert acts[:2] == ["merge", "dismiss review"]


def test_status_counts_people_as_they_are_after_a_merge_its_undoing_and_an_erasure(
    started: Started,
) -> None:
    engine = started()
    people(engine, ADA, BOB)

    def counted() -> list[int]:
        status = engine.run(engine.coordinator.reports.status())
        return [status[name] for name in ("contacts", "known", "merged")]

    assert counted() == [2, 2, 0]
    does(engine, "merge", ADA, BOB)
    assert counted() == [1, 1, 1]
    does(engine, "unmerge", ADA)
    assert counted() == [2, 2, 0]
    does(engine, "merge", ADA, BOB)
    engine.run(engine.coordinator.privacy.forget(ADA, "ops"))
    assert counted() == [0, 0, 0]
    assert engine.run(engine.fsck()) == []
