"""The engine as its doors see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from engine.domain.event import Event
from engine.domain.intake.notice import Notice
from engine.ports.consent import ConsentDesk
from engine.ports.control_store import ApiKey, KeyKind, RejectedItem
from engine.ports.life import LifeDesk
from engine.ports.privacy import PrivacyDesk
from engine.ports.starts import StartDesk
from engine.ports.surveys import SurveyDesk
from engine.ports.webhooks import WebhookDesk

if TYPE_CHECKING:
    from engine.ports.bulk import Exports, Imports
    from engine.ports.handoff import HandoffDesk


DAYS = 30
"""Days of the lifecycle's flows that are told unless others are asked for."""


class Refusal(msgspec.Struct, frozen=True):
    """An item that a door could not turn into an event: kept as a rejected row, answered with its reason.

    ``public``: it came with a public key, and is believed no more when it comes again.
    """

    code: str
    reason: str
    body: bytes = b""
    message_id: str = ""
    public: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """The answer to one item. ``contact`` is the id it was stored under, 0 when rejected."""

    outcome: Literal["accepted", "duplicate", "rejected"]
    code: str = ""
    reason: str = ""
    contact: int = 0


class CompanyDesk(Protocol):
    async def one(self, key: str) -> dict[str, Any] | None:
        """A company by its group id: attributes, contacts, scores."""
        ...

    async def first(self, limit: int) -> list[dict[str, Any]]:
        """The first ``limit`` by key."""
        ...


class ListDesk(Protocol):
    """Both changes answer ``{"list", "taken", "unknown": [...]}`` and raise Unknown for no such list."""

    async def sizes(self) -> list[dict[str, Any]]:
        """The declared lists, with how many contacts are on them."""
        ...

    async def join(
        self, name: str, keys: list[str], by: str, *, create: bool = False
    ) -> dict[str, Any]:
        """Put contacts on a list. With ``create`` a key that nobody has makes one: ``created``."""
        ...

    async def quit(self, name: str, keys: list[str], by: str) -> dict[str, Any]:
        """Take contacts off a list."""
        ...


class ReceiptDesk(Protocol):
    """What is told of messages that have left."""

    async def take(self, source: str, told: Sequence[Notice | Refusal]) -> list[Verdict]:
        """One verdict each, in order, after the commit that holds it. Raises Busy."""
        ...

    async def notice(self, notice: Notice) -> None:
        """Kept on return. Raises Unknown when nothing is known of the message here."""
        ...


class ReportDesk(Protocol):
    """What is told of the engine: plain data (dict, list, str, int, float)."""

    async def status(self) -> dict[str, Any]: ...

    async def event_names(self) -> list[dict[str, Any]]:
        """Which events came so far: ``event``, ``first`` and ``last`` (dates); at most 1,000 names."""
        ...

    async def contact(self, key: str, timeline: int) -> dict[str, Any] | None:
        """State and the newest ``timeline`` log rows of a contact, by key or id."""
        ...

    async def membership(self, segment: str, key: str) -> dict[str, Any] | None:
        """Whether a contact is in a segment: ``member``, ``since``, ``until``, ``because``.

        Times are RFC 3339 or None. None when nobody has the key. Raises Unknown for no such segment.
        """
        ...

    async def scorecard(self, key: str) -> list[dict[str, Any]] | None:
        """What a contact's scores are made of: lines whose points add up. None when nobody has the key."""
        ...

    async def segments(self) -> list[dict[str, Any]]: ...

    async def lifecycle(self, days: int = DAYS) -> dict[str, Any]:
        """Sizes of the stages, and flows between them in the last so many days. Raises BadRequest."""
        ...

    async def scenarios(self) -> list[dict[str, Any]]: ...

    async def scores(self) -> list[dict[str, Any]]:
        """Each score's ranking and histogram, of the contacts that did something since ``since``."""
        ...

    async def matrix(self) -> dict[str, Any]:
        """How many of these contacts have each grade: ``letter``, ``digit``, ``cells``, ``at``; or nothing."""
        ...

    async def messages(self) -> dict[str, Any]:
        """Messages by channel, and the reasons for which some did not leave."""
        ...

    async def rulebook(self) -> dict[str, Any]:
        """What is in force, and who is under way in it: see ``engine.domain.surveys.plan.InForce``."""
        ...

    async def fsck(self) -> dict[str, Any]:
        """``{"findings": [...], "checked": {...}}``."""
        ...


class Country(Protocol):
    def country(self) -> str:
        """Of which country (ISO 3166-1) a phone number without country code is."""
        ...


class RefusalDesk(Protocol):
    """What was refused, by a door or by a host."""

    def listed(self, limit: int, code: str = "") -> list[dict[str, Any]]:
        """The newest, as they came; with a code only those."""
        ...

    def page(self, after: int, code: str) -> list[tuple[int, RejectedItem]]:
        """Some of this code by their numbers, those greater than ``after`` in order; none at the end."""
        ...

    def drop(self, numbers: Sequence[int]) -> None:
        """They were taken after all."""
        ...

    def record(self, code: str, by: str) -> None:
        """Who sends them through intake again."""
        ...


