"""What exports read: every row once, page after page, while the engine lives on."""

from typing import Any

import msgspec

from engine.domain.profile.contact import Contact
from engine.ports.bulk import ExportAsked
from engine.runtime.desks import export_part
from engine.runtime.desks.export_part import contact_row, page
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

EATER = build.segment("eater", did="Ate")


def read(engine: SmallEngine, asked: ExportAsked) -> list[dict[str, Any]]:
    async def run() -> list[bytes]:
        return [row async for rows in engine.coordinator.exports.read(asked) for row in rows]

    return [msgspec.json.decode(row) for row in engine.run(run())]


def test_every_contact_of_every_host_comes_once(started: Started, monkeypatch: Any) -> None:
    monkeypatch.setattr(export_part, "AT_ONCE", 3)
    engine = started(hosts=3)
    engine.run(engine.push(*(engine.event("Ate", f"user_id:{n}") for n in range(20))))
    found = read(engine, ExportAsked("contacts"))
    assert sorted(int(row["user_id"]) for row in found) == list(range(20))


def test_a_page_ends_with_its_slice_and_the_next_goes_on_there(
    started: Started, monkeypatch: Any
) -> None:
    """novu#1633, novu#2813: with many subscribers a page of them took for ever."""
    monkeypatch.setattr(export_part, "SLICE", 0.0)
    engine = started(hosts=1)
    engine.run(engine.push(*(engine.event("Ate", f"user_id:{n}") for n in range(5))))
    memory = engine.hosts[0].memory
    first = page(memory, ExportAsked("contacts"), 0)
    assert (len(first.rows), first.more) == (1, True)
    assert len(read(engine, ExportAsked("events"))) == 5


def test_only_those_in_the_segment_come(started: Started) -> None:
    engine = started(EATER)
    engine.run(engine.push(engine.event("Ate", "user_id:1"), engine.event("Slept", "user_id:2")))
    assert [row["user_id"] for row in read(engine, ExportAsked("contacts", "eater"))] == ["1"]


def test_what_companies_and_quotas_were_told_is_no_event(started: Started) -> None:
    capped = build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h"), cap="5 a day")
    engine = started(capped)
    joins = engine.event("Group Joined", "user_id:1", kind="group", properties={"group_id": "acme"})
    engine.run(engine.push(engine.event("Ate", "user_id:1"), joins))
    engine.run(engine.rest())
    assert len(read(engine, ExportAsked("events"))) == 2
    assert read(engine, ExportAsked("messages")) == []


def test_events_since_an_instant_are_those_that_came_since(started: Started) -> None:
    engine = started(hosts=1)
    marks = []
    for n in range(40):
        marks.append(engine.clock.now())
        engine.run(engine.push(engine.event("Ate", "user_id:1", properties={"n": n})))
    for n in (0, 1, 17, 39):
        found = read(engine, ExportAsked("events", since=marks[n]))
        later = [m for m in range(40) if marks[m] >= marks[n]]
        assert [row["properties"]["n"] for row in found][-len(later) :] == later
        assert len(found) <= len(later) + 1


def test_what_became_of_messages_is_read_from_the_log(started: Started) -> None:
    greet = build.scenario("greet", {"event": "Ate"}, build.send("now"))
    engine = started(greet, build.template())
    person = {"email": "a@x.fr", "consent_email": True}
    engine.run(engine.push(engine.event("Identified", "user_id:1", traits=person)))
    engine.run(engine.push(engine.event("Ate", "user_id:1")))
    engine.run(engine.rest())
    (sent,) = read(engine, ExportAsked("messages"))
    assert (sent["scenario"], sent["step"], sent["outcome"]) == ("greet", "now", "sent")


def test_an_address_stands_once_as_it_was_written_and_other_names_do_not_clash() -> None:
    keys = ["user_id:1", "email:ada@x.fr", "email:b@x.fr", "crm:7", "anonymous_id:d"]
    attributes = {"email": "Ada@x.fr", "phone": "n/a", "user_id": "no key"}
    row = contact_row(Contact(1, keys=keys, attributes=attributes))
    assert row == {
        "user_id": "1", "email": "Ada@x.fr", "key.email": "b@x.fr", "key.crm": "7",
        "anonymous_id": "d", "attribute.phone": "n/a", "attribute.user_id": "no key",
    }  # fmt: skip


def test_an_address_that_is_a_key_only_stands_in_its_own_column() -> None:
    assert contact_row(Contact(1, keys=["email:a@x.fr"])) == {"email": "a@x.fr"}
