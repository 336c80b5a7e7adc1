"""Companies: what contacts tell them, what they are worth, what they tell back."""

from typing import Any

import msgspec
import pytest

from engine.domain.effect import TellCompany
from engine.domain.event import PUBLIC
from engine.domain.intake import company
from engine.domain.message import Adopted, CompanyLearned, CompanyTold
from engine.domain.profile import codec
from engine.domain.scores.company_score import Company, CompanyScore, value
from engine.domain.scores.gauge import Gauge, Standing
from engine.domain.scores.score import Decay
from tests.unit.domain.builders import NOON, Life, life, score, segment

DAY = 86_400_000
DAILY = Gauge("engagement", Decay(DAY))
ENGAGED = score("engagement", {"event": "Visited", "points": 8}, half_life="1d")


def member(contact: int = 1 << 16) -> Life:
    ada = life(ENGAGED, segment("software", company="industry", is_="software"))
    ada.contact.id = contact
    return ada


def joins(one: Life, group: str, trust: int = 2, **traits: Any) -> None:
    properties = {"group_id": group, "traits": traits} if traits else {"group_id": group}
    one.does("Group Joined", kind="group", properties=properties, trust=trust)


def tellings(one: Life) -> list[TellCompany]:
    return [effect for effect in one.effects if isinstance(effect, TellCompany)]


def hears(one: Company, told: TellCompany) -> Company:
    fields = msgspec.structs.asdict(told)
    return company.step(one, CompanyTold(**fields)).company


def test_a_group_call_tells_the_company_what_it_says_and_who_came() -> None:
    ada = member()
    ada.does("Visited")
    joins(ada, "acme", industry="software")
    [told] = tellings(ada)
    assert (told.company, told.contact) == ("acme", ada.contact.id)
    assert told.scores == {"engagement": Standing(8.0, NOON)}
    assert told.attributes == {"industry": "software"}
    assert ada.contact.companies == ["acme"]


def test_a_raised_score_is_told_once_a_step_and_only_by_members() -> None:
    ada = member()
    ada.does("Visited")
    assert tellings(ada) == []
    joins(ada, "acme")
    ada.does("Visited")
    assert [told.scores["engagement"][0] for told in tellings(ada)] == [8.0, 16.0]
    ada.does("Slept")
    assert len(tellings(ada)) == 2


def test_a_company_is_worth_the_decayed_scores_of_its_contacts() -> None:
    acme = Company(9, "acme")
    for contact, points in ((1, 8.0), (2, 4.0), (3, 2.0)):
        acme = hears(
            acme, TellCompany("acme", contact, NOON, {"engagement": Standing(points, NOON)})
        )
    total = CompanyScore(score="heat", of="engagement", by="sum")
    assert value(total, acme, DAILY, NOON) == 14.0
    assert value(total, acme, DAILY, NOON + DAY) == 7.0
    best = msgspec.structs.replace(total, top=2)
    assert value(best, acme, DAILY, NOON) == 12.0
    assert value(msgspec.structs.replace(best, by="average"), acme, DAILY, NOON) == 6.0
    assert value(msgspec.structs.replace(total, by="max"), acme, DAILY, NOON) == 8.0
    assert value(total, Company(1, "empty"), DAILY, NOON) == 0.0


def test_a_telling_that_comes_late_or_twice_changes_nothing() -> None:
    newer = TellCompany("acme", 1, NOON + 2, {"engagement": Standing(9.0, NOON)})
    older = TellCompany("acme", 1, NOON + 1, {"engagement": Standing(1.0, NOON)}, {"size": 3})
    acme = hears(Company(9, "acme"), newer)
    assert hears(acme, older) == acme
    assert hears(acme, newer) == acme


def test_tellings_of_one_millisecond_keep_their_order() -> None:
    ada = member()
    joins(ada, "acme")
    ada.does("Visited")
    ada.does("Visited", properties={"again": True})
    ats = [told.at for told in tellings(ada)]
    assert ats == sorted(set(ats))


