"""What the console costs whoever watches with it: in a terminal of its own, at a busy engine.

    python -m tests.benchmarks.console      prints one JSON document

First paint is from the start of the process to the first screen that names its place; a key's paint to
the first byte after the key.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from tests.benchmarks.children import Load
from tests.benchmarks.latency import quantile
from tests.benchmarks.running import Running, engine, settings_for
from tests.benchmarks.workload import Workload

ROWS, COLUMNS = 24, 80
STARTS = 5
KEYS = 60
SECONDS = 20.0
CONTACTS = 20_000
RATE = 2_000.0


class Terminal:
    """The console in a pseudo-terminal."""

    def __init__(self, data: Path) -> None:
        self.begun = time.monotonic()
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.environ |= {
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "en_US.UTF-8",
            }
            os.execv(
                sys.executable, [sys.executable, "-m", "engine", "console", "--data", str(data)]
            )
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = psutil.Process(self.pid)

    def read(self, seconds: float) -> bytes:
        """What it paints until it is quiet for this long."""
        painted = b""
        while select.select([self._file], [], [], seconds)[0]:
            painted += os.read(self._file, 65_536)
        return painted

    def until(self, text: bytes, patience: float = 20.0) -> float:
        """Seconds from the start of the process until this text was painted."""
        painted, end = b"", time.monotonic() + patience
        while text not in painted and time.monotonic() < end:
            painted += self.read(0.01)
        assert text in painted, painted[-500:]
        return time.monotonic() - self.begun

    def key(self, key: bytes) -> tuple[float, int]:
        """Seconds until its first byte, and the bytes that it painted in all."""
        begun = time.monotonic()
        os.write(self._file, key)
        select.select([self._file], [], [], 2.0)
        first = time.monotonic() - begun
        return first, len(self.read(0.03))

    def cpu(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def close(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self._file)


def starts(data: Path) -> dict[str, float]:
    walls, cpus = [], []
    for _ in range(STARTS):
        terminal = Terminal(data)
        walls.append(terminal.until(b"Pulse"))
        cpus.append(terminal.cpu())
        terminal.close()
    return {"wall_ms_p50": quantile(walls, 0.5) * 1_000, "cpu_ms_p50": quantile(cpus, 0.5) * 1_000}


def keys(terminal: Terminal) -> dict[str, Any]:
    """On the tree of scenarios: the cursor down and up, then the places one after another."""
    terminal.key(b"5")
    time.sleep(2.0)
    terminal.read(0.1)
    moves = [terminal.key(b"j" if number % 20 < 10 else b"k") for number in range(KEYS)]
    switches = [terminal.key(b"%d" % (number % 5 + 1)) for number in range(KEYS // 3)]
    return {
        "cursor_ms": {"p50": ms(moves, 0.5), "p95": ms(moves, 0.95)},
        "cursor_bytes_p50": quantile([float(size) for _, size in moves], 0.5),
        "switch_ms": {"p50": ms(switches, 0.5), "p95": ms(switches, 0.95)},
        "switch_bytes_p50": quantile([float(size) for _, size in switches], 0.5),
    }


def ms(found: list[tuple[float, int]], share: float) -> float:
    return quantile([first for first, _ in found], share) * 1_000


def watching(terminal: Terminal, seconds: float) -> dict[str, float]:
    """CPU and bytes a second while nobody touches a key."""
    terminal.key(b"1")
    terminal.read(0.2)
    cpu, begun, painted = terminal.cpu(), time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        painted += len(terminal.read(0.5))
    passed = time.monotonic() - begun
    return {
        "cpu_percent": (terminal.cpu() - cpu) / passed * 100,
        "bytes_a_second": painted / passed,
    }


def engine_cpu(running: Running, seconds: float) -> float:
    """Percent of a core that the engine's own processes take meanwhile."""
    before = sum(effort.cpu for effort in running.efforts().values())
    time.sleep(seconds)
    return (sum(effort.cpu for effort in running.efforts().values()) - before) / seconds * 100


def measure(folder: Path) -> dict[str, Any]:
    workspace = Workload().write(folder / "workspace")
    with engine(workspace, folder / "data", settings_for(2**28)) as running:
        alone = engine_cpu(running, SECONDS / 2)
        report: dict[str, Any] = {"first_paint": starts(folder / "data")}
        terminal = Terminal(folder / "data")
        terminal.until(b"Pulse")
        time.sleep(2.0)
        watched = engine_cpu(running, SECONDS / 2)
        report["idle"] = watching(terminal, SECONDS / 2)
        report["engine_cpu_percent"] = {"alone": alone, "watched": watched}
        load = Load(running, CONTACTS, 0, int(RATE * SECONDS * 2), rate=RATE, batch=100)
        load.begin()
        time.sleep(3.0)
        report["under_load"] = keys(terminal) | watching(terminal, SECONDS / 2)
        report["load"] = load.answer()
        terminal.close()
    return report


def main() -> None:
    with TemporaryDirectory(prefix="relance-console-") as folder:
        report = measure(Path(folder))
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
