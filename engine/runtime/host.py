"""ContactHost: the actor that carries many contacts. Its calls, and the loops that keep it going."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import msgspec

from engine.clock import Clock
from engine.domain.effect import Lift, Suppress
from engine.domain.intake.notice import Notice
from engine.domain.message import Act, Receipt, Stated
from engine.domain.profile.reserved import RESERVED
from engine.domain.rulebooks.definitions import decode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.errors import BadRequest, Busy, OwnershipLost, Unknown
from engine.ports.bulk import ExportAsked
from engine.ports.host_store import HostStore
from engine.ports.starts import StartAsked
from engine.runtime import envelope
from engine.runtime.answers import report
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.hop_letter import HopLetter
from engine.runtime.batches.hop_post import HopPost
from engine.runtime.batches.letter import Letter
from engine.runtime.batches.mailbox import Mailbox
from engine.runtime.batches.timers import Timers
from engine.runtime.desks import handoff_calls, identity_report, start_part
from engine.runtime.desks.act_letter import ActLetter, StatedLetter, SuppressLetter
from engine.runtime.desks.export_part import page
from engine.runtime.desks.parting import PartLetter
from engine.runtime.desks.review_letter import DismissLetter
from engine.runtime.intake.courier import LIFE_BITS
from engine.runtime.intake.event_letter import EventLetter
from engine.runtime.intake.import_part import ImportPart
from engine.runtime.part import Calls
from engine.runtime.processes.growth import Growth
from engine.runtime.rights import erasure
from engine.runtime.rights.expiry import Expiry
from engine.runtime.rulebook.rebuild import Rebuild
from engine.runtime.scanning import survey_part
from engine.runtime.scanning.scans import LoopScans, Scans
from engine.runtime.scores.standings import Standings
from engine.runtime.sending.dead import ReplayLetter
from engine.runtime.sending.notice import NoticeLetter
from engine.runtime.sending.send_post import SendPost
from engine.runtime.slots import SlotTable, part_of
from engine.runtime.state.founding import GIVEN
from engine.runtime.state.memory import Memory

log = logging.getLogger("relance.host")
_notices = msgspec.msgpack.Decoder(list[tuple[int, Notice, bytes, Receipt | None]])


ACTS = ("set", "exit", "resume", "start", "join", "quit")
"""What an operator may do to one contact."""


class ContactHost:
    """A Part. ``domain`` is the right-hand side of Message-IDs."""

    def __init__(
        self,
        host: int,
        table: SlotTable,
        store: HostStore,
        clock: Clock,
        calls: Calls,
        budget: int,
        domain: str,
        scans: Scans | None = None,
    ) -> None:
        """Without ``scans`` its log is read in its own loop, and no other host's."""
        self.name = part_of(host)
        self.memory: Memory = Memory(host, table, store, clock, budget)
        self.standings: Standings = Standings(self.memory)
        self.mailbox = Mailbox(self.memory, self._credit, self._committed)
        self.import_part = ImportPart(self.memory, self.mailbox)
        self.timers: Timers = Timers(self.memory, self.mailbox, clock)
        self.expiry = Expiry(self.memory, clock)
        self.hop_post = HopPost(self.memory, self.mailbox, calls)
        self.send_post = SendPost(self.name, self.memory, self.mailbox, calls, clock, domain)
        self.scans = scans or LoopScans(table, lambda _: store)
        self.rebuild = Rebuild(self.memory, self.mailbox, clock, self.scans)
        self.surveys = survey_part.SurveyPart(self.memory, self.scans)
        self.given = Growth()
        self._loops: list[asyncio.Task[None]] = []
        self._arrived = 0
        self._arrival = asyncio.Event()
        self._open = False
        self.lost: OwnershipLost | None = None
        self._failed = asyncio.Event()

    async def start(self) -> None:
        """Own the store. Work begins with the first rulebook."""
        self.memory.open(self.name)
        self.given.reach(self.memory.counters.get(GIVEN, 0))
        self._open = True

    async def stop(self) -> None:
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops.clear()
        await self.surveys.stop()
        self.drop()

    def drop(self) -> None:
        """Let go of the store."""
        if self._open:
            self._open = False
            self.memory.store.close()

    async def call(self, method: str, body: bytes) -> bytes:
        if self.lost is not None:
            raise self.lost
        if method == "hello":
            return envelope.encode(self.memory.rulebook.version if self._loops else 0)
        if method == "rulebook":
            return self._adopt_rulebook(*msgspec.msgpack.decode(body))
        if not self._loops:
            raise Busy(0.2, f"{self.name} has no rulebook yet")
        return await self._serve(method, body)

    async def _serve(self, method: str, body: bytes) -> bytes:
        match method:
            case "deliver" | "contact" if not self.memory.founded:
                raise Busy(0.2, f"{self.name} waits for its contact")
            case "deliver":
                return await self._deliver(envelope.parcels.decode(body))
            case "hop" | "notices":
                return envelope.encode(await self.mailbox.put(_letters(method, body)))
            case "act":
                return await self._act(body)
            case "replay" | "suppress" | "stated" | "unite" | "part" | "dismiss":
                return envelope.encode((await self.mailbox.put([_letter(method, body)]))[0])
            case "erasure":
                step, rest = msgspec.msgpack.decode(body, type=tuple[str, bytes])
                return envelope.encode(await erasure.answer(self, step, rest))
            case _:
                return await self._serve_bulk(method, body)

    async def _serve_bulk(self, method: str, body: bytes) -> bytes:
        match method:
            case "import":
                return await self.import_part.take(body)
            case "given":
                given = await self.given.beyond(msgspec.msgpack.decode(body, type=int))
                return envelope.encode(given)
            case "export":
                asked, after = msgspec.msgpack.decode(body, type=tuple[ExportAsked, int])
                return envelope.encode(page(self.memory, asked, after))
            case "start_many":
                many, from_ = msgspec.msgpack.decode(body, type=tuple[StartAsked, int])
                return envelope.encode(
                    await start_part.page(self.memory, self.mailbox, many, from_)
                )
            case "import_end":
                await self.import_part.end(msgspec.msgpack.decode(body))
                return envelope.encode(None)
            case _:
                return envelope.encode(await self._tell(method, body))

    async def _tell(self, method: str, body: bytes) -> Any:
        if method in identity_report.METHODS:
            return identity_report.answer(self.memory, method, body)
        if method in survey_part.METHODS:
            return self.surveys.answer(method, body)
        desk = handoff_calls if method in handoff_calls.METHODS else report
        return await desk.answer(self, method, body)

    # --- calls ---------------------------------------------------------------------------------

    async def _deliver(self, parcel: envelope.Parcel) -> bytes:
        """A parcel sent again (same number) gets the reply that it got."""
        await self._in_turn(parcel)
        kept = self.memory.replies.get(parcel.coordinator, {}).get(parcel.number)
        if kept is not None:
            return kept
        sealed: list[bytes] = []

        def seal(batch: Batch, words: list[Any]) -> None:
            sealed.append(envelope.encode(words))
            batch.write.replies.append((parcel.coordinator, parcel.number, sealed[-1]))
            self.memory.turned.update((key, parcel.number) for key in batch.detours)

        await self.mailbox.put([EventLetter(item, parcel.after) for item in parcel.items], seal)
        return sealed[-1]

    async def _in_turn(self, parcel: envelope.Parcel) -> None:
        """Ray keeps no order between calls: a parcel waits until the one before it has arrived.

        Nobody waits any more for one of a Coordinator's earlier life; its items come again.
        """
        kept = max(self.memory.replies.get(parcel.coordinator, {0: b""}))
        if parcel.number >> LIFE_BITS < max(self._arrived, kept) >> LIFE_BITS:
            raise Busy(1.0, "a later life of the Coordinator has spoken since")
        while parcel.after > max(self._arrived, kept):
            await self._arrival.wait()
        for key in [k for k, number in self.memory.turned.items() if number < parcel.after]:
            del self.memory.turned[key]
        self._arrived = max(self._arrived, parcel.number)
        self._arrival.set()
        self._arrival = asyncio.Event()

    def _adopt_rulebook(self, version: int, definitions: bytes, pepper: bytes = b"") -> bytes:
        """Between batches, by nature: batches are worked off without a pause. Never an older one."""
        self.memory.pepper = self.memory.suppressed.key = pepper
        if self._loops and version < self.memory.rulebook.version:
            return b""
        self.memory.rulebook = Rulebook(version, decode(definitions))
        self.rebuild.follow()
        if not self._loops:
            self._begin()
        return b""

    def _begin(self) -> None:
        posts = (self.hop_post, self.send_post)
        runs = (self.mailbox, self.timers, *posts, self.rebuild, self.expiry)
        for work in (one.run for one in runs):
            self._loops.append(asyncio.create_task(self._guard(work())))

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        """A loop that fails takes the host with it: a half-working host is worse than none."""
        try:
            await work
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            log.critical("%s stops: %s", self.name, error)
            self.lost = error if isinstance(error, OwnershipLost) else OwnershipLost(str(error))
            self._failed.set()
            raise

    async def failed(self) -> None:
        """See Mortal."""
        await self._failed.wait()

    async def _act(self, body: bytes) -> bytes:
        contact, by, act, subject, value = msgspec.msgpack.decode(body)
        if act == "set" and subject in RESERVED:
            text = f"{subject} is kept by the engine itself; nobody sets it"
            raise BadRequest(text)
        if act not in ACTS:
            text = f"no act is called {act!r}; there are {', '.join(ACTS)}"
            raise BadRequest(text)
        scenarios = [one.scenario for one in self.memory.rulebook.definitions.scenarios]
        if act == "start" and subject not in scenarios:
            text = f"no scenario is called {subject!r}; there are {', '.join(scenarios) or 'none'}"
            raise Unknown(text)
        done = await self.mailbox.put([ActLetter(contact, Act(by, act, subject, value))])
        return envelope.encode(done[0])

    # --- between mailbox and posts ---------------------------------------------------------------

    def _credit(self) -> int:
        return self.send_post.credit

    def _committed(self, batch: Batch) -> None:
        self.standings.take(batch.steps)
        self.standings.leave(batch.vanished.values())
        if batch.unrebuilt:
            self.rebuild.leave(batch.unrebuilt)
        if batch.hops:
            self.hop_post.nudge()
        if batch.sending or batch.outbox:
            self.send_post.ship(batch.sending)
        if batch.write.wakeups:
            self.timers.nudge()
        if self.memory.table.dedicated:
            self.given.reach(batch.counters.get(GIVEN, 0))


def _letters(method: str, body: bytes) -> list[Letter]:
    if method == "hop":
        return [HopLetter(question) for question in envelope.questions.decode(body)]
    return [NoticeLetter(*one) for one in _notices.decode(body)]


def _letter(method: str, body: bytes) -> Letter:
    match method:
        case "replay":
            return ReplayLetter(msgspec.msgpack.decode(body))
        case "suppress":
            return SuppressLetter(msgspec.msgpack.decode(body, type=Suppress | Lift))
        case "stated":
            return StatedLetter(*msgspec.msgpack.decode(body, type=tuple[int, Stated]))
        case "unite":
            contact, by, other = msgspec.msgpack.decode(body, type=tuple[int, str, int])
            return ActLetter(contact, Act(by, "merge", "", other))
        case "part":
            return PartLetter(
                *msgspec.msgpack.decode(body, type=tuple[int, int, str, dict[int, bytes]])
            )
        case _:
            return DismissLetter(*msgspec.msgpack.decode(body, type=tuple[int, int]))
