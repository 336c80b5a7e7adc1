"""Double opt-in: asked, confirmed or expired; who may ask, and how often."""

from typing import Any

from engine.domain.consents.topic import ConsentRules, DoubleOptIn, Topic
from engine.domain.effect import Lift, Suppress
from engine.domain.event import PUBLIC
from engine.domain.message import Receipt, Stated
from engine.domain.profile.consent import OPTED_OUT, Consent
from tests.unit.domain.builders import (
    DAY,
    NOON,
    Life,
    details,
    event,
    life,
    scenario,
    send,
    template,
)

RULES = ConsentRules(
    topics=(Topic(topic="news", basis="soft_opt_in"),),
    confirm={"email": DoubleOptIn(template="ask", within="2d", per_day=2)},
)
EVIDENCE = {
    "form": "https://shop.example/news",
    "wording": "v3",
    "language": "fr",
    "ip": "192.0.2.1",
}


def person(**traits: Any) -> Life:
    parts = [template("hello"), template("ask", transactional=True)]
    one = life(scenario("s", {"event": "Ate"}, send("mail")), *parts, consent=RULES)
    one.tells(email="ada@example.com", **traits)
    return one


def says(one: Life, status: str, topic: str = "", **rest: Any) -> None:
    trust = rest.pop("trust", 2)
    told = {"channel": "email", "topic": topic, "status": status, **rest}
    one.take(event("Consent Changed", one.now, keys=("user_id:1",), properties=told, trust=trust))


def follows(one: Life, subject: str = "email", status: Any = "confirmed") -> None:
    key = one.sends[-1].key if one.sends else "1.1/optin/1"
    one.take(Stated("link", subject, status, "192.0.2.9", key))


def asked_by_a_run(*statements: str) -> Life:
    ask = {"do": "topic", "id": "ask", "channel": "email", "say": "ask"}
    parts = [template("ask", transactional=True)]
    one = life(scenario("s", {"event": "Ate"}, ask), *parts, consent=RULES)
    one.tells(email="ada@example.com")
    for status in statements:
        says(one, status, **EVIDENCE)
        one.passes("1h")
    one.does("Ate")
    return one


def test_a_run_asks_whoever_has_said_nothing_and_consents_by_following_its_link() -> None:
    ada = asked_by_a_run()
    ada.passes("1h")
    follows(ada)
    assert ada.contact.consents["email"].granted
    assert ada.contact.consents["email"].said == NOON + 60 * 60_000


def test_a_run_does_not_ask_again_whoever_has_withdrawn() -> None:
    ada = asked_by_a_run("granted", "withdrawn")
    assert ada.sends == []
    assert details(ada.facts, "optin_refused") == ["withdrawn since"]


def test_who_asks_is_sent_a_transactional_link_and_consents_by_following_it() -> None:
    ada = person()
    says(ada, "requested", **EVIDENCE)
    (mail,) = ada.sends
    assert (mail.template, mail.marketing, mail.confirms) == ("ask", False, "email")
    assert (mail.expires, ada.contact.consents) == (NOON + 2 * DAY, {})
    ada.passes("1h")
    follows(ada)
    held = ada.contact.consents["email"]
    assert (held.status, held.method, held.form, held.wording) == (
        "granted", "double", EVIDENCE["form"], "v3",
    )  # fmt: skip
    assert (held.at, held.ip) == (NOON, "192.0.2.1")
    assert (held.confirmed, held.confirmed_ip) == (ada.now, "192.0.2.9")
    assert ada.contact.attributes["consent_email"] is True
    assert ada.contact.timers == {}


def test_a_link_that_nobody_follows_expires_at_its_exact_instant() -> None:
    ada = person()
    says(ada, "requested")
    assert ada.contact.due == NOON + 2 * DAY
    ada.passes("3d")
    assert ada.said("optin_expired") == [("email", 2 * DAY)]
    follows(ada)
    assert (ada.contact.consents, ada.subjects("optin_late")) == ({}, ["email"])


def test_a_button_pressed_twice_confirms_once() -> None:
    ada = person()
    says(ada, "requested")
    follows(ada)
    follows(ada)
    assert (ada.subjects("optin_confirmed"), ada.subjects("optin_late")) == (["email"], [])


