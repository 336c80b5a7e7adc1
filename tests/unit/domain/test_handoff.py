"""Hand-off: raised once, reminded and escalated at exact instants, decided by whoever holds the link."""

from typing import Any

import pytest

from engine.domain.language.endpoint import Endpoint
from engine.domain.language.moment import Moment
from engine.domain.language.team import Escalation, Handoff, Owner, Reminder, Team
from engine.domain.message import Decided, Raised, Receipt
from tests.unit.domain.builders import (
    DAY,
    HOUR,
    NOON,
    Life,
    details,
    life,
    scenario,
    score,
    template,
    wait,
)

ANN = Owner(owner="ann", name="Ann Lee", email="ann@sales.example", phone="+33612345678")
BOB = Owner(owner="bob", name="Bob Ray", email="bob@sales.example", language="en")
HOT = Handoff(
    handoff="hot",
    title="Hot lead",
    owner="ann",
    deadline="2d",
    alert="alert",
    reminder=Reminder(template="remind", before=("1d", "4h")),
    escalation=Escalation(template="escalate", to="bob", after="1d"),
    leaves=("nurturing",),
    again="30d",
)
TEXTS = [template(name, transactional=True) for name in ("hello", "alert", "remind", "escalate")]
NURTURING = scenario("nurturing", {"event": "Ate"}, wait("long", for_="90d"))
SALES = scenario("sales", {"event": "Asked"}, {"do": "handoff", "id": "go", "handoff": "hot"})


def team(*handoffs: Handoff, owners: tuple[Owner, ...] = (ANN, BOB)) -> Team:
    return Team(owners=owners, handoffs=handoffs or (HOT,))


def person(*parts: Any, **rest: Any) -> Life:
    one = life(NURTURING, SALES, *parts, *TEXTS, team=rest.pop("team", team()), **rest)
    one.does("Ate")
    return one


def decides(one: Life, decision: Any, reason: str = "why", until: int = 0) -> None:
    held = one.contact.handoffs["hot"]
    one.take(Decided("ann", held.id, decision, reason, until))


def test_a_scenario_raises_it_and_its_owner_is_written_to_though_the_contact_has_no_address() -> (
    None
):
    ada = person()
    ada.does("Asked")
    held = ada.contact.handoffs["hot"]
    assert (held.status, held.owner, held.reason) == ("open", "ann", "sales")
    assert (held.raised, held.deadline) == (NOON, NOON + 2 * DAY)
    assert [action.name for action in held.actions] == ["Ate", "Asked"]
    (mail,) = ada.sends
    assert (mail.address, mail.template, mail.marketing) == ("ann@sales.example", "alert", False)
    assert (mail.key, mail.handoff) == (f"{held.id}/hand-off/1", f"{held.id}/ann")
    assert mail.variables["handoff"]["deadline"] == "17/11/2023 12:00"
    assert ada.subjects("handoff_raised") == ["hot"]


def test_it_is_reminded_and_escalated_at_exact_instants_and_never_after_a_decision() -> None:
    ada = person()
    ada.does("Asked")
    ada.passes("3d")
    assert ada.said("handoff_reminded") == [("hot", DAY), ("hot", 2 * DAY - 4 * HOUR)]
    assert ada.said("handoff_escalated") == [("hot", 3 * DAY)]
    assert [(mail.template, mail.address[:3]) for mail in ada.sends] == [
        ("alert", "ann"), ("remind", "ann"), ("remind", "ann"), ("escalate", "bob"),
    ]  # fmt: skip
    assert len({mail.key for mail in ada.sends}) == 4
    assert ada.contact.timers.keys() == {f"run:{ada.contact.runs[0].id}"}
    other = person()
    other.does("Asked")
    decides(other, "accept")
    other.passes("4d")
    assert len(other.sends) == 1


def test_what_was_missed_while_the_engine_was_down_is_done_once() -> None:
    ada = person()
    ada.does("Asked")
    ada.misses("5d")
    assert [mail.template for mail in ada.sends] == ["alert", "remind", "escalate"]


def test_who_accepts_takes_the_contact_out_of_nurturing() -> None:
    ada = person()
    ada.does("Asked")
    decides(ada, "accept", "called her")
    assert ada.standing == []
    assert details(ada.facts, "run_ended")[-1][1] == "handoff"
    held = ada.contact.handoffs["hot"]
    assert (held.status, held.by, held.words, held.closed) == (
        "accepted",
        "ann",
        "called her",
        NOON,
    )
    assert [action.name for action in held.actions] == ["Ate", "Asked"]


