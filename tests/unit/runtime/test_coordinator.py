"""The Coordinator: what it takes in, what it refuses, how it keeps the parts in line."""

import asyncio

import pytest

from engine.domain.rulebooks.definitions import encode
from engine.errors import BadRequest, Busy, ConfigError, Unknown
from engine.ports.engine import Refusal
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

USER = "user_id:1"
EATER = build.segment("eater", did="Ate")


def test_verdicts_come_in_the_order_of_the_items_and_refused_ones_are_kept(
    started: Started,
) -> None:
    engine = started()
    bad = Refusal("bad_json", "no JSON", b"{", "m1")
    items = [engine.event("Ate", USER), bad, engine.event("Ate", "user_id:2")]
    verdicts = engine.run(engine.coordinator.push("site", items))
    assert [verdict.outcome for verdict in verdicts] == ["accepted", "rejected", "accepted"]
    kept = engine.coordinator.control.rejected()[0]
    assert (kept.source, kept.code, kept.body) == ("site", "bad_json", b"{")


def test_nothing_to_push_is_answered_with_nothing(started: Started) -> None:
    engine = started()
    assert engine.run(engine.push()) == []


def test_more_than_the_backlog_is_refused_as_a_whole(started: Started) -> None:
    """dittofeed#1844: a small instance lost events and told nobody."""
    engine = started()
    engine.coordinator.backlog = 2
    with pytest.raises(Busy):
        engine.run(engine.push(*(engine.event("Ate", USER) for _ in range(3))))
    assert (engine.log(), engine.coordinator.router.pending) == ([], 0)


def test_a_full_disk_asks_the_sender_to_come_again_and_keeps_nothing(started: Started) -> None:
    engine = started(hosts=1)
    event = engine.event("Ate", USER)
    engine.disks[0].full = True
    with pytest.raises(Busy):
        engine.run(engine.push(event))
    engine.disks[0].full = False
    assert engine.run(engine.push(event))[0].outcome == "accepted"
    assert engine.coordinator.router.pending == 0


def test_the_same_document_again_is_the_version_in_force(started: Started) -> None:
    engine = started()
    written = encode(build.definitions(EATER))
    versions = [engine.run(engine.coordinator.rulebooks.apply(written, "ops")) for _ in range(2)]
    assert versions == [2, 2]
    assert [host.memory.rulebook.version for host in engine.hosts] == [2, 2]


def test_a_document_that_does_not_fit_together_changes_nothing(started: Started) -> None:
    engine = started()
    circle = build.definitions(build.segment("a", segment="b"), build.segment("b", segment="a"))
    with pytest.raises(ConfigError, match="circle"):
        engine.run(engine.coordinator.rulebooks.apply(encode(circle), "ops"))
    assert engine.coordinator.rulebooks.version == 1


def test_a_host_that_was_away_is_given_the_rulebook_in_force(started: Started) -> None:
    engine = started()

    async def meanwhile() -> None:
        await engine.kill("host-1")
        await engine.coordinator.rulebooks.apply(encode(build.definitions(EATER)), "ops")

    engine.run(meanwhile())
    engine.run(engine.up())
    assert engine.hosts[1].memory.rulebook.version == 2


def test_the_rulebook_outlives_the_coordinator(started: Started) -> None:
    engine = started()
    engine.run(engine.coordinator.rulebooks.apply(encode(build.definitions(EATER)), "ops"))
    engine.run(engine.kill("coordinator"))
    engine.run(engine.up())
    assert engine.coordinator.rulebooks.version == 2


def test_a_paused_scenario_lets_nobody_in_until_it_goes_on(started: Started) -> None:
    engine = started(build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h")))
    engine.run(engine.coordinator.rulebooks.pause("scenario", "s", paused=True, by="ops"))
    engine.run(engine.push(engine.event("Ate", USER)))
    engine.run(engine.coordinator.rulebooks.pause("scenario", "s", paused=False, by="ops"))
    engine.run(engine.push(engine.event("Ate", "user_id:2")))
    assert engine.run(engine.coordinator.reports.status())["runs"]["entered"] == 1
    with pytest.raises(Unknown, match="there are s"):
        engine.run(engine.coordinator.rulebooks.pause("scenario", "t", paused=True, by="ops"))


def test_a_contact_is_found_by_each_of_its_keys_also_where_it_moved(started: Started) -> None:
    engine = started()
    engine.run(engine.push(engine.event("Came", USER), engine.event("Came", "anonymous_id:d")))
    engine.run(engine.push(engine.event("Signed In", USER, "anonymous_id:d")))
    engine.run(engine.rest())
    found = [
        engine.run(engine.coordinator.reports.contact(key, 9)) for key in (USER, "anonymous_id:d")
    ]
    assert found[0] == found[1] is not None
    assert [line["message"] for line in found[0]["timeline"]].count("event") == 3
    assert engine.run(engine.coordinator.reports.contact("email:nobody", 9)) is None


def test_an_act_on_nobody_is_refused(started: Started) -> None:
    engine = started()
    with pytest.raises(Unknown):
        engine.run(engine.coordinator.act("email:nobody", "resume", "", None, "ops"))


def test_an_act_that_nothing_comes_of_says_why(started: Started) -> None:
    engine = started(build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h")))
    engine.run(engine.push(engine.event("Looked", USER)))
    with pytest.raises(BadRequest, match="user_id:1 is not in s; it is in none"):
        engine.run(engine.coordinator.act(USER, "exit", "s", None, "ops"))
    engine.run(engine.coordinator.act(USER, "start", "s", None, "ops"))
    with pytest.raises(BadRequest, match="does not enter s: the contact is in it already"):
        engine.run(engine.coordinator.act(USER, "start", "s", None, "ops"))
    engine.run(engine.coordinator.act(USER, "exit", "s", None, "ops"))
    told = engine.run(engine.coordinator.reports.contact(USER, 9))
    assert told["runs"] == []


def test_an_address_that_is_suppressed_is_so_on_every_host(started: Started) -> None:
    mail = build.scenario("s", {"event": "Ate"}, build.send("mail"))
    engine = started(mail, build.template(transactional=True))
    engine.run(engine.coordinator.consents.suppress("email", "A@b.c", "asked", "ops"))
    people = [engine.event("Ate", f"user_id:{n}", traits={"email": "a@b.c"}) for n in range(8)]
    engine.run(engine.push(*people))
    engine.run(engine.rest())
    assert engine.run(engine.coordinator.reports.status())["messages"]["failed"] == 8
    assert not engine.post.left


def test_a_push_that_waits_ends_with_its_caller_only(started: Started) -> None:
    engine = started()
    engine.roads.slow = 1.0

    async def gives_up() -> None:
        push = asyncio.create_task(engine.push(engine.event("Ate", USER)))
        await asyncio.sleep(0.1)
        push.cancel()
        await asyncio.gather(push, return_exceptions=True)

    async def answered() -> None:
        async with asyncio.timeout(60):
            while engine.coordinator.router.pending:
                await asyncio.sleep(0.1)

    engine.run(gives_up())
    engine.run(answered())
    assert len(engine.log()) == 1
