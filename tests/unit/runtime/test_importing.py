"""Imports through a whole small engine: once each, in order, past live traffic, over kills."""

import asyncio
from typing import Any

import pytest

from engine.domain.event import Event
from engine.domain.intake import order_key
from engine.domain.profile import codec
from engine.errors import BadRequest, Unknown
from engine.ports.bulk import Chunk, ImportAsked
from engine.ports.engine import Refusal
from engine.replay.fold import Fold
from engine.runtime.batches.mailbox import MOST, SHARE, Mailbox
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

ASKED = ImportAsked("orders", "a.csv", "digest", "reading")
BUYER = build.segment("buyer", did="Order Completed")
GREET = build.scenario("greet", {"event": "Order Completed"}, build.send("now"))


def order(engine: SmallEngine, line: int, user: int, **more: Any) -> Event:
    properties = {"order_id": more.pop("order_id", f"o{line}")}
    keys = more.pop("keys", (f"user_id:{user}",))
    more.setdefault("message_id", f"import-1-{line}")
    return engine.event("Order Completed", *keys, properties=properties, live=False, **more)


def opened(engine: SmallEngine, asked: ImportAsked = ASKED) -> int:
    return engine.coordinator.imports.open(asked, "shop").id


def put(engine: SmallEngine, job: int, number: int, *items: Event | Refusal) -> list[str]:
    chunk = Chunk(job, number)
    return [v.outcome for v in engine.run(engine.coordinator.imports.put(chunk, items))]


def stored(engine: SmallEngine) -> int:
    return sum(host.memory.counters.get("stored", 0) for host in engine.hosts)


def test_a_chunk_that_is_sent_again_changes_nothing_and_is_answered_as_before(
    started: Started,
) -> None:
    engine = started(BUYER, hosts=3)
    job = opened(engine)
    rows = [order(engine, line, line % 7) for line in range(40)]
    first = put(engine, job, 1, *rows)
    assert set(first) == {"accepted"}
    assert put(engine, job, 1, *rows) == first
    assert stored(engine) == 40


def test_after_a_kill_of_a_host_the_chunk_is_still_stored_once(started: Started) -> None:
    engine = started(BUYER, hosts=2)
    job = opened(engine)
    rows = [order(engine, line, line % 7) for line in range(40)]
    put(engine, job, 1, *rows)
    for host in range(2):
        engine.run(engine.kill(f"host-{host}"))
    engine.run(engine.up())
    assert set(put(engine, job, 1, *rows)) == {"accepted"}
    engine.run(engine.rest())
    assert stored(engine) == 40
    assert engine.run(engine.fsck()) == []


def test_a_query_cut_otherwise_stores_the_rows_that_were_not_there(started: Started) -> None:
    engine = started(hosts=1)
    job = opened(engine)
    put(engine, job, 1, order(engine, 1, 1), order(engine, 2, 2))
    assert put(engine, job, 1, order(engine, 2, 2), order(engine, 3, 3)) == [
        "duplicate",
        "accepted",
    ]


def test_an_order_counts_once_whether_live_or_imported(started: Started) -> None:
    engine = started(BUYER)
    job = opened(engine)
    live = engine.event("Order Completed", "user_id:1", properties={"order_id": "o9"})
    assert engine.run(engine.push(live))[0].outcome == "accepted"
    assert put(engine, job, 1, order(engine, 9, 1)) == ["duplicate"]
    again = engine.event("Order Completed", "user_id:1", properties={"order_id": "o9"})
    assert engine.run(engine.push(again))[0].outcome == "duplicate"


def test_an_order_far_back_is_known_although_the_state_has_let_it_go(started: Started) -> None:
    engine = started(hosts=1)
    job = opened(engine)
    put(engine, job, 1, *(order(engine, line, 1) for line in range(120)))
    engine.run(engine.kill("host-0"))
    engine.run(engine.up())
    later = [
        order(engine, 200 + line, 1, order_id=f"o{line}", message_id=f"x{line}")
        for line in range(120)
    ]
    assert set(put(engine, job, 2, *later)) == {"duplicate"}


