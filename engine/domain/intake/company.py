"""A company: what its contacts tell of it, and what it tells them. An actor with a step of its own.

Contacts reach it by hops, so what they tell may come twice or late: a telling that is older than what
is known of the same contact changes nothing.
"""

from typing import Any

import msgspec

from engine.domain.duration import DAY
from engine.domain.effect import TellCompany
from engine.domain.event import PUBLIC, Event
from engine.domain.intake.turn import Turn
from engine.domain.message import CompanyLearned, CompanyTold
from engine.domain.profile.attribute import COMPANY, unchanged
from engine.domain.profile.contact import Contact
from engine.domain.scores.company_score import Company, Member, Scores

MOST = 4
"""Companies of one contact; a further one takes the place of the one joined first."""
MEMBERS = 1_000
"""Contacts of one company whose scores count; further ones are linked and counted only."""
SIZE = 1_024
"""Bytes of a company's attributes as JSON: each of its contacts holds a copy."""
FORGET = 30 * DAY
"""How long (ms) a company remembers that a contact has gone."""


class CompanyOutcome(msgspec.Struct, frozen=True):
    """``refused`` names attributes that did not fit into it."""

    company: Company
    changed: bool
    refused: tuple[str, ...] = ()


# --- the company's side --------------------------------------------------------------------------


def step(company: Company, told: CompanyTold) -> CompanyOutcome:
    """Pure; ``company`` stays as it was."""
    known = company.members.get(told.contact)
    if known is not None and told.at < known.at:
        return CompanyOutcome(company, changed=False)
    forgotten = told.at - FORGET
    members = {n: m for n, m in company.members.items() if not m.gone or m.at > forgotten}
    if known is not None or len(members) < MEMBERS:
        members = members | {told.contact: Member(told.at, told.scores, told.gone)}
    attributes, refused = _merged(company.attributes, told)
    after = Company(company.id, company.key, attributes, members)
    return CompanyOutcome(after, not unchanged(attributes, company.attributes), refused)


def _merged(held: dict[str, Any], told: CompanyTold) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A page, which anybody may imitate, only adds; what does not fit is refused by name."""
    after, refused = dict(held), []
    for name, value in told.attributes.items():
        if told.public and name in held:
            continue
        trial = after | {name: value}
        if value is None:
            after.pop(name, None)
        elif len(msgspec.json.encode(trial)) > SIZE:
            refused.append(name)
        else:
            after = trial
    return after, tuple(refused)


# --- the contact's side --------------------------------------------------------------------------


def join(turn: Turn, event: Event) -> None:
    """A ``group`` call: the contact belongs to this company, first of all its companies from now on."""
    properties = turn.properties_of(event)
    key = str(properties.get("group_id", ""))
    traits = properties.get("traits")
    enter(turn, key, traits if isinstance(traits, dict) else {}, public=event.trust == PUBLIC)


def enter(turn: Turn, key: str, attributes: dict[str, Any], *, public: bool) -> None:
    contact = turn.contact
    if key not in contact.companies[:1]:
        if key not in contact.companies:
            turn.note("company_joined", "", key)
        contact.companies = [key, *(other for other in contact.companies if other != key)]
        contact.company = {}
        turn.changed(COMPANY)
    for left in contact.companies[MOST:]:
        turn.note("company_left", "", left)
        turn.effects.append(_farewell(turn, contact, left))
    contact.companies = contact.companies[:MOST]
    turn.effects.append(_telling(turn, key, attributes, public=public))


def guess(turn: Turn, name: str) -> None:
    """The owner of the network that a visit came from, for a contact that nobody put into a company."""
    if name and not turn.contact.companies:
        enter(turn, f"network:{name.casefold()}", {"name": name}, public=True)


def tell(turn: Turn) -> None:
    """The contact's scores were raised: its companies hear of it, once a step."""
    told = {one.company for one in turn.effects if isinstance(one, TellCompany) and not one.gone}
    turn.effects += [_telling(turn, key, {}) for key in turn.contact.companies if key not in told]


def _telling(
    turn: Turn, key: str, attributes: dict[str, Any], *, public: bool = False
) -> TellCompany:
    at = _next(turn, turn.contact)
    return TellCompany(key, turn.contact.id, at, _scores(turn), attributes, public)


def _scores(turn: Turn) -> Scores:
    gauges = turn.rulebook.gauges.items()
    return {name: held for name, gauge in gauges if (held := gauge.standing(turn.contact))}


def _farewell(turn: Turn, contact: Contact, key: str) -> TellCompany:
    return TellCompany(key, contact.id, _next(turn, contact), gone=True)


def _next(turn: Turn, contact: Contact) -> int:
    """Orders what one contact tells, also within a millisecond."""
    contact.told = max(contact.told + 1, turn.now)
    return contact.told


def learn(turn: Turn, message: CompanyLearned) -> None:
    """The attributes of the contact's first company, as that company has them now."""
    contact = turn.contact
    if message.company in contact.companies[:1] and not unchanged(
        contact.company, message.attributes
    ):
        contact.company = message.attributes
        turn.changed(COMPANY)


def adopt(turn: Turn, other: Contact) -> None:
    """A merge: the survivor's companies first; those of the other follow, and count the survivor."""
    contact = turn.contact
    fresh = [key for key in other.companies if key not in contact.companies]
    for key in other.companies:
        turn.effects.append(_farewell(turn, other, key))
    if not fresh:
        return
    if not contact.companies:
        contact.company = other.company
        turn.changed(COMPANY)
    contact.companies = [*contact.companies, *fresh][:MOST]
    tell(turn)


def part(turn: Turn, before: Contact) -> None:
    """An unmerge: companies that go with the other lose this contact, its own hear its scores."""
    turn.contact.told = max(turn.contact.told, before.told)
    for key in before.companies:
        if key not in turn.contact.companies:
            turn.effects.append(_farewell(turn, turn.contact, key))
    tell(turn)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Company)


def encode(company: Company) -> bytes:
    return _encoder.encode(company)


def decode(raw: bytes) -> Company:
    return _decoder.decode(raw)
