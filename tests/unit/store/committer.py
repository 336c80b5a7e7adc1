"""A process of its own that owns a store: opens the file or URL named, then commits as it is told.

It commits one batch a line of its input, answers each with its number once the commit returned, and
commits without end on ``go``. An error's code is its last line.
"""

import resource
import sys
from pathlib import Path

from engine.domain.profile.identity import contact_id
from engine.errors import StoreError
from engine.ports.host_store import ContactRow, HostStore, LogRow, WakeUp, Write
from engine.store.postgres import PostgresHostStore
from engine.store.sqlite import SqliteHostStore

ROWS = 20


def store_at(place: str, *, fence_only: bool = False) -> HostStore:
    if place.startswith("postgresql://"):
        return PostgresHostStore(place, 0, fence_only=fence_only)
    return SqliteHostStore(Path(place), fence_only=fence_only)


def batch(number: int) -> Write:
    """Batch n: twenty log rows, a contact whose state is the batch, and its moved wake-up."""
    first = number * ROWS + 1
    contact = contact_id(1, 0)
    return Write(
        now=number + 1,
        log=[
            LogRow(n, contact, 0, n - 1, n, 1, b"x" * 400, b"") for n in range(first, first + ROWS)
        ],
        contacts=[ContactRow(contact, b"%d" % number, (first + ROWS - 1, 0, 0, 0), number + 1)],
        wakeups_gone=[WakeUp(number, contact)],
        wakeups=[WakeUp(number + 1, contact)],
    )


def main(place: str, limit: str) -> None:
    if int(limit):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    store = store_at(place)
    number = (store.open("committer").next_log - 1) // ROWS
    print("open", flush=True)  # noqa: T201
    for line in sys.stdin:
        while True:
            store.commit(batch(number))
            print(number, flush=True)  # noqa: T201
            number += 1
            if line.strip() != "go":
                break


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except StoreError as error:
        print(error.code, flush=True)  # noqa: T201
