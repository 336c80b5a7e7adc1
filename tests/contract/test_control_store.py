"""What every control store must do: on disk, in PostgreSQL and in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import OwnershipLost, StoreError, StoreLocked
from engine.ports.control_store import (
    ApiKey,
    ControlStore,
    ErasureRow,
    ImportJob,
    Published,
    RejectedItem,
)
from engine.store.memory_control import MemoryControlStore
from engine.store.memory_disk import MemoryDisk
from engine.store.postgres import PostgresControlStore
from engine.store.sqlite import SqliteControlStore

KEY = ApiKey("k1", "server", "shop", b"\x01" * 32, 10)
DAY = 86_400_000


class Place:
    """Where stores are opened one after another; closes what a test leaves open."""

    def __init__(self, make: Callable[[bool], ControlStore]) -> None:
        self._make = make
        self.made: list[ControlStore] = []

    def store(self, *, fence_only: bool = False) -> ControlStore:
        self.made.append(self._make(fence_only))
        return self.made[-1]

    def after_restart(self, store: ControlStore) -> ControlStore:
        store.close()
        successor = self.store()
        successor.open("coordinator")
        return successor


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    disk = MemoryDisk()
    if request.param == "sqlite":
        file = tmp_path / "control.db"
        place = Place(lambda fence: SqliteControlStore(file, fence_only=fence))
    elif request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        place = Place(lambda fence: PostgresControlStore(url, fence_only=fence))
    else:
        place = Place(lambda fence: MemoryControlStore(disk, fence_only=fence))
    yield place
    for store in place.made:
        store.close()


@pytest.fixture
def store(place: Place) -> ControlStore:
    store = place.store()
    store.open("coordinator")
    return store


def refused(
    at: int, code: str = "E-BAD", source: str = "shop", body: bytes = b"{}"
) -> RejectedItem:
    return RejectedItem(at, source, code, "no messageId", body)


def test_each_opening_has_the_next_epoch(place: Place) -> None:
    epochs = []
    for _ in range(3):
        store = place.store()
        epochs.append(store.open("coordinator"))
        store.close()
    assert epochs == [1, 2, 3]


def test_a_setting_is_kept_and_replaced(place: Place, store: ControlStore) -> None:
    store.set_setting("secret", b"one")
    store.set_setting("secret", b"\x00two")
    store = place.after_restart(store)
    assert store.setting("secret") == b"\x00two"
    assert store.setting("hosts") is None
    assert store.setting("hosts", b"1") == b"1"


def test_a_revoked_key_stays_listed_as_revoked(place: Place, store: ControlStore) -> None:
    store.add_key(KEY, by="ops")
    assert store.revoke_key("k1", 20, by="ops")
    store = place.after_restart(store)
    assert store.keys() == [KEY._replace(revoked=20)]


def test_revoking_twice_or_an_unknown_key_changes_nothing(store: ControlStore) -> None:
    store.add_key(KEY, by="ops")
    assert [store.revoke_key(key, 20, by="ops") for key in ("k1", "k1", "k9")] == [
        True,
        False,
        False,
    ]
    assert store.keys() == [KEY._replace(revoked=20)]
    assert len(store.audit()) == 2


def test_a_key_id_is_used_once(store: ControlStore) -> None:
    store.add_key(KEY, by="ops")
    with pytest.raises(StoreError):
        store.add_key(KEY._replace(hash=b"\x02" * 32), by="mallory")
    assert store.keys() == [KEY]
    assert [line[1] for line in store.audit()] == ["ops"]


def test_published_rulebooks_are_numbered_from_one_and_kept(
    place: Place, store: ControlStore
) -> None:
    assert [store.publish(b"a", 1, "ops"), store.publish(b"b", 2, "ops")] == [1, 2]
    store = place.after_restart(store)
    assert store.publish(b"a", 3, "ops") == 3
    assert store.rulebooks() == {1: b"a", 2: b"b", 3: b"a"}


def test_who_published_a_version_when_and_what_for_is_kept(
    place: Place, store: ControlStore
) -> None:
    store.publish(b"a", 1, "init")
    store.publish(b"b", 2, "ops", "a second reminder")
    store = place.after_restart(store)
    assert store.published() == [
        Published(1, 1, "init", ""),
        Published(2, 2, "ops", "a second reminder"),
    ]


def test_a_pause_lasts_until_resumed(place: Place, store: ControlStore) -> None:
    for kind, name in (("scenario", "cart"), ("scenario", "cart"), ("channel", "email")):
        store.pause(kind, name, paused=True, at=1, by="ops")
    store.pause("scenario", "cart", paused=False, at=2, by="ops")
    store.pause("scenario", "never_paused", paused=False, at=2, by="ops")
    assert place.after_restart(store).paused() == {("channel", "email")}


def test_refused_items_are_shown_newest_first_as_they_came(
    place: Place, store: ControlStore
) -> None:
    items = [refused(at, body=b"\xff%d" % at) for at in range(5)]
    store.reject(items[:3])
    store.reject(items[3:])
    store = place.after_restart(store)
    assert store.rejected(2) == [items[4], items[3]]
    assert store.rejected() == items[::-1]


def test_a_thousand_a_code_source_and_day_are_kept_and_all_are_counted(
    place: Place, store: ControlStore
) -> None:
    store.reject([refused(at) for at in range(600)])
    store.reject([refused(at) for at in range(600, 1_300)])
    store.reject([refused(1, source="app"), refused(1, code="E-OTHER"), refused(DAY)])
    store = place.after_restart(store)
    kept = store.rejected(5_000)
    assert len(kept) == 1_003
    assert sum(item.source == "shop" and item.at < DAY for item in kept) == 1_001
    assert store.rejected_counts() == {"E-BAD": 1_302, "E-OTHER": 1}


def test_every_act_leaves_a_line_in_the_audit_trail(place: Place, store: ControlStore) -> None:
    store.add_key(KEY, by="ops")
    store.revoke_key("k1", 11, by="eve")
    store.publish(b"{}", 12, by="ops")
    store.pause("channel", "email", paused=True, at=13, by="ops")
    store.pause("channel", "email", paused=False, at=14, by="ops")
    store.record(15, "ops", "suppress", "email")
    assert place.after_restart(store).audit() == [
        (15, "ops", "suppress", "email"),
        (14, "ops", "resume", "channel email"),
        (13, "ops", "pause", "channel email"),
        (12, "ops", "publish", "version 1"),
        (11, "eve", "revoke key", "k1"),
        (10, "ops", "create key", "k1"),
    ]
    assert len(place.made[-1].audit(2)) == 2


def test_a_control_store_in_use_is_locked(place: Place, store: ControlStore) -> None:
    with pytest.raises(StoreLocked, match="coordinator"):
        place.store().open("another")
    store.set_setting("id", b"1")


def test_a_coordinator_that_was_overtaken_writes_nothing_more(
    place: Place, store: ControlStore
) -> None:
    successor = place.store(fence_only=True)
    assert successor.open("successor") == 2
    for act in (
        lambda: store.set_setting("id", b"1"),
        lambda: store.add_key(KEY, by="ops"),
        lambda: store.revoke_key("k1", 1, by="ops"),
        lambda: store.publish(b"{}", 1, by="ops"),
        lambda: store.pause("channel", "email", paused=True, at=1, by="ops"),
        lambda: store.reject([refused(1)]),
        lambda: store.record(1, "ops", "act", "subject"),
    ):
        with pytest.raises(OwnershipLost):
            act()
    assert (successor.setting("id"), successor.keys(), successor.audit()) == (None, [], [])


def test_erasures_are_open_until_they_are_done(place: Place, store: ControlStore) -> None:
    first = ErasureRow("a", 1, "ada", "request", "hash", 0, b"{}", b"what to look for")
    second = first._replace(id="b", at=2)
    store.put_erasures([second, first])
    store.put_erasures([first._replace(done=9, body=b"")])
    store = place.after_restart(store)
    assert store.open_erasures() == [second]
    assert store.erasures() == [second, first._replace(done=9, body=b"")]
    assert store.erasures(1) == [second]


def test_subjects_of_the_audit_trail_get_other_names(store: ControlStore) -> None:
    for subject in ("17", "18", "17"):
        store.record(1, "ada", "act set", subject)
    assert store.rename({"17": "hash", "99": "other"}) == 2
    assert [row.subject for row in store.audit()] == ["hash", "18", "hash"]


def test_refused_items_are_read_by_number_and_dropped(store: ControlStore) -> None:
    store.reject([refused(n, body=b"%d" % n) for n in range(5)])
    numbers = [number for number, _ in store.rejected_after(0, 9)]
    assert [item.body for _, item in store.rejected_after(numbers[1], 2)] == [b"2", b"3"]
    store.drop_rejected(numbers[:2])
    store.drop_rejected([])
    assert [item.body for item in store.rejected()] == [b"4", b"3", b"2"]


def test_retention_deletes_refused_items_and_audit_rows_in_slices(store: ControlStore) -> None:
    store.reject([refused(n) for n in range(5)])
    for at in range(4):
        store.record(at, "ada", "apply", f"{at}")
    assert [store.forget(3, 2, 2), store.forget(3, 2, 2), store.forget(3, 2, 2)] == [4, 1, 0]
    assert [item.at for item in store.rejected()] == [4, 3]
    assert [row.at for row in store.audit()] == [3, 2]


def test_an_import_goes_on_where_it_was_after_a_restart(place: Place, store: ControlStore) -> None:
    first = ImportJob(1, "contacts", "a.csv", "d1", "r", "shop", 10)
    second = ImportJob(2, "orders", "b.csv", "d2", "r", "shop", 11)
    store.put_import(first)
    store.put_import(second)
    store.put_import(first._replace(kept=7, progress=b"{}", finished=12))
    after = place.after_restart(store)
    assert after.imports() == [second, first._replace(kept=7, progress=b"{}", finished=12)]


def test_a_product_takes_the_place_of_what_was_there(place: Place, store: ControlStore) -> None:
    store.put_products([("a", b'{"price":10}'), ("b", b"{}")])
    store.put_products([("a", b'{"price":8}')])
    store.put_products([])
    store = place.after_restart(store)
    assert store.products(["a", "b", "c"]) == {"a": b'{"price":8}', "b": b"{}"}
