"""A contact: everything that decides what happens to one person next. Small (2 KiB), one blob."""

from copy import copy
from typing import Any, TypeVar

import msgspec

from engine.domain.profile.consent import Consent, OptIn
from engine.domain.profile.identity import Claim, is_device
from engine.domain.profile.offer import Action, Offer
from engine.domain.profile.session import Visits

SHARED = (
    "keys", "claims", "attributes", "pasts", "pending", "consents", "optins", "bounces", "reviews",
    "companies", "company", "lists", "handoffs", "actions", "arms", "given", "wears", "capped",
    "dated", "risen", "tickets", "starts",
)  # fmt: skip
"""Containers of a contact that its drafts share with it: replaced, never changed in place.

Few steps change one of them, and every step would pay for a copy of its own.
"""

SEEN = 64
"""Fingerprints kept in the state: the last 64 messages, eight bytes each."""


Value = TypeVar("Value")


def without(held: dict[str, Value], *gone: str) -> dict[str, Value]:
    """A copy that lacks these."""
    return {name: value for name, value in held.items() if name not in gone}


class Run(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One passage through one version of a scenario.

    ``id`` is fixed at entry and survives a merge. ``step`` is where it stands; ``visits`` counts the
    steps begun, so that each effect key is unique. ``since`` is when it came to this step;
    ``local`` is set when the wait aims at a local time ("not before" instant, ms) and must be
    re-resolved when the contact's zone changes. ``event`` holds the trigger's raw JSON properties,
    ``key`` the value that tells a run from others of its scenario, ``answer`` what the last webhook
    answered, ``digest`` what was collected since it came to this step, ``left`` how much was left out.
    ``passed`` are the places of the steps that it has done something at, in its version; ``barred`` those
    by name that it did in an earlier one and does not do again. ``heard``: when what it waits for came
    while its scenario was paused (ms), and where that leads.
    """

    id: str
    scenario: str
    version: int
    step: str
    entered: int
    since: int
    visits: int = 0
    local: int = 0
    event: bytes = b""
    key: str = ""
    answer: bytes = b""
    digest: bytes = b""
    left: int = 0
    passed: tuple[int, ...] = ()
    barred: tuple[str, ...] = ()
    heard: tuple[int, str | None] | None = None


class Ticket(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Leave to start run ``id`` of a capped scenario, asked for at ``asked`` (ms).

    It may enter from ``since`` to just before ``until``, 0 as long as it is not answered; ``most`` and
    ``per`` are the cap that this was given by. ``key`` and ``event`` are the run's, ``label`` is
    that of a start by hand. See ``engine.domain.runs.ticket``.
    """

    id: str
    scenario: str
    key: str
    asked: int
    event: bytes = b""
    since: int = 0
    until: int = 0
    most: int = 0
    per: str = ""
    label: str = ""


def timer_of(run: Run) -> str:
    """The owner of a run's timer."""
    return f"run:{run.id}"


def watch_of(run: Run) -> str:
    """The owner of the timer that is set for the conditions which a run waits for."""
    return f"watch:{run.id}"


class Summary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the hot state knows of a collection: items, pieces (their quantities), and their worth."""

    count: int = 0
    quantity: float = 0.0
    total: float = 0.0


NOTHING = Summary()


class Contact(msgspec.Struct, array_like=True, gc=False):
    """Mutable for speed; ``step`` works on a copy of its own and never changes its argument.

    Instants are ms since 1970 UTC. ``timers`` maps ``run:<id>``, ``watch:<id>``, ``segment:<name>``,
    ``optin:<subject>``, ``handoff:<id>``, ``trigger:<scenario>`` and ``ticket:<id>`` to the due instant, so
    that one owner has at most one timer. ``seen`` packs 8 bytes a message: fingerprint (6) and the hour it
    came (2).
    ``counts``, ``rings`` and ``measures`` are the aggregates, by their stable id.
    ``rulebook`` is the version that its segments were last evaluated under. ``trouble`` names the
    loop of definitions that parked the contact; ``parked`` is when it is looked at again.
    ``orders`` packs the keys of its last orders.
    ``pending``: see ``engine.domain.rulebooks.pending``.
    ``visits`` is None until a device of its own was seen. ``shelf`` holds the items behind
    ``collections``: it is no part of the stored state, and None as long as nobody asked for it.
    ``consents`` and ``optins`` are by subject (``email``, ``email/news``); ``bounces`` counts by
    channel the deliveries that failed since the last one that arrived. ``reviews`` are the contacts
    that it may be one person with, as an operator was asked.
    ``companies`` holds the group ids that it belongs to, the latest first; ``company`` is what that one
    last told of itself; ``told`` orders what this contact tells its companies.
    ``lists`` are those that it is on, with when it joined; replaced, never changed in place.
    ``handoffs`` has one offer a definition, the open one or the last that was decided; ``actions`` are the
    last events, while there are hand-offs.
    ``arms`` are the ways that were drawn for it, each with the instant of the draw, by what they are for.
    ``given`` is what scores have from runs, see ``engine.domain.runs.giving``.
    ``upheld`` are the rules of scores whose condition holds, with since when; ``wears`` and ``capped``
    see ``engine.domain.scores.wear`` and ``cap``. ``stage`` of the lifecycle is empty for none; ``staged`` is
    since when. ``dated``: see ``engine.domain.runs.dating``.
    ``tickets`` are its own to enter capped scenarios; replaced, never changed in place. So are ``starts``,
    see ``engine.domain.runs.by_hand``.
    ``risen`` counts how often this contact, and those that were a part of it, were made themselves again.
    """

    id: int
    keys: list[str] = []
    claims: list[Claim] = []
    attributes: dict[str, Any] = {}
    zone: str = ""
    counts: dict[int, int] = {}
    rings: dict[int, list[int]] = {}
    scores: dict[str, tuple[float, int]] = {}
    segments: dict[str, int] = {}
    timers: dict[str, int] = {}
    runs: list[Run] = []
    entries: dict[str, int] = {}
    entered: int = 0
    seen: bytes = b""
    first: int = 0
    latest: int = 0
    merged_into: int = 0
    pasts: list[int] = []
    rulebook: int = 0
    trouble: str = ""
    parked: int = 0
    measures: dict[int, Any] = {}
    orders: bytes = b""
    pending: dict[str, int] = {}
    collections: dict[str, Summary] = {}
    visits: Visits | None = None
    shelf: bytes | None = None
    consents: dict[str, Consent] = {}
    optins: dict[str, OptIn] = {}
    bounces: dict[str, int] = {}
    reviews: list[int] = []
    companies: list[str] = []
    company: dict[str, Any] = {}
    told: int = 0
    lists: dict[str, int] = {}
    handoffs: dict[str, Offer] = {}
    actions: list[Action] = []
    arms: dict[str, tuple[str, int]] = {}
    given: dict[str, tuple[float, int]] = {}
    upheld: dict[str, int] = {}
    wears: dict[str, list[tuple[float, float]]] = {}
    capped: dict[str, list[int]] = {}
    stage: str = ""
    staged: int = 0
    dated: dict[str, tuple[int | None, int | None]] = {}
    risen: dict[int, int] = {}
    tickets: list[Ticket] = []
    starts: dict[str, int] = {}

    @property
    def known(self) -> bool:
        """Whether it has a key that names a person, not only a device."""
        return any(not is_device(key) for key in self.keys)

    @property
    def due(self) -> int:
        """When time next matters (ms), 0 for never: the earliest timer, or the next look at a parked one."""
        if self.parked:
            return self.parked
        return min(self.timers.values()) if self.timers else 0

    def draft(self) -> "Contact":
        """A copy for a step. What steps change often is its own; see SHARED for the rest.

        The values in containers are never changed in place.
        """
        mine = copy(self)
        mine.counts = self.counts.copy()
        mine.rings = self.rings.copy()
        mine.measures = self.measures.copy()
        mine.scores = self.scores.copy()
        mine.segments = self.segments.copy()
        mine.upheld = self.upheld.copy()
        mine.timers = self.timers.copy()
        mine.runs = self.runs[:]
        mine.entries = self.entries.copy()
        mine.collections = self.collections.copy()
        return mine