def test_what_is_imported_enters_segments_and_starts_nothing(started: Started) -> None:
    engine = started(BUYER, GREET, build.template())
    job = opened(engine)
    put(engine, job, 1, order(engine, 1, 1))
    (contact,) = engine.contacts().values()
    assert list(contact.segments) == ["buyer"]
    assert (contact.runs, contact.entered) == ([], 0)


def test_rows_of_one_key_keep_their_order_although_one_is_sent_on(started: Started) -> None:
    """The first row finds its contact by its device, in another slot."""
    engine = started(hosts=3)
    engine.run(engine.push(engine.event("Visited", "anonymous_id:d4")))
    job = opened(engine)
    keys = ("user_id:77", "anonymous_id:d4")
    rows = [order(engine, 1, 0, keys=keys), order(engine, 2, 77), order(engine, 3, 77)]
    assert put(engine, job, 1, *rows) == ["accepted"] * 3
    engine.run(engine.rest())
    assert len([c for c in engine.contacts().values() if not c.merged_into]) == 1


def test_a_refused_row_is_kept_with_its_reason_and_the_others_go_in(started: Started) -> None:
    engine = started()
    job = opened(engine)
    bad = Refusal("bad_key", "a key is kind:value", b"{}")
    assert put(engine, job, 1, bad, order(engine, 2, 2)) == ["rejected", "accepted"]
    assert engine.coordinator.control.rejected()[0].source == "import a.csv"


def test_a_finished_file_needs_again_and_an_unfinished_one_goes_on(started: Started) -> None:
    engine = started()
    imports = engine.coordinator.imports
    job = opened(engine)
    engine.run(imports.put(Chunk(job, 5, 4, b"{}"), [order(engine, 1, 1)]))
    assert imports.open(ASKED, "shop").kept == 4
    with pytest.raises(BadRequest, match="another mapping"):
        imports.open(ImportAsked("orders", "a.csv", "digest", "otherwise"), "shop")
    engine.run(imports.finish(job, 5, b"{}"))
    with pytest.raises(BadRequest, match=r"was imported on .* say --again"):
        opened(engine)
    assert opened(engine, ImportAsked("orders", "a.csv", "digest", "reading", again=True)) != job


def test_a_query_that_grows_goes_on_under_its_own_number(started: Started) -> None:
    engine = started()
    imports = engine.coordinator.imports
    grows = ImportAsked("orders", "nightly", "query nightly", "reading", grows=True)
    job = opened(engine, grows)
    engine.run(imports.finish(job, 3, b'{"cursor":9}'))
    again = imports.open(grows, "shop")
    assert (again.id, again.kept, again.progress) == (job, 3, b'{"cursor":9}')


def test_a_job_that_nobody_opened_is_unknown(started: Started) -> None:
    engine = started()
    with pytest.raises(Unknown, match="there is no import 9"):
        put(engine, 9, 1, order(engine, 1, 1))


def test_words_that_were_heard_are_kept_no_longer(started: Started) -> None:
    engine = started(hosts=1)
    job = opened(engine)
    imports = engine.coordinator.imports
    for number in range(1, 5):
        engine.run(imports.put(Chunk(job, number, number - 1), [order(engine, number, 1)]))
    assert [place[1] for place in engine.hosts[0].memory.imported] == [4]
    engine.run(imports.finish(job, 4, b""))
    assert engine.hosts[0].memory.imported == {}


def contact(engine: SmallEngine, line: int, *keys: str) -> Event:
    more = {"message_id": f"import-1-{line}", "traits": {"city": "Nîmes"}, "live": False}
    return engine.event("Identified", *keys, **more)


def test_the_keys_of_an_imported_contact_are_bound_in_its_own_commit_and_replay_tells_the_same(
    started: Started,
) -> None:
    engine = started(hosts=1)
    job = opened(engine)
    keys = ("user_id:1", "email:a@x.fr", "phone:+33612345678")
    put(engine, job, 1, contact(engine, 1, *keys), contact(engine, 2, "email:a@x.fr"))
    assert set(keys) <= set(engine.directory())
    assert not engine.hosts[0].memory.hops
    (held,) = engine.contacts().values()
    fold = Fold(engine.rulebooks())
    for row in engine.log():
        fold.take(row)
    assert codec.encode(fold.contacts[held.id]) == engine.states()[held.id]


