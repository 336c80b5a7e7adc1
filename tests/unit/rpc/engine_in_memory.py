"""An Engine that keeps everything in dicts: what the doors are tested against."""

import hmac
from collections.abc import AsyncIterator, Sequence
from hashlib import blake2b, sha256
from typing import Any, Literal

from engine.domain.consents.topic import Topic
from engine.domain.event import Event
from engine.domain.intake.notice import Notice
from engine.domain.link import Link, read
from engine.domain.profile.offer import BECOMES, Decision
from engine.errors import BadRequest, Busy, DefinitionError, Unknown
from engine.ports.control_store import ApiKey, KeyKind
from engine.ports.engine import Refusal, Verdict
from tests.unit.rpc.lists_in_memory import ListsInMemory, StartsInMemory

KINDS: tuple[KeyKind, ...] = ("public", "server", "viewer", "operator", "admin")


class ConsentsInMemory:
    """Keeps what it is asked in ``acts``; signs with the key ``links``."""

    def __init__(self, acts: list[tuple[Any, ...]]) -> None:
        self.acts = acts
        self.declared: tuple[Topic, ...] = ()

    async def suppress(self, scope: str, address: str, reason: str, by: str) -> None:
        self.acts.append(("suppress", scope, address, reason, by))

    async def lift(self, scope: str, address: str, by: str, reasons: tuple[str, ...] = ()) -> None:
        self.acts.append(("lift", scope, address, by, reasons))

    async def state(self, key: str, subject: str, status: str, note: str, by: str) -> None:
        self.acts.append(("consent", key, subject, status, note, by))

    def link(self, token: str) -> Link | None:
        return read(b"links", token)

    async def follow(self, link: Link, *, everything: bool, ip: str) -> Literal["done", "late"]:
        self.acts.append(("follow", link.act, link.subject, everything))
        return "late" if link.expires < 0 else "done"

    async def chosen(self, link: Link) -> frozenset[str]:
        return frozenset()

    async def choose(self, link: Link, topics: frozenset[str], ip: str) -> None:
        self.acts.append(("choose", link.subject, sorted(topics)))

    def topics(self) -> tuple[Topic, ...]:
        return self.declared


class IdentitiesInMemory:
    """Remembers what was decided."""

    def __init__(self, acts: list[tuple[Any, ...]]) -> None:
        self._acts = acts

    async def reviews(self, limit: int) -> list[dict[str, Any]]:
        return [{"one": 1, "other": 2}][:limit]

    async def dismiss(self, one: str, other: str, by: str) -> None:
        self._acts.append(("dismiss", one, other, by))

    async def merge(self, one: str, other: str, by: str) -> dict[str, Any]:
        self._acts.append(("merge", one, other, by))
        return {"survivor": 1, "merged": 2, "done": True}

    async def unmerge(self, one: str, other: str, by: str) -> dict[str, Any]:
        self._acts.append(("unmerge", one, other, by))
        return {"survivor": 1, "restored": 2, "done": True}


class CompaniesInMemory:
    """Only ``acme`` is here."""

    async def one(self, key: str) -> dict[str, Any] | None:
        return {"company": key} if key == "acme" else None

    async def first(self, limit: int) -> list[dict[str, Any]]:
        return [{"company": "acme"}][:limit]


class HandoffsInMemory:
    """One open hand-off, ``1.1`` of contact 1, until it is decided."""

    def __init__(self, acts: list[tuple[Any, ...]]) -> None:
        self._acts = acts
        self.held: dict[str, Any] = {
            "id": "1.1", "handoff": "hot", "title": "Hot <lead>", "reason": "asked for a call",
            "owner": "ann", "status": "open", "raised": 1_800_000_000_000, "told": 1,
            "deadline": 1_800_014_400_000, "reminded": 0, "escalated": 0, "escalated_to": "",
            "closed": 0, "by": "", "words": "", "until": 0, "also": [], "contact": 1,
            "lines": [{"score": "engagement", "value": 64.5, "parts": []}],
            "actions": [{"name": "Pricing Viewed", "at": 1_799_999_000_000}],
            "keys": ["email:ada@example.com"], "company": {"name": "Acme"},
            "attributes": {"first_name": "Ada", "email": "ada@example.com"},
        }  # fmt: skip

    async def listed(self, owner: str, status: str, limit: int) -> list[dict[str, Any]]:
        fits = owner in ("", self.held["owner"]) and status in ("", self.held["status"])
        return [self.held][:limit] if fits else []

    async def of(self, key: str) -> list[dict[str, Any]]:
        if key not in ("1", "1.1", *self.held["keys"]):
            raise Unknown(f"no contact is known by {key}")
        return [self.held]

    async def offer(self, key: str, name: str, reason: str, by: str) -> dict[str, Any]:
        self._acts.append(("raise", key, name, reason, by))
        return self.held

    async def decide(
        self, which: str, decision: Decision, reason: str, until: str, by: str
    ) -> dict[str, Any]:
        if self.held["status"] != "open":
            raise BadRequest("decided before")
        if decision != "accept" and not reason:
            raise BadRequest("say why")
        self._acts.append((decision, which, reason, until, by))
        self.held |= {"status": BECOMES[decision], "by": by}
        return self.held

    async def shown(self, link: Link) -> dict[str, Any] | None:
        if link.expires < 0:
            return None
        return self.held | {"reader": "Ann Lee", "zone": "Europe/Paris"}

    async def follow(
        self, link: Link, decision: Decision, reason: str, until: str
    ) -> Literal["done", "late"]:
        number, _, owner = link.subject.partition("/")
        if link.expires < 0 or self.held["status"] != "open":
            return "late"
        await self.decide(number, decision, reason, until, owner)
        return "done"


