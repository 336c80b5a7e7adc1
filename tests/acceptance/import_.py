"""Import, kill -9 of engine and client on the way, export, compare: no row twice, none lost.

    python -m tests.acceptance.import_ --contacts 1000000 --orders 5000000 --kills 4

generates the CSV files, imports them with ``relance import`` and prints rows/s, resident memory of
engine and client, and what the comparison found.
"""

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from engine.errors import EngineError
from engine.offline import fsck
from tests.acceptance.engine_process import RELANCE, Engine, wait_until

ROOT = Path(__file__).parents[2]
SPREAD = 7_919
"""A prime: orders of one contact lie far apart in the file."""


LOOK = 0.5
"""Seconds between two looks at how far an import is; a tenth of it where it is SMALL."""
SMALL = 50_000
ALMOST = 0.95
"""Nobody is killed who may be through already."""


class Imported(NamedTuple):
    """``engine`` and ``client``: the most memory (bytes, RSS) at any look; ``first`` the engine's early on."""

    report: dict[str, Any]
    seconds: float
    kills: int
    engine: int
    first: int
    client: int


class Campaign:
    def __init__(self, folder: Path, runtime: str, hosts: int, workspace: Path) -> None:
        self.folder = folder
        self.engine = Engine(workspace, folder, runtime, hosts)
        self.operator = self.engine.operator()
        self.engine.start()
        self.wait()

    def wait(self) -> None:
        with self.engine.client() as client:
            wait_until(lambda: _healthy(client), "the engine takes writes")

    def command(self, *words: str, key: str = "") -> subprocess.Popen[bytes]:
        env = {**os.environ, "RELANCE_KEY": key or self.engine.key}
        line = [str(RELANCE), *words, "--grpc", self.engine.grpc, "--json"]
        return subprocess.Popen(line, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def asked(self, *words: str) -> Any:
        out, err = self.command(*words, key=self.engine.admin).communicate()
        return json.loads(out) if out else err.decode()

    def imported(self, kind: str, file: Path, rows: int, kills: int) -> Imported:
        """Every second kill takes the client, the others the whole engine."""
        begun, killed, first, engine, client = time.monotonic(), 0, 0, 0, 0
        running = self.command("import", kind, str(file))
        while running.poll() is None:
            time.sleep(LOOK if rows > SMALL else LOOK / 10)
            client = max(client, _memory(running.pid))
            engine = max(engine, now := sum(_memory(p.pid) for p in self.engine.family()))
            first = first or now
            share = (self.stored() - self._before) / rows
            if killed < kills and (killed + 1) / (kills + 1) < share < ALMOST:
                killed += 1
                if killed % 2:
                    self.engine.kill_everything()
                    self.engine.start()
                else:
                    running.send_signal(signal.SIGKILL)
                    running.communicate()
                    running = self.command("import", kind, str(file))
        out, err = running.communicate()
        assert running.returncode == 0, (out[-2_000:], err[-2_000:])
        seconds = time.monotonic() - begun
        self._before = self.stored()
        return Imported(json.loads(out), seconds, killed, engine, first, client)

    _before = 0

    def stored(self) -> int:
        """Events kept so far, by the engine's own count; as before while it does not answer."""
        with suppress(EngineError):
            self._stored = int(self.operator.status()["events"]["stored"])
        return self._stored

    _stored = 0

    def exported(self, kind: str, name: str) -> Path:
        file = self.folder / name
        told = self.asked("export", kind, str(file))
        assert isinstance(told, dict), told
        return file


def _healthy(client: Any) -> bool:
    try:
        return bool(client.health())
    except Exception:  # noqa: BLE001 - not yet
        return False


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def write_contacts(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["user_id", "email", "first_name", "city", "points", "consent_email"])
        for n in range(count):
            agreed = "true" if n % 3 else "false"
            writer.writerow([f"u{n}", f"p{n}@example.com", f"Zoé {n}", "Nîmes", n % 500, agreed])


def write_orders(file: Path, count: int, people: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["order_id", "user_id", "timestamp", "total", "currency", "products"])
        for n in range(count):
            at = f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}T10:00:{n % 60:02}Z"
            products = json.dumps([{"product_id": f"p{n % 50}", "price": 10 + n % 90}])
            who = f"u{n * SPREAD % people}"
            writer.writerow([f"o{n}", who, at, 10 + n % 90, "EUR", products])