class RulebookDesk(Country, Protocol):
    """What is in force, and what changes it."""

    async def apply(
        self, definitions: bytes, by: str, *, backfill: bool = False, note: str = ""
    ) -> int:
        """Publish, answer the version: the one in force when nothing changed. Raises ConfigError.

        With ``backfill`` what is rebuilt from the log may start scenarios. ``note``: what it is for.
        """
        ...

    def versions(self, limit: int) -> list[dict[str, Any]]:
        """The latest, newest first: ``version``, ``at`` (ms), ``by``, ``note``, ``changes`` in words."""
        ...

    def document(self, version: int) -> bytes:
        """The definitions that a version published, encoded. Raises Unknown."""
        ...

    async def pause(self, kind: str, name: str, paused: bool, by: str) -> None:
        """``kind``: scenario | channel. Raises Unknown."""
        ...


class Authority(Protocol):
    """As much of an engine as judging an item asks for."""

    @property
    def rulebooks(self) -> Country: ...

    def fingerprint(self, source: str, message_id: str) -> bytes:
        """The 6-byte keyed hash for ``Event.fingerprint``."""
        ...

    def user_token_fits(self, user_id: str, token: str) -> bool:
        """Whether the token is the workspace's HMAC-SHA-256 (hex) of this user id."""
        ...


class Engine(Authority, Protocol):
    """What the Coordinator offers to its doors."""

    @property
    def reports(self) -> ReportDesk: ...

    @property
    def lives(self) -> LifeDesk: ...

    @property
    def rulebooks(self) -> RulebookDesk: ...

    @property
    def imports(self) -> "Imports": ...

    @property
    def privacy(self) -> PrivacyDesk: ...

    @property
    def handoffs(self) -> "HandoffDesk": ...

    @property
    def identities(self) -> "Identities": ...

    @property
    def surveys(self) -> SurveyDesk: ...

    @property
    def exports(self) -> "Exports": ...

    def authenticate(self, secret: str) -> ApiKey | None:
        """The key with this secret, compared in constant time; None when unknown or revoked."""
        ...

    def now(self) -> int: ...

    async def push(
        self, source: str, items: Sequence[Event | Refusal], *, again: bool = False
    ) -> list[Verdict]:
        """One verdict an item, in order, after the commit that holds it. Raises Busy: nothing kept.

        ``again``: what is refused of these is kept as such already.
        """
        ...

    @property
    def refusals(self) -> "RefusalDesk": ...

    async def act(self, key: str, act: str, subject: str, value: Any, by: str) -> None:
        """An operator's act on a contact: set | exit | resume. Raises Unknown."""
        ...

    @property
    def companies(self) -> CompanyDesk: ...

    @property
    def lists(self) -> ListDesk: ...

    @property
    def starts(self) -> StartDesk: ...

    @property
    def consents(self) -> ConsentDesk: ...

    @property
    def webhooks(self) -> WebhookDesk: ...

    @property
    def receipts(self) -> ReceiptDesk: ...

    async def create_key(self, kind: KeyKind, name: str, by: str, origins: str = "") -> str:
        """The secret, shown once."""
        ...

    async def keys(self) -> list[dict[str, Any]]: ...

    async def revoke_key(self, key: str, by: str) -> bool: ...

    def user_token_secret(self, by: str) -> str:
        """What sites sign user ids with; that it was looked at is in the audit trail."""
        ...

    async def put_products(self, products: Sequence[tuple[str, bytes]]) -> None:
        """Products (id, JSON object) for the catalog; kept on return."""
        ...

    async def products(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Those of these ids that the catalog has."""
        ...

    async def confirm_clock(self, by: str) -> None:
        """Let timers go on after a step of the wall clock stopped them."""
        ...

    def ready(self) -> bool:
        """Whether every store accepts writes."""
        ...


class Identities(Protocol):
    """What an operator decides about who is who. A contact is named by a key, or by its id."""

    async def reviews(self, limit: int) -> list[dict[str, Any]]:
        """Pairs of contacts that may be one person, with the evidence, the newest first."""
        ...

    async def dismiss(self, one: str, other: str, by: str) -> None:
        """Take a pair off the review list for good. Raises Unknown."""
        ...

    async def merge(self, one: str, other: str, by: str) -> dict[str, Any]:
        """Make ``other`` a part of ``one``: ``{"survivor", "merged", "done"}``.

        Raises Unknown, and BadRequest for those that are one already.
        """
        ...

    async def unmerge(self, one: str, other: str, by: str) -> dict[str, Any]:
        """Undo the latest merge of ``one``, which was of ``other`` if that is given.

        Answers ``{"survivor", "restored", "done"}``. Raises Unknown, and BadRequest when there is no such
        merge or it cannot be undone any more.
        """
        ...


class Doors(Protocol):
    """How the outside reaches the engine."""

    async def start(self) -> tuple[str, str]:
        """Answer the addresses really bound (gRPC, HTTP)."""
        ...

    async def stop(self) -> None: ...
