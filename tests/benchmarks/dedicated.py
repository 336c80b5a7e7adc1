"""What a contact with a host of its own costs: seconds until it is there, memory, and CPU while idle.

    python -m tests.benchmarks.dedicated --contacts 12

prints one line of JSON.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from engine.cli.workspace import default_workspace
from engine.rpc.client import Relance
from engine.settings import Email, Runtime, Settings
from tests.benchmarks.running import Running, engine

HOST = "ray::ContactHos"
"""Title of a host's process, as far as the kernel keeps it."""
IDLE = 10.0
"""Seconds over which idle CPU is taken."""


def hosts(running: Running) -> list[psutil.Process]:
    return [process for _, process in running.processes() if process.name().startswith(HOST)]


def all_there(running: Running, contacts: int) -> dict[str, Any]:
    while True:
        status = running.client.status()
        placement = status["placement"]
        if not placement["starting"] and placement["dedicated"] == contacts and not status["hops"]:
            return status
        time.sleep(0.05)


def memory(processes: list[psutil.Process]) -> tuple[float, float]:
    """Median MB of PSS and RSS."""
    full = [process.memory_full_info() for process in processes]
    pss, rss = ([getattr(one, kind) / 1e6 for one in full] for kind in ("pss", "rss"))
    return round(statistics.median(pss), 1), round(statistics.median(rss), 1)


def idle(running: Running) -> float:
    """CPU seconds a second of the whole engine while nothing comes."""
    before = {process.pid: sum(process.cpu_times()[:2]) for _, process in running.processes()}
    time.sleep(IDLE)
    used = (sum(p.cpu_times()[:2]) - before.get(p.pid, 0.0) for _, p in running.processes())
    return round(sum(used) / IDLE, 3)


def come(running: Running, contacts: int) -> float:
    """Seconds from the first event until every contact's host is in order."""
    with Relance(running.grpc, running.key) as service:
        begun = time.monotonic()
        for number in range(contacts):
            event = {"type": "track", "event": "Came", "userId": f"u{number}"}
            service.push([event | {"messageId": f"m{number}"}])
        all_there(running, contacts)
        return time.monotonic() - begun


def measured(contacts: int) -> dict[str, Any]:
    placement = Runtime(placement="dedicated", dedicated_limit=contacts)
    settings = Settings(runtime=placement, email=Email(route="mailbox"))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with engine(default_workspace(), data, settings) as running:
            alone = idle(running)
            seconds = come(running, contacts)
            pss, rss = memory(hosts(running))
            busy = idle(running)
        begun = time.monotonic()
        with engine(default_workspace(), data, settings) as running:
            ready = time.monotonic() - begun
            all_there(running, contacts)
            again = time.monotonic() - begun
    return {
        "contacts": contacts,
        "seconds_a_contact": round(seconds / contacts, 2),
        "pss_mb_a_contact": pss,
        "rss_mb_a_contact": rss,
        "idle_cpu_without": alone,
        "idle_cpu_with": busy,
        "restart_ready_seconds": round(ready, 1),
        "restart_all_seconds": round(again, 1),
        "load": os.getloadavg()[0],
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--contacts", type=int, default=12)
    sys.stdout.write(json.dumps(measured(asked.parse_args().contacts)) + "\n")


if __name__ == "__main__":
    main()
