"""What the Coordinator does about consent: links that were followed, suppressions, operators' statements."""

import contextlib
from typing import TYPE_CHECKING, Literal

from engine.domain.consents.suppression import (
    LIFTED_BY_CONSENT,
    LIFTED_BY_HAND,
    UNSUBSCRIBE,
    is_scope,
    reason_of,
)
from engine.domain.consents.topic import Topic
from engine.domain.effect import Lift, Suppress, contact_of
from engine.domain.intake.notice import Notice
from engine.domain.link import Link
from engine.domain.message import Stated
from engine.domain.profile.consent import PURPOSES, Consent, Status, allows, subject_of
from engine.domain.rulebooks.definitions import decode
from engine.errors import BadRequest, NotAllowed, Unknown
from engine.runtime import envelope
from engine.runtime.sending.notice import NOBODY

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator

CHOSEN = "chosen on the page of a message's link"
"""The evidence of such a consent."""


class Consents:
    """See ConsentDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    async def suppress(self, scope: str, address: str, reason: str, by: str) -> None:
        _check_scope(scope)
        await self._everywhere(Suppress(scope, address, reason_of(reason)))
        self._record(by, f"suppress {scope}", self._coordinator.keyring.hashed(address))

    async def lift(self, scope: str, address: str, by: str, reasons: tuple[str, ...] = ()) -> None:
        _check_scope(scope)
        lift = Lift((scope,), address, reasons or tuple(LIFTED_BY_HAND))
        stay = sorted(await self._everywhere(lift))
        if stay and not reasons:
            text = (
                f"{address} is suppressed because of {', '.join(stay)}: that is not lifted by hand"
            )
            raise NotAllowed(text)
        self._record(by, f"lift {scope}", self._coordinator.keyring.hashed(address))

    async def state(self, key: str, subject: str, status: Status, note: str, by: str) -> None:
        _check_subject(subject, self.topics())
        found = await self._coordinator.reports.contact(key, 0)
        if found is None:
            text = f"no contact is known by {key!r}; a key is kind:value, or an id"
            raise Unknown(text)
        await self._tell(found["id"], Stated(by, subject, status, note=note))
        self._record(by, f"consent {status} {subject}", str(found["id"]))

    def link(self, token: str) -> Link | None:
        return self._coordinator.keyring.link(token)

    async def follow(self, link: Link, *, everything: bool, ip: str) -> Literal["done", "late"]:
        contact = contact_of(link.key)
        if link.expires and link.expires <= self._coordinator.now():
            return "late"
        if link.act == "c":
            stated = Stated("link", link.subject, "confirmed", ip, link.key)
            return "done" if await self._tell(contact, stated) else "late"
        subject = link.subject.partition("/")[0] if everything else link.subject
        await self._everywhere(Suppress(subject, "", UNSUBSCRIBE, link.address))
        await self._tell(contact, Stated("link", subject, "withdrawn", ip, link.key))
        await self._told(link)
        return "done"

    async def chosen(self, link: Link) -> frozenset[str]:
        found = await self._coordinator.reports.contact(str(contact_of(link.key)), 0)
        held = {
            subject: Consent(told["status"], told["at"], told["said"])
            for subject, told in (found["consents"] if found else {}).items()
            if told["status"] in ("granted", "withdrawn")
        }
        channel = link.subject.partition("/")[0]
        return frozenset(one.topic for one in self.topics() if allows(held, channel, one.topic))

    async def choose(self, link: Link, topics: frozenset[str], ip: str) -> None:
        """A topic that is asked for again is written about again, although its channel was left."""
        contact, channel = contact_of(link.key), link.subject.partition("/")[0]
        before = await self.chosen(link)
        for topic in {one.topic for one in self.topics()} & (before ^ topics):
            subject = subject_of(channel, topic)
            if topic in topics:
                scopes = (channel, subject)
                lift = Lift(scopes, "", tuple(LIFTED_BY_CONSENT), hashed=link.address)
                await self._everywhere(lift)
                stated = Stated("link", subject, "granted", ip, link.key, CHOSEN)
            else:
                await self._everywhere(Suppress(subject, "", UNSUBSCRIBE, link.address))
                stated = Stated("link", subject, "withdrawn", ip, link.key)
            await self._tell(contact, stated)

    async def _told(self, link: Link) -> None:
        """That the message made somebody unsubscribe; once, and only while the message is known."""
        channel, told = link.subject.partition("/")[0], f"unsubscribed/{link.key}"
        notice = Notice("link", told, link.key, channel, "unsubscribed")
        with contextlib.suppress(Unknown):
            await self._coordinator.receipts.notice(notice)

    def topics(self) -> tuple[Topic, ...]:
        return decode(self._coordinator.rulebooks.definitions).consent.topics

    async def _tell(self, contact: int, stated: Stated) -> bool:
        """Whether the contact, or whom it merged into, kept the statement."""
        contact = contact or NOBODY
        while contact > 0:
            host = self._coordinator.table.host_of_contact(contact)
            body = envelope.encode((contact, stated))
            kept, contact = await self._coordinator.ask(host, "stated", body)
            if kept:
                return True
        return False

    async def _everywhere(self, asked: Suppress | Lift) -> set[str]:
        """The reasons that stay, at any host."""
        answers = await self._coordinator.ask_all("suppress", envelope.encode(asked))
        return {reason for stay in answers for reason in stay}

    def _record(self, by: str, act: str, subject: str) -> None:
        self._coordinator.control.record(self._coordinator.now(), by, act, subject)


def _check_scope(scope: str) -> None:
    if not is_scope(scope):
        text = f"{scope!r} is no channel or channel/topic"
        raise BadRequest(text)


def _check_subject(subject: str, topics: tuple[Topic, ...]) -> None:
    purpose, slash, topic = subject.partition("/")
    if purpose not in PURPOSES:
        text = f"{purpose!r} cannot be consented to; {', '.join(sorted(PURPOSES))} can"
        raise BadRequest(text)
    known = [one.topic for one in topics]
    if slash and topic not in known:
        text = f"no topic is called {topic!r}; consent.yaml has {', '.join(known) or 'none'}"
        raise BadRequest(text)
