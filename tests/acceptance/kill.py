"""Kill -9 under load, round after round, and the account after each.

    python -m tests.acceptance.kill --rounds 3 --events 50000 --hosts 2 --seed 7 --store postgres

prints a table: what was pushed, acknowledged and kept, what the consistency check found, and the
ledger of the messages against the SMTP server's own count.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import RequestError
from engine.offline import fsck
from engine.settings import SQLITE
from tests.acceptance import shop
from tests.acceptance.engine_process import Engine, runs, wait_until
from tests.acceptance.pusher import Pusher
from tests.acceptance.sink import Sink
from tests.acceptance.truth import Log, opened
from tests.postgres_server import PostgresServer

VICTIMS = ("host", "coordinator", "sender", "raylet", "everything")
CONNECTION = "connection"
"""A host's connection to PostgreSQL: the server ends it, the host must come back by itself."""
TAKES_SENDER = ("sender", "raylet", "everything")
"""Victims with which the Sender ends too, so that what is on the wire may become unknown."""
PACE = 0.01
"""Seconds the SMTP server thinks before it answers."""
SETTLED = 120.0


class Round(NamedTuple):
    """All figures are totals since the campaign began, but ``unknown``, ``open`` and ``brink``: this kill's.

    ``open`` is how many DATA phases the kill cut, ``brink`` how many it may have cut just before
    DATA or just after the answer, both by the SMTP server's count.
    """

    seed: int
    victim: str
    held: bool
    pushed: int
    acknowledged: int
    accepted: int
    duplicates: int
    rows: int
    findings: int
    intended: int
    sent: int
    failed: int
    queued: int
    unknown: int
    open: int
    brink: int
    doubled: int
    seconds: float


