"""What a host remembers of the steps it has taken: rankings, and why messages did not leave.

A read model in memory: it begins with the host and says so, is exact for every contact that did
anything since, and follows each commit at once. The log stays the truth.
"""

import logging
from collections.abc import Iterable
from typing import Any

from engine.domain.message import Message, Receipt
from engine.domain.profile.contact import Contact
from engine.domain.scores.gauge import Gauge
from engine.domain.step import Outcome
from engine.ports.host_store import Search
from engine.runtime.scores.cells import Cells
from engine.runtime.scores.rungs import Rungs, Stepped
from engine.runtime.state.memory import Memory
from engine.runtime.state.residents import Resident

log = logging.getLogger("relance.host")

REASONS = 200
"""Different reasons kept a host; what comes after them is counted as ``other``."""
TEXT = 200
"""Characters of a reason."""
ARRIVED = ("sent", "delivered", "opened", "clicked")
"""Outcomes that need no reason."""
NOBODY = Contact(0)

Step = tuple[Resident, Outcome, Message]
"""The contact as it was, what came of the step, the message consumed."""


class Standings:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._rulebook = 0
        self._since = 0
        self._first_log = 0
        self._rankings: dict[str, Rungs | Stepped] = {}
        self._cells: Cells | None = None
        self._reasons: dict[tuple[str, str, str], list[int]] = {}
        self._begun = memory.clock.now()

    def take(self, steps: list[Step]) -> None:
        """After the commit that holds them, in their order. A bug here must not look like a failed commit."""
        try:
            self._take(steps)
        except Exception:
            log.exception("the rankings could not follow a commit; they begin anew")
            self._rulebook, self._rankings, self._cells = 0, {}, None

    def _take(self, steps: list[Step]) -> None:
        if self._rulebook != self._memory.rulebook.version:
            self._follow_rulebook(steps)
        if self._rankings:
            self._rank(steps)
        for receipt in [message for _, _, message in steps if isinstance(message, Receipt)]:
            self._take_receipt(receipt)
        facts = [fact for _, outcome, _ in steps for fact in outcome.facts]
        for fact in [fact for fact in facts if fact.what == "skipped"]:
            self._note("skipped", fact.subject, str(fact.detail))

    def leave(self, gone: Iterable[Resident]) -> None:
        """Contacts that were erased; those without a row since the rankings began were never counted."""
        for resident in gone:
            if max(resident.last) >= self._first_log:
                for ranking in self._counted():
                    ranking.leave(resident.contact)

    def forget(self, tells: Search) -> None:
        """Providers' texts may quote an address."""
        for what in [w for w in self._reasons if tells(w[2].encode())]:
            del self._reasons[what]

    def told(self) -> dict[str, Any]:
        """``since``: when the rankings began; ``begun``: when the reasons did."""
        now = self._memory.clock.now()
        return {
            "now": now,
            "since": self._since,
            "begun": self._begun,
            "scores": {name: ranking.told(now) for name, ranking in self._rankings.items()},
            "matrix": self._cells.told(now) if self._cells else None,
            "reasons": [[*what, count, at] for what, (count, at) in self._reasons.items()],
        }

    def _follow_rulebook(self, steps: list[Step]) -> None:
        """A score that is read in another way has other marks: all of them are counted anew."""
        rulebook = self._memory.rulebook
        self._rulebook = rulebook.version
        gauges = {name: one.gauge for name, one in self._rankings.items()}
        graded = self._cells.grades if self._cells else None
        if rulebook.gauges == gauges and rulebook.grades == graded:
            return
        self._rankings = {name: ranked(gauge) for name, gauge in rulebook.gauges.items()}
        self._cells = Cells(rulebook.grades) if rulebook.grades else None
        self._since = self._memory.now
        self._first_log = self._memory.next_log - len(steps)

    def _rank(self, steps: list[Step]) -> None:
        """A contact is counted once it has a row in the log since the rankings began."""
        first = self._first_log
        changes = [
            (before.contact if max(before.last) >= first else NOBODY, outcome.contact)
            for before, outcome, _ in steps
        ]
        for ranking in self._counted():
            standing = ranking.standing
            moves = [
                (contact, was, now)
                for old, contact in changes
                if (was := standing(old)) != (now := standing(contact))
            ]
            if moves:
                ranking.take(moves, self._memory.now)

    def _counted(self) -> list[Any]:
        return [*self._rankings.values(), *([self._cells] if self._cells else [])]

    def _take_receipt(self, receipt: Receipt) -> None:
        if receipt.outcome not in ARRIVED:
            reason = receipt.code or receipt.reason
            self._note(receipt.outcome, receipt.channel, reason[:TEXT])

    def _note(self, outcome: str, subject: str, reason: str) -> None:
        what = (outcome, subject, reason)
        if what not in self._reasons and len(self._reasons) >= REASONS:
            what = (outcome, "", "other")
        known = self._reasons.setdefault(what, [0, 0])
        known[0] += 1
        known[1] = self._memory.now


def ranked(gauge: Gauge) -> Rungs | Stepped:
    return Stepped(gauge) if gauge.decay.every else Rungs(gauge)
