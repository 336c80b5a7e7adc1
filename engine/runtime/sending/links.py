"""The links that a message carries for whoever gets it, under the public address of the HTTP door."""

from engine.domain import link
from engine.domain.consents.suppression import address_hash
from engine.domain.effect import Send
from engine.domain.link import Link, link_key, sign
from engine.domain.profile.consent import subject_of
from engine.domain.profile.offer import BECOMES


class Links:
    """``public_url`` "" means that there are none. ``pepper`` comes with the rulebook."""

    def __init__(self, public_url: str = "") -> None:
        self._base = public_url.rstrip("/")
        self.pepper = b""

    def unsubscribe(self, send: Send) -> str:
        """For marketing: one that leaves its topic, or its channel where it has none (RFC 8058)."""
        if not send.marketing:
            return ""
        hashed = address_hash(self.pepper, send.address)
        told = Link("u", send.key, subject_of(send.channel, send.topic), hashed)
        return self._made(link.UNSUBSCRIBE, told)

    def confirm(self, send: Send) -> str:
        if not send.confirms:
            return ""
        return self._made(link.CONFIRM, Link("c", send.key, send.confirms, b"", send.expires))

    def handoff(self, send: Send) -> dict[str, str]:
        """The page of a hand-off, and the same page at each decision. The page acts on nothing by itself."""
        told = Link("h", send.key, send.handoff, b"", send.expires)
        page = self._made(link.HANDOFF, told) if send.handoff else ""
        return {"handoff_url": page} | {
            f"{decision}_url": page and f"{page}?do={decision}" for decision in BECOMES
        }

    def _made(self, path: str, told: Link) -> str:
        if not self._base:
            return ""
        return self._base + path.format(token=sign(link_key(self.pepper), told))