class Campaign:
    """One engine on one data folder, one SMTP server, and a client that goes on whatever happens."""

    def __init__(
        self,
        folder: Path,
        runtime: str,
        hosts: int,
        seed: int,
        server: PostgresServer | None = None,
    ) -> None:
        self.seed = seed
        self.server = server
        self.dice = random.Random(seed)
        self.sink = Sink(PACE)
        self.sink.start()
        store = server.url if server else SQLITE
        workspace = shop.write(folder / "workspace", self.sink.url, hosts, store)
        self.engine = Engine(workspace, folder, runtime, hosts, store)
        self.log = Log(self.engine.data)
        self.pushed: set[str] = set()
        self.people = 0
        self._turns: Counter[str] = Counter()
        self.ledger: dict[str, int] = {}
        self.findings: list[str] = []
        self.engine.start()
        self.pusher = Pusher(self.engine.client)

    def close(self) -> None:
        self.pusher.close()
        self.engine.close()
        self.sink.stop()

    def round(self, victim: str, events: int) -> Round:
        """Push, kill in the middle, let it come back, settle, and take stock."""
        began = time.monotonic()
        unknown, cut, brink = self.ledger.get("unknown", 0), self.sink.cut, self.sink.brink
        moment = len(self.pusher.acknowledged) + int(events * self.dice.uniform(0.1, 0.8))
        self._push(events)
        wait_until(lambda: len(self.pusher.acknowledged) >= moment, f"{moment} are acknowledged")
        held = self._is_held(victim)
        if held:
            self._kill_held(victim)
        else:
            self._kill(victim)
        if victim == "everything":
            self.engine.start()
        self.pusher.join()
        status = self._settled()
        return Round(
            self.seed, victim, held, len(self.pushed), *self._kept(status), *self._ledger(status),
            self.ledger["unknown"] - unknown, self.sink.cut - cut, self.sink.brink - brink,
            sum(times > 1 for times in self.sink.taken.values()),
            round(time.monotonic() - began, 1),
        )  # fmt: skip

    def _is_held(self, victim: str) -> bool:
        """Of three kills that end the Sender two strike between DATA and its answer, one anywhere."""
        if victim not in TAKES_SENDER:
            return False
        self._turns[victim] += 1
        return (self._turns[victim] + TAKES_SENDER.index(victim)) % 3 != 0

    def _kill_held(self, victim: str) -> None:
        """While every connection of the Sender waits for the answer to its DATA."""
        self.sink.hold()
        wait_until(lambda: self.sink.open > 0, "a message is between DATA and its answer")
        time.sleep(self.dice.uniform(0.3, 0.6))
        cut = self.sink.cut + self.sink.open
        self._kill(victim)
        wait_until(lambda: self.sink.cut >= cut, "the server has seen the connections end")
        self.sink.release()

    def _push(self, events: int) -> None:
        several = max(1, events // shop.EVENTS)
        for person in shop.people(range(self.people, self.people + several)):
            self.pushed.update(item["messageId"] for item in person)
            self.pusher.push(person)
        self.people += several

    def _kill(self, victim: str) -> None:
        self.sink.mark()
        if victim == CONNECTION and self.server is not None:
            self.server.break_connection(self.dice.choice(self.server.backends("host-")))
            return
        if victim == "everything":
            self.engine.kill_everything()
            return
        sender = self.engine.processes("sender") if victim in TAKES_SENDER else []
        self.engine.kill(self.dice.choice(self.engine.processes(victim)))
        wait_until(lambda: not any(map(runs, sender)), "the Sender is dead")

    def _settled(self) -> dict[str, Any]:
        """The status once nothing moves any more."""
        status: dict[str, Any] = {}

        def quiet() -> bool:
            status.update(self._status())
            return bool(status) and not (
                status["messages"]["queued"] or status["runs"]["waiting"] or status["hops"]
            )

        with self.engine.operator() as self._operator:
            wait_until(quiet, "the engine is at rest", SETTLED)
            report = self._operator.fsck()
        assert report["totals"], "the engine was not at rest"
        self.findings = report["findings"]
        return status

    def _status(self) -> dict[str, Any]:
        try:
            return self._operator.status()
        except RequestError:
            return {}

    def _kept(self, status: dict[str, Any]) -> tuple[int, int, int, int, int]:
        """acknowledged, accepted, duplicates, rows, findings."""
        kept = self.log.read()
        return (
            len(self.pusher.acknowledged),
            status["events"]["accepted"],
            status["events"]["duplicates"],
            sum(kept.values()),
            len(self.findings),
        )

    def _ledger(self, status: dict[str, Any]) -> tuple[int, int, int, int]:
        """intended, sent, failed, queued."""
        self.ledger = held = status["messages"]
        return held["intended"], held["sent"], held["failed"], held["queued"]

    def faults(self, done: Round) -> Iterator[str]:
        """What was promised and did not hold."""
        lost = self.pushed - self.log.events.keys()
        if lost:
            yield f"{len(lost)} acknowledged events are not in the log: {sorted(lost)[:5]}"
        if twice := self.log.doubled():
            yield f"{len(twice)} events are in the log twice: {sorted(twice)[:5]}"
        if strange := self.log.events.keys() - self.pushed:
            yield f"{len(strange)} events in the log were never pushed: {sorted(strange)[:5]}"
        if done.acknowledged != done.pushed or self.pusher.refused:
            yield f"not all were acknowledged; refused: {self.pusher.refused[:5]}"
        if done.accepted != done.pushed:
            yield f"{done.accepted} counted as accepted, {done.pushed} pushed"
        yield from self.findings
        yield from self._mail_faults(done)

    def _mail_faults(self, done: Round) -> Iterator[str]:
        unknown, taken = self.ledger["unknown"], len(self.sink.taken)
        if done.intended != done.sent + done.failed + unknown + done.queued:
            yield f"the ledger does not add up: {self.ledger}"
        if done.intended != self.people * shop.MAILS:
            yield f"{done.intended} messages intended for {self.people} people"
        if done.failed:
            yield f"{done.failed} messages failed"
        if done.unknown > done.open + (0 if done.held else done.brink):
            yield f"{done.unknown} unknown, {done.open} phases cut and {done.brink} on the brink"
        if done.doubled:
            yield f"{done.doubled} messages reached the server twice"
        if not done.sent <= taken <= done.sent + unknown:
            yield f"{done.sent} sent and {unknown} unknown, but the server took {taken}"

    def end(self) -> Iterator[str]:
        """Stop as an operator does; what is still wrong then."""
        code = self.engine.stop()
        if code:
            yield f"it ended with {code}"
        if left := self.engine.left():
            yield f"processes are left: {left}"
        yield from fsck(self.engine.data, lambda _: None)["findings"]
        if self.pushed != opened(self.engine.data):
            yield "the stores, opened by the engine's own code, hold other events"


def table(rounds: Sequence[Round]) -> str:
    """The rounds as aligned text."""
    lines = [list(Round._fields), *([str(cell) for cell in one] for one in rounds)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(Round._fields))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


def main() -> int:
    """Exit code 1 when a promise was broken."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=3, help="for each victim")
    asked.add_argument("--events", type=int, default=50_000, help="in all")
    asked.add_argument("--hosts", type=int, default=2)
    asked.add_argument("--runtime", default="ray", choices=("ray", "in-process"))
    asked.add_argument("--store", default=SQLITE, choices=(SQLITE, "postgres"))
    asked.add_argument("--victim", choices=(*VICTIMS, CONNECTION), help="this one only")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    options = asked.parse_args()
    plan = victims_of(options) * options.rounds
    rounds, broken = [], []
    with tempfile.TemporaryDirectory() as folder, store_of(options) as server:
        campaign = Campaign(Path(folder), options.runtime, options.hosts, options.seed, server)
        try:
            for victim in plan:
                rounds.append(campaign.round(victim, options.events // len(plan)))
                sys.stdout.write(table(rounds[-1:]) + "\n")
                sys.stdout.flush()
                broken += list(campaign.faults(rounds[-1]))
            broken += list(campaign.end())
        finally:
            campaign.close()
    sys.stdout.write("\n".join([table(rounds), *broken, ""]))
    return bool(broken)


def victims_of(options: argparse.Namespace) -> list[str]:
    if options.victim:
        return [options.victim]
    both = ["everything"] if options.runtime == "in-process" else list(VICTIMS)
    return both if options.store == SQLITE else [*both, CONNECTION]


@contextmanager
def store_of(options: argparse.Namespace) -> Iterator[PostgresServer | None]:
    """A server of the campaign's own, where one is asked for."""
    server = PostgresServer() if options.store != SQLITE else None
    try:
        yield server
    finally:
        if server is not None:
            server.end()


if __name__ == "__main__":
    sys.exit(main())
