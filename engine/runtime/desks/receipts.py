"""What the Coordinator does about receipts: each is told to the contact whose message it is about."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from engine.domain.effect import contact_of
from engine.domain.intake.notice import Notice
from engine.domain.message import Receipt
from engine.errors import Unknown
from engine.ports.engine import Refusal, Verdict
from engine.runtime import envelope
from engine.runtime.sending.notice import Heard

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator

MOST = 200
"""Notices of one call to a host: some 60 KiB."""
UNKNOWN = "unknown_message"

Asked = tuple[int, Notice, bytes, Receipt | None]
"""To a host: the contact, what is told, its fingerprint, and what is known of the message already."""


class Receipts:
    """See ReceiptDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    async def take(self, source: str, told: Sequence[Notice | Refusal]) -> list[Verdict]:
        verdicts = await self._verdicts(told)
        refused = [
            Refusal(said.code, said.reason, _body(one))
            for one, said in zip(told, verdicts, strict=True)
            if said.outcome == "rejected"
        ]
        if refused:
            await self._coordinator.refusals.put(source, refused)
        return verdicts

    async def notice(self, notice: Notice) -> None:
        (verdict,) = await self._verdicts([notice])
        if verdict.outcome == "rejected":
            raise Unknown(verdict.reason)

    async def _verdicts(self, told: Sequence[Notice | Refusal]) -> list[Verdict]:
        """One each, in order. A contact that has merged names the one to ask on, round after round."""
        verdicts: dict[int, Verdict] = {}
        asked: dict[int, Asked] = {}
        for at, one in enumerate(told):
            if isinstance(one, Refusal):
                verdicts[at] = Verdict("rejected", one.code, one.reason)
            elif not (contact := contact_of(one.key)) or not await self._reaches(contact):
                verdicts[at] = _unknown(one.key)
            else:
                fingerprint = self._coordinator.fingerprint(one.source, one.id)
                asked[at] = (contact, one, fingerprint, None)
        while asked:
            again: dict[int, Asked] = {}
            for at, heard in (await self._round(asked)).items():
                contact, notice, fingerprint, _ = asked[at]
                if heard.word == "moved":
                    again[at] = (heard.to, notice, fingerprint, heard.record)
                elif heard.word == "unknown":
                    verdicts[at] = _unknown(notice.key)
                else:
                    verdicts[at] = Verdict(heard.word, contact=contact)
            asked = again
        return [verdicts[at] for at in range(len(told))]

    async def _reaches(self, contact: int) -> bool:
        return await self._coordinator.census.reaches(contact)

    async def _round(self, asked: dict[int, Asked]) -> dict[int, Heard]:
        by_host: dict[int, list[int]] = defaultdict(list)
        for at in sorted(asked):
            by_host[self._coordinator.table.host_of_contact(asked[at][0])].append(at)
        heard: dict[int, Heard] = {}

        async def ask(host: int, places: list[int]) -> None:
            for start in range(0, len(places), MOST):
                some = places[start : start + MOST]
                body = envelope.encode([asked[at] for at in some])
                answers = await self._coordinator.ask(host, "notices", body)
                heard.update(zip(some, msgspec.convert(answers, list[Heard]), strict=True))

        await asyncio.gather(*(ask(host, places) for host, places in by_host.items()))
        return heard


def _unknown(key: str) -> Verdict:
    reason = f"no message {key!r} was sent from here, or its record is kept no longer"
    return Verdict("rejected", UNKNOWN, reason)


def _body(one: Notice | Refusal) -> bytes:
    """What is kept of a refused one."""
    if isinstance(one, Refusal):
        return one.body
    plain = {"id": one.id, "message": one.key, "outcome": one.status, "at": one.at, "url": one.url}
    return msgspec.json.encode(plain)