def test_who_comes_too_late_changes_nothing() -> None:
    ada = person()
    ada.does("Asked")
    decides(ada, "accept")
    decides(ada, "reject")
    assert ada.contact.handoffs["hot"].status == "accepted"
    assert details(ada.facts, "handoff_late") == [["ann", "reject"]]


def test_a_returned_contact_stays_in_nurturing_and_is_raised_again_from_its_date_on() -> None:
    ada = person()
    ada.does("Asked")
    decides(ada, "return", "next year", until=NOON + 10 * DAY)
    assert ada.standing == ["nurturing/long"]
    ada.passes("9d").does("Asked")
    assert details(ada.facts, "handoff_refused") == ["returned before"]
    ada.passes("1d").does("Asked")
    assert ada.contact.handoffs["hot"].open
    assert ada.contact.handoffs["hot"].reason == "sales"


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_what_was_decided_is_raised_again_only_after_its_time_or_by_an_operator(
    decision: str,
) -> None:
    ada = person()
    ada.does("Asked")
    decides(ada, decision)
    ada.passes("29d").does("Asked")
    assert not ada.contact.handoffs["hot"].open
    ada.take(Raised("eve", "hot", "they phoned"))
    assert ada.contact.handoffs["hot"].open
    ada.take(Raised("eve", "hot", "again"))
    assert details(ada.facts, "handoff_refused")[-1] == "open already"


def test_each_thing_that_becomes_of_it_is_a_moment() -> None:
    words = ("raised", "reminded", "escalated", "returned")
    ends = scenario(
        "tells", {"handoff": "hot", "becomes": "raised"},
        *({"do": "wait_for", "id": word, "handoff": "hot", "becomes": word} for word in words[1:]),
    )  # fmt: skip
    ada = person(ends)
    ada.does("Asked")
    assert ada.standing[-1] == "tells/reminded"
    ada.passes("3d")
    assert ada.standing[-1] == "tells/returned"
    decides(ada, "return", until=NOON + 4 * DAY)
    assert ada.standing == ["nurturing/long"]


def test_scores_are_told_as_they_stood_and_a_bounce_at_the_owner_is_none_of_the_contact() -> None:
    ada = person(score("heat", {"event": "Asked", "points": 60}))
    ada.does("Asked")
    (line,) = ada.contact.handoffs["hot"].lines
    assert (line.score, line.value) == ("heat", 60)
    key = ada.sends[0].key
    ada.take(Receipt(key, "undelivered", "", "email", "ann@sales.example", soft=1))
    assert (ada.contact.bounces, ada.subjects("suppressed")) == ({}, [])


def test_a_new_rulebook_moves_the_reminders_of_open_ones() -> None:
    ada = person()
    ada.does("Asked")
    sooner = Handoff(
        handoff="hot", alert="alert", reminder=Reminder(template="remind", after=("1h",))
    )
    ada.under(person(team=team(sooner), version=2).book)
    ada.does("Came")
    ada.passes("3d")
    assert ada.said("handoff_reminded") == [("hot", 2 * DAY + HOUR)]
    ada.under(person(team=Team(), version=3).book)
    ada.does("Came")
    decides(ada, "accept")
    assert ada.contact.handoffs["hot"].status == "accepted"


def test_the_last_five_actions_are_kept_by_their_time_whenever_they_came() -> None:
    ada = person()
    for name in ("B", "C", "D", "E"):
        ada.passes("1h").does(name)
    ada.does("Late", ago="150m")
    ada.tells(city="Lyon")
    assert [one.name for one in ada.contact.actions] == ["B", "Late", "C", "D", "E"]
    ada.does("F")
    assert [one.name for one in ada.contact.actions] == ["Late", "C", "D", "E", "F"]
    nobody = life(*TEXTS)
    nobody.does("B")
    assert nobody.contact.actions == []


def test_an_acceptance_is_told_to_the_endpoint_that_asked_for_it_with_why_and_what_was_done() -> (
    None
):
    accepted = Moment(handoff="hot", becomes="accepted")
    crm = Endpoint(webhook="crm", url="https://crm.example/", on=(accepted,), attributes=("city",))
    ada = person(webhooks=(crm,))
    ada.tells(city="Lyon")
    ada.does("Asked")
    decides(ada, "accept", "called her")
    _alert, told = ada.sends
    assert (told.channel, told.variables["type"]) == ("webhook/crm", "handoff.accepted")
    data = told.variables["data"]
    assert (data["name"], data["attributes"]) == ("hot", {"city": "Lyon"})
    held = data["handoff"]
    assert (held["reason"], held["by"], held["words"]) == ("sales", "ann", "called her")
    assert [one["name"] for one in held["actions"]] == ["Ate", "Asked"]