class SurveysInMemory:
    """Halfway at once, and done."""

    async def preview(
        self, definitions: bytes, segments: Sequence[str], scores: Sequence[str] = ()
    ) -> AsyncIterator[dict[str, Any]]:
        yield {"progress": {"rows": len(definitions), "scanned": 0, "met": 0}}
        yield {
            "found": {
                "segments": [{"segment": name, "size": 1} for name in segments],
                "scores": scores,
            }
        }

    async def forecast(self, segment: str, days: int) -> AsyncIterator[dict[str, Any]]:
        if segment != "vips":
            raise Unknown(f"no segment is called {segment!r}; there are vips")
        yield {"found": {"segment": segment, "days": [{"size": day} for day in range(days)]}}


class EngineInMemory:
    """One key of each kind, whose secret is its kind; ``busy`` counts the pushes still to refuse.

    It is its own desk for reports, receipts and rulebooks.
    """

    def __init__(self, at: int = 1_800_000_000_000) -> None:
        self.at = at
        self.events: dict[bytes, Event] = {}
        self.refused: list[Refusal] = []
        self.acts: list[tuple[Any, ...]] = []
        self.identities = IdentitiesInMemory(self.acts)
        self.notices: list[Notice] = []
        self.catalog: dict[str, bytes] = {}
        self.published: list[bytes] = []
        self.notes: list[str] = []
        self.consents = ConsentsInMemory(self.acts)
        self.reports = self
        self.receipts = self
        self.rulebooks = self
        self.companies = CompaniesInMemory()
        self.handoffs = HandoffsInMemory(self.acts)
        self.lists = ListsInMemory(self.acts)
        self.surveys = SurveysInMemory()
        self.starts = StartsInMemory(self.acts)
        self.busy = 0
        self.retry_after = 1.0
        self.pushes = 0
        self.accepts_writes = True
        self._keys = {kind: ApiKey(kind, kind, f"the {kind} key", b"", at) for kind in KINDS}

    def authenticate(self, secret: str) -> ApiKey | None:
        return self._keys.get(secret)

    def fingerprint(self, source: str, message_id: str) -> bytes:
        return blake2b(message_id.encode(), key=source.encode()[:64], digest_size=6).digest()

    def now(self) -> int:
        return self.at

    def country(self) -> str:
        return "FR"

    def token(self, user_id: str) -> str:
        return hmac.new(b"workspace", user_id.encode(), sha256).hexdigest()

    def user_token_fits(self, user_id: str, token: str) -> bool:
        return hmac.compare_digest(self.token(user_id).encode(), token.encode("utf-8", "replace"))

    async def push(
        self, source: str, items: Sequence[Event | Refusal], *, again: bool = False
    ) -> list[Verdict]:
        self.pushes += 1
        if self.busy:
            self.busy -= 1
            raise Busy(self.retry_after)
        return [self._keep(item) for item in items]

    def _keep(self, item: Event | Refusal) -> Verdict:
        if isinstance(item, Refusal):
            self.refused.append(item)
            return Verdict("rejected", item.code, item.reason)
        if item.fingerprint in self.events:
            return Verdict("duplicate", contact=1)
        self.events[item.fingerprint] = item
        return Verdict("accepted", contact=1)

    async def event_names(self) -> list[dict[str, Any]]:
        return [{"event": "Ate", "first": "2026-01-01", "last": "2026-01-02"}]

    async def status(self) -> dict[str, Any]:
        return {"events": len(self.events)}

    async def contact(self, key: str, timeline: int) -> dict[str, Any] | None:
        rows = [event.name for event in self.events.values() if key in event.keys]
        return {"key": key, "timeline": rows[:timeline]} if rows else None

    async def membership(self, segment: str, key: str) -> dict[str, Any] | None:
        known = any(key in event.keys for event in self.events.values())
        return {"member": segment == "buyers", "because": []} if known else None

    async def scorecard(self, key: str) -> list[dict[str, Any]] | None:
        known = any(key in event.keys for event in self.events.values())
        return [{"score": "engagement", "value": 3.0, "lines": []}] if known else None

    @property
    def refusals(self) -> "EngineInMemory":
        return self

    def listed(self, limit: int, code: str = "") -> list[dict[str, Any]]:
        return [{"code": one.code, "body": one.body.decode()} for one in self.refused[:limit]]

    async def segments(self) -> list[dict[str, Any]]:
        return [{"segment": "buyers", "size": 2}]

    async def lifecycle(self, days: int = 30) -> dict[str, Any]:
        return {"stages": [{"stage": "loyal", "size": 2}], "days": days}

    async def scenarios(self) -> list[dict[str, Any]]:
        return [{"scenario": "welcome", "running": 1}]

    async def matrix(self) -> dict[str, Any]:
        return {}

    async def scores(self) -> list[dict[str, Any]]:
        return [{"score": "engagement", "top": [], "bars": []}]

    async def messages(self) -> dict[str, Any]:
        return {"channels": [], "reasons": []}

    async def rulebook(self) -> dict[str, Any]:
        return {"version": len(self.published), "definitions": {}, "waiting": {}, "inside": {}}

    def versions(self, limit: int) -> list[dict[str, Any]]:
        return [{"version": 1, "note": note} for note in self.notes][:limit]

    def document(self, version: int) -> bytes:
        return self.published[version - 1]

    async def apply(
        self, definitions: bytes, by: str, *, backfill: bool = False, note: str = ""
    ) -> int:
        if definitions == b"bad":
            raise DefinitionError(["segments/a.yaml:3: unknown key 'conditon'", "b.yaml:1: empty"])
        self.published.append(definitions)
        self.notes.append(note)
        return len(self.published)

    async def pause(self, kind: str, name: str, paused: bool, by: str) -> None:
        if name != "welcome":
            raise Unknown(f"no {kind} is called {name}")
        self.acts.append(("pause", kind, name, paused, by))

    async def act(self, key: str, act: str, subject: str, value: Any, by: str) -> None:
        self.acts.append((act, key, subject, value, by))

    @property
    def privacy(self) -> "PrivacyInMemory":
        return PrivacyInMemory(self.acts)

    async def notice(self, notice: Notice) -> None:
        if self.busy:
            self.busy -= 1
            raise Busy(self.retry_after)
        self.notices.append(notice)

    async def take(self, source: str, told: Sequence[Notice | Refusal]) -> list[Verdict]:
        """Messages of contact 1 were sent; the same telling comes once."""
        return [self._heard(one) for one in told]

    def _heard(self, one: Notice | Refusal) -> Verdict:
        if isinstance(one, Refusal):
            self.refused.append(one)
            return Verdict("rejected", one.code, one.reason)
        if not one.key.startswith("1."):
            return Verdict("rejected", "unknown_message", "no such message")
        if any(known.id == one.id for known in self.notices):
            return Verdict("duplicate", contact=1)
        self.notices.append(one)
        return Verdict("accepted", contact=1)

    async def fsck(self) -> dict[str, Any]:
        return {"findings": [], "checked": {"events": len(self.events)}}

    async def create_key(self, kind: KeyKind, name: str, by: str, origins: str = "") -> str:
        if not name:
            raise BadRequest("a key needs a name")
        self._keys[f"secret-{name}"] = ApiKey(name, kind, name, b"", self.at, 0, origins)
        return f"secret-{name}"

    async def keys(self) -> list[dict[str, Any]]:
        return [{"id": key.id, "kind": key.kind} for key in self._keys.values()]

    async def revoke_key(self, key: str, by: str) -> bool:
        return self._keys.pop(f"secret-{key}", None) is not None

    def user_token_secret(self, by: str) -> str:
        return f"shown to {by}"

    async def put_products(self, products: Sequence[tuple[str, bytes]]) -> None:
        self.catalog.update(products)

    async def products(self, ids: Sequence[str]) -> dict[str, bytes]:
        return {one: self.catalog[one] for one in ids if one in self.catalog}

    async def confirm_clock(self, by: str) -> None:
        self.acts.append(("confirm_clock", by))

    def ready(self) -> bool:
        return self.accepts_writes


class PrivacyInMemory:
    """One person, ``email:ada@example.com``."""

    def __init__(self, acts: list[tuple[Any, ...]]) -> None:
        self._acts = acts

    async def forget(self, key: str, by: str) -> dict[str, Any]:
        if key != "email:ada@example.com":
            raise Unknown(f"no contact is known by {key}")
        self._acts.append(("forget", key, by))
        return {"rule": "request", "erased": {"contact": 1}}

    async def dossier(self, key: str, by: str) -> AsyncIterator[dict[str, Any]]:
        self._acts.append(("dossier", key, by))
        yield {"table": "contact", "rows": [{"keys": [key]}]}
        yield {"table": "log", "rows": []}

    async def barred(self, keys: Sequence[str]) -> list[str]:
        return [key for key in keys if "erased" in key]

    async def audit(self, limit: int) -> list[dict[str, Any]]:
        return [{"at": 1, "by": "ada", "act": "forget", "subject": "ab12"}][:limit]

    async def retention(self) -> dict[str, Any]:
        return {"classes": {}, "people": {}, "erased": []}
