"""The benchmark's own processes, spoken to by lines: load generators and the SMTP sink."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import msgspec

from tests.benchmarks.running import CHECKOUT, Running


class _Child:
    def __init__(self, script: str, *options: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name(script)), *options]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
        )

    def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """Raises RuntimeError when the process has ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a process of the benchmark ended; its error is above")
        return line.strip()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Sink(_Child):
    """An SMTP server that takes everything."""

    def __init__(self) -> None:
        super().__init__("smtp_sink.py")
        self.route = f"smtp://127.0.0.1:{self.hear()}?starttls=never"

    def arrived(self) -> list[tuple[int, float]]:
        """(order, monotonic seconds) of what came since the last question."""
        self.say("?")
        return msgspec.json.decode(self.hear(), type=list[tuple[int, float]])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class Load(_Child):
    """A load generator that has its requests ready. Further options are the script's."""

    def __init__(
        self, running: Running, contacts: int, first: int, events: int, **rest: float
    ) -> None:
        named = {"grpc": running.grpc, "contacts": contacts, "first": first, "events": events}
        super().__init__("generator.py", *(f"--{k}={v}" for k, v in {**named, **rest}.items()))
        self.say(running.key)
        self.hear()

    def begin(self) -> None:
        self.say("go")

    def answer(self) -> dict[str, Any]:
        """Waits until everything was answered."""
        answer: dict[str, Any] = msgspec.json.decode(self.hear())
        self.close()
        return answer

    def go(self) -> dict[str, Any]:
        self.begin()
        return self.answer()
