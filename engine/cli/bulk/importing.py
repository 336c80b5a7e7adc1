"""An import under way: rows are read, cut into chunks, sent; what becomes of them is noted.

The error file is on the disk before the engine hears that a chunk's answer was: so whatever is
killed and whenever, the import goes on at a chunk, and each bad row is told once.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from engine.cli.bulk.error_file import ErrorFile, as_json
from engine.cli.bulk.origin import Origin
from engine.cli.bulk.problem import Problem
from engine.cli.bulk.progress import Progress
from engine.cli.bulk.rows import Reader
from engine.cli.bulk.table import Row
from engine.domain.profile.attribute import MISFIT
from engine.rpc import relance_pb2 as pb

if TYPE_CHECKING:
    from engine.rpc.clients.import_client import ImportClient

CHUNK = 500
"""Rows of a chunk; a job goes on only with the same."""
LONGEST = 4 * 1024
"""Bytes of a bad row that the engine is told."""
SHOWN = 20
"""Problems that are told one by one."""


class Cut:
    """A chunk in the making, then on its way. ``cursor`` is safe to go on after: no row is at it twice."""

    def __init__(self, number: int, rows: int, line: int) -> None:
        self.number = number
        self.rows = rows
        self.line = line
        self.good: list[pb.ImportRow] = []
        self.read: list[Any] = []
        self.problems: list[Problem] = []
        self.cursor: Any = None

    def take(self, found: Row | Problem, made: pb.ImportRow | Problem) -> None:
        self.rows, self.line = self.rows + 1, found.line
        if isinstance(made, Problem):
            self.problems.append(made)
        elif isinstance(found, Row):
            self.good.append(made)
            self.read.append(found.values)


class Importing:
    def __init__(
        self, client: "ImportClient", job: pb.ImportJob, origin: Origin, reader: Reader
    ) -> None:
        self._client = client
        self._job = job.job
        self._kept = job.kept
        self._origin = origin
        self._reader = reader
        self._cuts: deque[Cut] = deque()
        self._last: Any = None
        self.progress = Progress.of(job.progress)
        self.problems: list[Problem] = []

    def run(self, errors: ErrorFile, tell: Callable[[Progress], None]) -> None:
        """To the end. Raises RequestError when the engine is gone for long; begun again it goes on."""
        for _, verdicts in self._client.put(self._chunks()):
            cut = self._cuts.popleft()
            found = sorted([*cut.problems, *_refused(cut, verdicts)], key=lambda one: one.line)
            for problem in found:
                errors.write(problem)
            if found:
                errors.flush()
                self.problems += found[: SHOWN - len(self.problems)]
            self._note(cut, verdicts)
            tell(self.progress)
        end = Progress(cursor=self._last) if self._origin.grows else self.progress
        self._client.finish(self._job, self._kept, end.noted())

    def _note(self, cut: Cut, verdicts: pb.ImportVerdicts) -> None:
        done, sent = self.progress, len(cut.good)
        self._kept = cut.number
        done.rows, done.line, done.cursor = cut.rows, cut.line, cut.cursor
        done.accepted += verdicts.accepted
        done.duplicates += verdicts.duplicates
        done.rejected += len(cut.problems) + sent - verdicts.accepted - verdicts.duplicates

    def _chunks(self) -> Iterator[pb.ImportChunk]:
        """Cut by the number of rows read, good or bad, so that a file is always cut alike."""
        done = self.progress
        cut = Cut(self._kept + 1, done.rows, done.line)
        safe = self._last = done.cursor
        for found in self._origin.rows(msgspec.structs.replace(done)):
            cut.take(found, self._made(found))
            if isinstance(found, Row) and (at := self._origin.cursor(found)) != self._last:
                safe, self._last = self._last, at
            if cut.rows % CHUNK == 0:
                cut.cursor = safe
                yield self._send(cut)
                cut = Cut(cut.number + 1, cut.rows, cut.line)
        if cut.good or cut.problems:
            cut.cursor = self._last
            yield self._send(cut)

    def _made(self, found: Row | Problem) -> pb.ImportRow | Problem:
        if isinstance(found, Problem):
            return found
        made = self._reader.read(found)
        if isinstance(made, pb.ImportRow) and not made.message_id:
            made.message_id = self._origin.identity(found, self._job)
        return made

    def _send(self, cut: Cut) -> pb.ImportChunk:
        self._cuts.append(cut)
        return pb.ImportChunk(
            job=self._job,
            number=cut.number,
            rows=cut.good,
            kept=self._kept,
            progress=self.progress.noted(),
            problems=[
                pb.ImportProblem(**one.told(), row=as_json(one.row)[:LONGEST])
                for one in cut.problems
            ],
        )


def _refused(cut: Cut, verdicts: pb.ImportVerdicts) -> Iterator[Problem]:
    """What the engine says of a value that does not fit names it last: that is left out."""
    for no in verdicts.rejections:
        reason = no.reason.partition(", not ")[0] if no.code == MISFIT else no.reason
        yield Problem(cut.good[no.index].line, "", no.code, reason, cut.read[no.index])