def differences(folder: Path, contacts: Path, orders: Path) -> list[str]:
    """Between what was imported and what the exports say; at most a few."""
    wrong: list[str] = []
    with (folder / "contacts.csv").open(encoding="utf-8") as left, contacts.open() as right:
        given, found = csv.DictReader(left), csv.DictReader(right)
        by_key = {row["user_id"]: {k: v for k, v in row.items() if v} for row in given}
        for row in found:
            kept = {k: v for k, v in row.items() if v}
            if by_key.pop(row["user_id"], None) != kept:
                wrong.append(f"contact {row['user_id']}: {kept}")
    wrong += [f"contact {who} is missing" for who in list(by_key)[:5]]
    with (folder / "orders.csv").open(encoding="utf-8") as stream:
        left_over = {row["order_id"]: row["user_id"] for row in csv.DictReader(stream)}
    with orders.open("rb") as lines:
        for line in lines:
            event = json.loads(line)
            if event["event"] == "Order Completed":
                order = event["properties"]["order_id"]
                if left_over.pop(order, None) != event["user_id"]:
                    wrong.append(f"order {order} of {event['user_id']}: twice, or another's")
    wrong += [f"order {order} is missing" for order in list(left_over)[:5]]
    return wrong


def campaign(
    folder: Path, contacts: int, orders: int, kills: int, runtime: str, hosts: int, workspace: Path
) -> tuple[list[Imported], list[str]]:
    """Imports, and everything that is wrong after them."""
    write_contacts(folder / "contacts.csv", contacts)
    write_orders(folder / "orders.csv", orders, contacts)
    run = Campaign(folder, runtime, hosts, workspace)
    try:
        done = [
            run.imported("contacts", folder / "contacts.csv", contacts, kills),
            run.imported("orders", folder / "orders.csv", orders, kills),
        ]
        wrong = [
            f"{one.report['kind']}: {one.report}"
            for one, rows in zip(done, (contacts, orders), strict=True)
            if one.report["accepted"] + one.report["duplicates"] != rows
        ]
        wrong += differences(
            folder, run.exported("contacts", "out.csv"), run.exported("events", "out.jsonl")
        )
        run.operator.close()
        run.engine.stop()
        wrong += fsck(run.engine.data, lambda _read: None)["findings"]
        return done, wrong
    finally:
        run.engine.close()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--contacts", type=int, default=1_000_000)
    asked.add_argument("--orders", type=int, default=5_000_000)
    asked.add_argument("--kills", type=int, default=4, help="per file")
    asked.add_argument("--runtime", default="ray", choices=["ray", "in-process"])
    asked.add_argument("--hosts", type=int, default=1)
    asked.add_argument("--workspace", type=Path, default=ROOT / "config")
    asked.add_argument("--folder", type=Path, help="kept; else a temporary one")
    given = vars(asked.parse_args())
    folder = given.pop("folder")
    with tempfile.TemporaryDirectory() as temporary:
        at = folder or Path(temporary)
        at.mkdir(exist_ok=True)
        done, wrong = campaign(at, **given)
    lines = ["kind       rows      seconds  rows/s  kills  engine MB (early)  client MB"]
    for one in done:
        rows = one.report["rows"]
        memory = f"{one.engine >> 20} ({one.first >> 20})"
        lines.append(
            f"{one.report['kind']:<9}{rows:>9}{one.seconds:>11.1f}{rows / one.seconds:>8.0f}"
            f"{one.kills:>7}{memory:>19}{one.client >> 20:>11}"
        )
    lines += wrong[:20] or ["export and files are equal; no row twice, none lost; fsck clean"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