def test_a_page_adds_to_a_company_and_changes_nothing_of_it() -> None:
    acme = hears(Company(9, "acme"), TellCompany("acme", 1, NOON, {}, {"plan": "pro"}))
    acme = hears(acme, TellCompany("acme", 2, NOON, {}, {"plan": "x", "size": 3}, public=True))
    assert acme.attributes == {"plan": "pro", "size": 3}
    ada = member()
    joins(ada, "acme", PUBLIC, plan="x")
    assert tellings(ada)[0].public


def test_attributes_beyond_a_kilobyte_are_refused_by_name_and_null_removes() -> None:
    told = CompanyTold("acme", 1, NOON, {}, {"a": 1, "long": "x" * 2_000, "b": 2})
    outcome = company.step(Company(9, "acme"), told)
    assert (outcome.company.attributes, outcome.refused) == ({"a": 1, "b": 2}, ("long",))
    after = company.step(outcome.company, CompanyTold("acme", 1, NOON, {}, {"a": None}))
    assert (after.company.attributes, after.changed) == ({"b": 2}, True)


def test_a_segment_asks_what_the_first_company_told_of_itself() -> None:
    ada = member()
    joins(ada, "acme")
    ada.take(CompanyLearned("acme", {"industry": "software"}))
    assert "software" in ada.contact.segments
    ada.take(CompanyLearned("other", {"industry": "bakery"}))
    assert "software" in ada.contact.segments
    joins(ada, "bakers")
    assert "software" not in ada.contact.segments


def test_a_fifth_company_takes_the_place_of_the_first_joined() -> None:
    ada = member()
    for group in ("a", "b", "c", "d", "e"):
        joins(ada, group)
    assert ada.contact.companies == ["e", "d", "c", "b"]
    assert [told.company for told in tellings(ada) if told.gone] == ["a"]


@pytest.mark.parametrize(("mine", "theirs"), [("acme", "bakers"), ("bakers", "acme")])
def test_a_merge_keeps_the_survivors_company_first_and_counts_one_contact(
    mine: str, theirs: str
) -> None:
    ada, guest = member(), member(2 << 16)
    joins(ada, mine)
    joins(guest, theirs)
    ada.effects.clear()
    ada.take(Adopted(guest.contact.id, codec.encode(guest.contact)))
    assert ada.contact.companies == [mine, theirs]
    gone = [(told.company, told.contact) for told in tellings(ada) if told.gone]
    assert gone == [(theirs, guest.contact.id)]
    came = {told.company for told in tellings(ada) if told.contact == ada.contact.id}
    assert came == {mine, theirs}


def test_who_has_gone_counts_no_more_and_is_forgotten_in_time() -> None:
    acme = hears(
        Company(9, "acme"), TellCompany("acme", 1, NOON, {"engagement": Standing(8.0, NOON)})
    )
    acme = hears(acme, TellCompany("acme", 1, NOON + 1, gone=True))
    assert acme.contacts == []
    assert value(CompanyScore(score="h", of="engagement", by="sum"), acme, DAILY, NOON) == 0.0
    later = hears(acme, TellCompany("acme", 2, NOON + 31 * DAY))
    assert list(later.members) == [2]


def test_what_a_company_was_told_reads_back() -> None:
    acme = hears(
        Company(9, "acme"), TellCompany("acme", 1, NOON, {"x": Standing(1.5, NOON)}, {"a": [1]})
    )
    assert company.decode(company.encode(acme)) == acme


def comes_from(one: Life, name: str) -> None:
    context = msgspec.json.encode({"enriched": {"place": {"company": name}}})
    one.does("Home", kind="page", keys=("anonymous_id:d",), context=context)


def test_the_owner_of_the_network_is_the_company_until_somebody_says_which() -> None:
    guest = member()
    comes_from(guest, "Acme GmbH")
    [told] = tellings(guest)
    assert (told.company, told.attributes) == ("network:acme gmbh", {"name": "Acme GmbH"})
    joins(guest, "acme")
    guest.passes("2d")
    comes_from(guest, "Bakers SA")
    assert guest.contact.companies == ["acme", "network:acme gmbh"]