def test_what_is_withdrawn_meanwhile_is_not_confirmed_any_more() -> None:
    ada = person()
    says(ada, "requested", "news")
    ada.passes("1h")
    ada.tells(consent_email=False)
    follows(ada, "email/news")
    assert set(ada.contact.consents) == {"email"}


def test_one_may_ask_again_but_only_so_often_a_day() -> None:
    ada = person()
    for _ in range(3):
        ada.passes("1h")
        says(ada, "requested")
    assert len(ada.sends) == 2
    assert details(ada.facts, "optin_refused") == ["asked too often today"]
    ada.passes("1d")
    says(ada, "requested")
    assert len(ada.sends) == 3
    assert len({mail.key for mail in ada.sends}) == 3


def test_a_public_key_cannot_give_consent_but_asks_for_the_link() -> None:
    ada = person()
    for told in ({"status": "granted"}, {"status": "granted", "method": "double"}):
        says(ada, trust=PUBLIC, **told)
    assert ada.contact.consents == {}
    assert [mail.confirms for mail in ada.sends] == ["email", "email"]


def test_a_public_key_may_withdraw_and_cannot_give_where_nothing_confirms() -> None:
    ada = person(consent_email=True, phone="+33611111111")
    ada.passes("1h")
    ada.take(
        event(
            "Told", ada.now, keys=("user_id:1",), trust=PUBLIC,
            traits={"consent_email": False, "consent_sms": True},
        )
    )  # fmt: skip
    assert ada.contact.attributes["consent_email"] is False
    assert "sms" not in ada.contact.consents
    assert "no double opt-in" in details(ada.facts, "optin_refused")[0]


def test_an_undeclared_topic_and_an_unknown_channel_are_refused_with_the_reason() -> None:
    ada = person()
    says(ada, "granted", "newz")
    says(ada, "perhaps")
    ada.does("Consent Changed", properties={"channel": "fax", "status": "granted"})
    assert [why.partition(" ")[0] for why in details(ada.facts, "consent_refused")] == [
        "topic", "status", "channel",
    ]  # fmt: skip


def test_a_topic_brings_its_basis_and_all_evidence_is_kept() -> None:
    ada = person()
    says(ada, "granted", "news", source="import 7", **EVIDENCE)
    held = ada.contact.consents["email/news"]
    assert (held.basis, held.source, held.language, held.ip) == (
        "soft_opt_in", "import 7", "fr", "192.0.2.1",
    )  # fmt: skip
    (told,) = details(ada.facts, "consent_granted")
    assert EVIDENCE["form"] in told


def test_a_bare_flag_repeated_keeps_what_proves_the_consent() -> None:
    ada = person()
    says(ada, "granted", **EVIDENCE)
    ada.passes("1d")
    ada.tells(consent_email=True)
    held = ada.contact.consents["email"]
    assert (held.wording, held.at, held.said) == ("v3", NOON, NOON + DAY)


def lifts(one: Life) -> list[Lift]:
    return [effect for effect in one.effects if isinstance(effect, Lift)]


def test_only_a_proved_opt_in_undoes_an_unsubscription_of_the_address() -> None:
    ada = person(consent_email=True)
    assert lifts(ada) == []
    says(ada, "granted", **EVIDENCE)
    assert lifts(ada) == [Lift(("", "email"), "ada@example.com", ("unsubscribe",), before=NOON)]


def test_start_gives_back_only_what_stop_has_taken() -> None:
    ada = person(consent_email=True)
    ada.passes("1h")
    follows(ada, status="withdrawn")
    ada.passes("1h")
    says(ada, "resumed")
    assert ada.contact.consents["email"].status == "withdrawn"
    ada.contact.consents["email"] = Consent("withdrawn", NOON, NOON, OPTED_OUT)
    says(ada, "resumed")
    assert ada.contact.consents["email"].status == "granted"


def test_soft_failures_suppress_when_they_come_in_a_row() -> None:
    ada = person()
    for outcome in ("undelivered", "undelivered", "delivered", "undelivered", "undelivered"):
        soft = 3 * (outcome == "undelivered")
        ada.take(Receipt("k", outcome, "", "sms", "+331", reason="30004", soft=soft))  # type: ignore[arg-type]
    assert not any(isinstance(one, Suppress) for one in ada.effects)
    ada.take(Receipt("k", "undelivered", "", "sms", "+331", reason="30004", soft=3))
    assert ada.effects[-1] == Suppress("sms", "+331", "hard_bounce")