def test_a_key_that_another_person_has_is_asked_for_and_left_to_review(started: Started) -> None:
    engine = started(hosts=1)
    job = opened(engine)
    put(engine, job, 1, contact(engine, 1, "user_id:1", "email:a@x.fr"))
    put(engine, job, 2, contact(engine, 2, "user_id:2", "email:a@x.fr"))
    engine.run(engine.rest())
    holders = [held.keys for held in engine.contacts().values() if "email:a@x.fr" in held.keys]
    assert holders == [["user_id:1", "email:a@x.fr"]]
    assert engine.run(engine.fsck()) == []


def test_live_letters_go_before_bulk_ones_but_not_for_ever() -> None:
    """parcelvoy#583: nothing was sent while a list was being updated."""

    async def run() -> list[str]:
        mailbox = Mailbox(None, lambda: 0, lambda _: None)  # type: ignore[arg-type]
        waiting = [asyncio.ensure_future(mailbox.put([], bulk=True)) for _ in range(2)]
        await asyncio.sleep(0)
        taken = []
        for _ in range(SHARE + 3):
            waiting.append(asyncio.ensure_future(mailbox.put([Never()] * MOST)))
            await asyncio.sleep(0)
            taken.append("bulk" if mailbox._next()[0].bulk else "live")
        for one in waiting:
            one.cancel()
        return taken

    assert asyncio.run(run()) == ["live"] * SHARE + ["bulk"] + ["live"] * 2


class Never:
    keys: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()

    def take(self, batch: Any) -> Any:
        raise AssertionError("it is cancelled before anybody takes it")

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> Any:
        return None


def ordered(engine: SmallEngine, key: str, lines: range) -> set[str]:
    """What is said to orders of these numbers, each by an event of its own."""
    events = [
        engine.event("Order Completed", key, properties={"order_id": f"o{line}"}) for line in lines
    ]
    return {said.outcome for said in engine.run(engine.push(*events))}


def test_earlier_orders_go_along_when_a_contact_merges_into_one_of_another_host(
    started: Started,
) -> None:
    """And they go back with it, when the two are parted."""
    engine = started(BUYER, hosts=2)
    table, user = engine.coordinator.table, "user_id:7"
    device = next(
        key
        for key in (f"anonymous_id:{n}" for n in range(99))
        if table.host_of_key(key) != table.host_of_key(user)
    )
    many, own = range(order_key.HELD + 10), range(900, 900 + order_key.HELD)
    engine.run(engine.push(engine.event("Came", user)))
    assert ordered(engine, device, many) == {"accepted"}
    engine.run(engine.push(engine.event("Came", user, device)))
    engine.run(engine.rest())
    assert ordered(engine, user, many) == {"duplicate"}
    assert ordered(engine, user, own) == {"accepted"}
    engine.run(engine.coordinator.identities.unmerge(user, "", "ops"))
    engine.run(engine.rest())
    assert ordered(engine, device, many) == {"duplicate"}
    assert ordered(engine, user, own) == {"duplicate"}
    assert ordered(engine, user, many) == {"accepted"}


def test_an_order_that_both_had_long_ago_is_known_to_both_when_they_are_parted(
    started: Started,
) -> None:
    engine = started(BUYER, hosts=2)
    user, device = "user_id:7", "anonymous_id:d"
    many, own = range(order_key.HELD + 10), range(900, 900 + order_key.HELD)
    assert ordered(engine, user, many) == {"accepted"}
    assert ordered(engine, device, range(5)) == {"accepted"}
    engine.run(engine.push(engine.event("Came", user, device)))
    engine.run(engine.rest())
    assert ordered(engine, user, own) == {"accepted"}
    engine.run(engine.coordinator.identities.unmerge(user, "", "ops"))
    engine.run(engine.rest())
    assert ordered(engine, device, range(5)) == {"duplicate"}
    assert ordered(engine, user, many) == {"duplicate"}
