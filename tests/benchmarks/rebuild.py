"""What a rebuild takes: how fast a log is scanned and taken over, and what live events feel of it.

python -m tests.benchmarks.rebuild --rows 2000000 --contacts 100000
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.bootstrap import init_data
from engine.cli.output import print_json
from engine.clock import SystemClock
from engine.domain import codec, message
from engine.domain.contact import Contact
from engine.domain.definitions import encode
from engine.domain.event import Event
from engine.domain.identity import Binding, contact_id, slot_of_key
from engine.loading.definitions import load
from engine.ports.host_store import ContactRow, LogRow, Write
from engine.rpc.client import Relance
from engine.runtime.retention import DEED
from engine.runtime.slots import SlotTable
from engine.store.sqlite import SqliteHostStore
from tests.acceptance import shop
from tests.benchmarks.latency import quantile
from tests.benchmarks.running import engine, settings_for

AT_ONCE = 20_000
NAMES = ("Product Viewed", "Product Added", "Order Completed", "Cart Viewed")
SEGMENT = """\
segment: buyers
condition: {any: [{did: Order Completed, at_least: 3}, {did: Cart Viewed, within: 7d}]}
"""
SCORES = "scores:\n  - {score: heat, half_life: 7d, rules: [{event: Product Added, points: 5}]}\n"
PAUSE = 0.01
"""Seconds between two live events."""
CALM = 5.0
"""Seconds of live events before the rebuild, to compare with."""


def written(data: Path, rows: int, contacts: int) -> None:
    """A store as an engine leaves it: everybody has had the same number of events, in turns."""
    store = SqliteHostStore(data / "hosts" / "0.db", SlotTable(1).slots_of(0))
    store.open("bench")
    now, last = SystemClock().now(), [0] * contacts
    write = Write(now=now, rebuilt=1, counters={"contacts": contacts, "accepted": rows})
    for number in range(1, rows + 1):
        which = number % contacts
        write.log.append(row_of(number, id_of(which), last[which], now - (rows - number) * 10))
        last[which] = number
        if len(write.log) == AT_ONCE:
            store.commit(write)
            write = Write(now=now)
    store.commit(write)
    for start in range(0, contacts, AT_ONCE):
        some = range(start, min(start + AT_ONCE, contacts))
        write = Write(now=now)
        for which in some:
            held = Contact(id_of(which), keys=[key_of(which)], rulebook=1, first=now, latest=now)
            row = ContactRow(held.id, codec.encode(held), (0, last[which], 0, 0), 0)
            write.contacts.append(row)
            write.directory.append((key_of(which), (Binding(0, held.id),)))
        store.commit(write)
    store.close()


def key_of(which: int) -> str:
    return f"user_id:{which}"


def id_of(which: int) -> int:
    return contact_id(which + 1, slot_of_key(key_of(which)))


def row_of(number: int, contact: int, prev: int, at: int) -> LogRow:
    properties = msgspec.json.encode({"product_id": f"sku-{number % 997}", "price": number % 200})
    event = Event(
        (key_of((contact >> 16) - 1),),
        NAMES[number % 7 % 4],
        "track",
        f"message-{number}",
        "bench",
        number.to_bytes(6, "big"),
        at,
        at,
        properties,
    )
    return LogRow(number, contact, DEED, prev, at, 1, message.encode(event), b"")


def told(client: Relance, contacts: int, numbers: Iterator[int]) -> float:
    """Milliseconds until one live event was kept."""
    event = {
        "type": "track",
        "event": random.choice(NAMES),
        "userId": str(random.randrange(contacts)),
        "messageId": f"live-{next(numbers)}",
    }
    begun = time.perf_counter()
    client.push([event])
    return (time.perf_counter() - begun) * 1_000


def measured(running: Any, workspace: Path, contacts: int) -> dict[str, Any]:
    numbers = iter(range(10**9))
    client = Relance(running.grpc, running.key)
    told(client, contacts, numbers)
    before = _for(lambda: False, CALM, client, contacts, numbers)
    (workspace / "segments").mkdir(exist_ok=True)
    (workspace / "segments" / "buyers.yaml").write_text(SEGMENT, encoding="utf-8")
    (workspace / "scoring.yaml").write_text(SCORES, encoding="utf-8")
    begun = time.monotonic()
    running.client.apply(encode(load(workspace)))
    report = running.client.status()["rebuild"]

    def scanned() -> bool:
        nonlocal report
        report = running.client.status()["rebuild"]
        return not report or report["scanned"] >= report["rows"]

    scanning = _for(scanned, 600.0, client, contacts, numbers)
    after_scan = time.monotonic()
    rows = report.get("rows", 0)
    taking = _for(
        lambda: not running.client.status()["rebuild"], 1_200.0, client, contacts, numbers
    )
    done = time.monotonic()
    return {
        "rows": rows,
        "scan_seconds": round(after_scan - begun, 1),
        "rows_a_second": round(rows / (after_scan - begun)),
        "take_over_seconds": round(done - after_scan, 1),
        "contacts_a_second": round(contacts / (done - after_scan)),
        "live_ms": {
            name: {"events": len(all_), "p50": quantile(all_, 0.5), "p99": quantile(all_, 0.99)}
            for name, all_ in (("before", before), ("scan", scanning), ("take_over", taking))
        },
        "load": os.getloadavg(),
        "segment": running.client.segments(),
    }


def _for(over: Any, seconds: float, client: Relance, contacts: int, numbers: Any) -> list[float]:
    """One live event after the other until it is over, which is looked at twice a second."""
    found, end, look = [], time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        if time.monotonic() >= look:
            look = time.monotonic() + 0.5
            if over():
                break
        found.append(told(client, contacts, numbers))
        time.sleep(PAUSE)
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--runtime", default="in-process")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        init_data(data, settings_for(2**28))
        workspace = shop.write(Path(folder) / "workspace", "mailbox")
        begun = time.monotonic()
        written(data, asked.rows, asked.contacts)
        seconds = round(time.monotonic() - begun, 1)
        with engine(workspace, data, settings_for(2**28), asked.runtime) as running:
            report = measured(running, workspace, asked.contacts)
        print_json({"written_seconds": seconds, **report})


if __name__ == "__main__":
    main()
