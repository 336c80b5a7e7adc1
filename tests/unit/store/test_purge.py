"""What SQLite leaves in its files of rows that were deleted."""

import random
import re
import string
from pathlib import Path

from engine.domain.profile.identity import Binding, contact_id
from engine.ports.host_store import ContactRow, Erasure, Write
from engine.store.driver import driver
from engine.store.sqlite import SqliteHostStore

KEYS = 8_000
BATCH = 100


def filled(store: SqliteHostStore) -> list[str]:
    """Random keys and states of many lengths: pages are split, rows move from one to another."""
    dice = random.Random(1)
    keys = []
    for first in range(0, KEYS, BATCH):
        fresh = [
            "email:" + "".join(dice.choices(string.ascii_lowercase, k=20)) for _ in range(BATCH)
        ]
        keys += fresh
        write = Write(directory=[(key, (Binding(0, 1),)) for key in fresh])
        for number in (*range(first, first + BATCH), *dice.choices(range(first + BATCH), k=BATCH)):
            state = keys[number].encode() + bytes(dice.randrange(50, 700))
            write.contacts.append(ContactRow(contact_id(number + 1, 0), state, (0, 0, 0, 0), 0))
        store.commit(write)
    return keys


def test_deleted_rows_are_in_no_file_once_all_was_purged(tmp_path: Path) -> None:
    store = SqliteHostStore(tmp_path / "0.db")
    store.open("test")
    keys = filled(store)
    gone = random.Random(2).sample(range(KEYS), 1_000)
    traces = re.compile(b"|".join(keys[n].encode() for n in gone))
    assert store.traces(traces.search)
    contacts = [contact_id(n + 1, 0) for n in gone]
    store.commit(Write(erasure=Erasure(contacts=contacts, directory=[keys[n] for n in gone])))
    store.purge()
    assert not (tmp_path / "0.db-wal").stat().st_size
    assert store.traces(traces.search), (
        "a split leaves copies; if it does no more, VACUUM is not needed"
    )
    store.purge(whole=True)
    assert not store.traces(traces.search)
    kept = next(keys[n] for n in range(KEYS) if n not in gone)
    assert store.traces(re.compile(kept.encode()).search)
    store.close()


def test_what_is_left_of_deleted_rows_is_overwritten_where_it_lies(tmp_path: Path) -> None:
    store = SqliteHostStore(tmp_path / "0.db")
    store.open("test")
    keys = filled(store)
    gone = random.Random(2).sample(range(KEYS), 1_000)
    traces = re.compile(b"|".join(keys[n].encode() for n in gone))
    contacts = [contact_id(n + 1, 0) for n in gone]
    store.commit(Write(erasure=Erasure(contacts=contacts, directory=[keys[n] for n in gone])))
    store.purge()
    held = store.all_contacts(0, KEYS), store.all_directory("", KEYS)
    size = (tmp_path / "0.db").stat().st_size
    assert store.traces(traces.search)
    store.purge(whole=True)
    assert not store.traces(traces.search)
    assert (tmp_path / "0.db").stat().st_size == size, "no VACUUM was needed"
    assert (store.all_contacts(0, KEYS), store.all_directory("", KEYS)) == held
    store.commit(Write(directory=[(keys[gone[0]], (Binding(0, 1),))]))
    store.close()
    db = driver.connect(str(tmp_path / "0.db"))
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
