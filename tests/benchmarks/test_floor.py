"""The floor does its work: a comparison with one that skipped some would flatter the engine."""

import sqlite3
from pathlib import Path

from tests.benchmarks import floor
from tests.benchmarks.workload import Workload

CONTACTS, EVENTS = 50, 1_200


def kept(path: Path) -> sqlite3.Connection:
    """The file of a floor that was fed the workload's events."""
    measured = floor.Floor(path)
    for body in floor.bodies(Workload().events(CONTACTS, 0, EVENTS)):
        measured.keep(body)
    measured.close()
    return sqlite3.connect(path)


def test_every_event_is_a_row_that_points_to_its_contact_s_row_before(tmp_path: Path) -> None:
    with kept(tmp_path / "floor.db") as db:
        rows = db.execute("select id, contact, prev, body from log order by id").fetchall()
    db.close()

    last: dict[int, int] = {}
    for row, contact, previous, body in rows:
        assert previous == last.get(contact, 0)
        assert len(body) > 300
        last[contact] = row
    assert len(rows) == EVENTS


def test_every_contact_has_its_key_its_counters_and_the_segments_it_came_into(
    tmp_path: Path,
) -> None:
    with kept(tmp_path / "floor.db") as db:
        keys = db.execute("select count(*) from directory").fetchone()[0]
        states = [floor.decode(row[0]) for row in db.execute("select state from contact")]
    db.close()

    assert keys == len(states) == CONTACTS
    assert sum(sum(contact.counts.values()) for contact in states) == EVENTS
    assert all(contact.segments for contact in states)
