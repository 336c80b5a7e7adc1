"""Links, operators and addresses, through Coordinator and hosts: what holds for whom afterwards."""

from typing import Any

import pytest

from engine.domain import message
from engine.domain.consents.suppression import address_hash
from engine.domain.consents.topic import ConsentRules, DoubleOptIn, Topic
from engine.domain.event import PUBLIC
from engine.domain.link import Link, link_key, sign
from engine.domain.message import Receipt
from engine.errors import BadRequest, NotAllowed
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

RULES = ConsentRules(
    topics=(Topic(topic="news"),), confirm={"email": DoubleOptIn(template="ask", within="2d")}
)
NEWS = build.scenario("s", {"event": "Ate"}, build.send("mail"), topic="news")
PARTS = (NEWS, build.template(), build.template("ask", transactional=True))
EVIDENCE = {"channel": "email", "topic": "news", "wording": "v1"}


def shop(started: Started) -> SmallEngine:
    return started(*PARTS, consent=RULES)


def says(engine: SmallEngine, *keys: str, **told: Any) -> None:
    properties = EVIDENCE | told
    engine.run(engine.push(engine.event("Consent Changed", *keys, properties=properties)))
    engine.run(engine.rest())


def is_person(engine: SmallEngine, *keys: str) -> None:
    engine.run(engine.push(engine.event("Came", *keys, traits={"email": "ada@example.com"})))


def follow(
    engine: SmallEngine, act: Any, key: str, subject: str = "email/news", **link: Any
) -> str:
    pepper = engine.coordinator.keyring.pepper
    made = Link(act, key, subject, address_hash(pepper, "ada@example.com"), **link)
    found = engine.coordinator.consents.link(sign(link_key(pepper), made))
    assert found == made
    return engine.run(engine.coordinator.consents.follow(found, everything=False, ip="192.0.2.9"))


def report(engine: SmallEngine, key: str) -> dict[str, Any]:
    found = engine.run(engine.coordinator.reports.contact(key, 0))
    assert found is not None
    return found


def test_an_unsubscription_stops_the_topic_for_everybody_who_has_the_address(
    started: Started,
) -> None:
    engine = shop(started)
    for number in range(6):
        is_person(engine, f"user_id:{number}")
        says(engine, f"user_id:{number}", status="granted")
    engine.run(engine.push(engine.event("Ate", "user_id:0")))
    engine.run(engine.rest())
    (key,) = engine.post.left
    assert follow(engine, "u", key) == "done"
    engine.run(engine.push(*(engine.event("Ate", f"user_id:{n}") for n in range(6))))
    engine.run(engine.rest())
    assert list(engine.post.left) == [key]
    assert report(engine, "user_id:0")["consents"]["email/news"]["status"] == "withdrawn"
    assert report(engine, "user_id:1")["consents"]["email/news"]["status"] == "granted"


def test_a_proved_opt_in_lifts_the_unsubscription_and_never_a_complaint(started: Started) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1")
    for reason, left in (("unsubscribe", 1), ("complaint", 1)):
        suppress = engine.coordinator.consents.suppress("email", "ada@example.com", reason, "ops")
        engine.run(suppress)
        assert report(engine, "user_id:1")["suppressed"] == {"email": True}
        engine.clock.advance(10)
        says(engine, "user_id:1", status="granted")
        engine.run(engine.push(engine.event("Ate", "user_id:1")))
        engine.run(engine.rest())
        assert len(engine.post.left) == left


def test_a_consent_of_long_ago_that_is_told_today_undoes_no_unsubscription(
    started: Started,
) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1")
    desk = engine.coordinator.consents
    engine.run(desk.suppress("email/news", "ada@example.com", "unsubscribe", "ops"))
    told = EVIDENCE | {"status": "granted"}
    old = engine.event("Consent Changed", "user_id:1", ago=build.DAY, properties=told)
    engine.run(engine.push(old, engine.event("Ate", "user_id:1")))
    engine.run(engine.rest())
    assert report(engine, "user_id:1")["consents"]["email/news"]["status"] == "granted"
    assert not engine.post.left


def test_topics_chosen_on_the_page_are_left_and_taken_up_again(started: Started) -> None:
    engine = shop(started)
    is_person(engine, "user_id:0")
    says(engine, "user_id:0", status="granted")
    engine.run(engine.push(engine.event("Ate", "user_id:0")))
    engine.run(engine.rest())
    (key,) = engine.post.left
    hashed = address_hash(engine.coordinator.keyring.pepper, "ada@example.com")
    link, desk = Link("u", key, "email/news", hashed), engine.coordinator.consents
    assert engine.run(desk.chosen(link)) == {"news"}
    for topics, mails in ((frozenset[str](), 1), (frozenset({"news", "unheard of"}), 2)):
        engine.run(desk.choose(link, topics, "192.0.2.9"))
        assert engine.run(desk.chosen(link)) == topics & {"news"}
        engine.run(engine.push(engine.event("Ate", "user_id:0")))
        engine.run(engine.rest())
        assert len(engine.post.left) == mails
    engine.run(desk.follow(link, everything=True, ip=""))
    assert engine.run(desk.chosen(link)) == frozenset()


def test_a_link_works_after_the_contact_that_was_sent_it_has_merged(started: Started) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1")
    engine.run(
        engine.push(engine.event("Came", "anonymous_id:d", traits={"email": "ada@example.com"}))
    )
    says(engine, "anonymous_id:d", status="requested")
    (key,) = engine.post.left
    assert report(engine, "anonymous_id:d")["consents"]["email/news"]["status"] == "pending"
    engine.run(engine.push(engine.event("Came", "user_id:1", "anonymous_id:d")))
    engine.run(engine.rest())
    assert follow(engine, "c", key) == "done"
    held = report(engine, "user_id:1")["consents"]["email/news"]
    assert (held["status"], held["method"], held["confirmed_ip"]) == (
        "granted",
        "double",
        "192.0.2.9",
    )


def fills_in(engine: SmallEngine, email: str, *keys: str) -> None:
    """A form on a page, which has a public key."""
    keys = (*keys, f"email:{email}", "anonymous_id:d")
    traits = {"consent_email": True, "email": email}
    form = engine.event(
        "Identify", *keys, traits=traits, trust=PUBLIC, addressed=keys.index("anonymous_id:d")
    )
    engine.run(engine.push(form))
    engine.run(engine.rest())


def test_a_visitor_joins_a_known_contact_once_the_owner_of_its_address_has_confirmed(
    started: Started,
) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1", "email:ada@example.com")
    fills_in(engine, "ada@example.com")
    (key,) = engine.post.left
    assert report(engine, "anonymous_id:d")["id"] != report(engine, "user_id:1")["id"]
    assert follow(engine, "c", key, "email") == "done"
    engine.run(engine.rest())
    ada = report(engine, "anonymous_id:d")
    assert ada == report(engine, "user_id:1")
    assert ada["consents"]["email"]["method"] == "double"
    assert engine.run(engine.coordinator.identities.reviews(10)) == []


def test_a_known_contact_that_confirms_anothers_address_goes_to_review(started: Started) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1", "email:ada@example.com")
    fills_in(engine, "ada@example.com", "user_id:2")
    (key,) = engine.post.left
    assert follow(engine, "c", key, "email") == "done"
    engine.run(engine.rest())
    assert report(engine, "user_id:2")["id"] != report(engine, "user_id:1")["id"]
    (found,) = engine.run(engine.coordinator.identities.reviews(10))
    assert "email:ada@example.com" in str(found)


def test_who_asks_at_an_own_address_proves_nothing_of_the_one_named_next(started: Started) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1", "email:ada@example.com")
    is_person(engine, "user_id:2", "email:eve@example.com")
    fills_in(engine, "eve@example.com")
    (key,) = engine.post.left
    fills_in(engine, "ada@example.com")
    assert follow(engine, "c", key, "email") == "late"
    engine.run(engine.rest())
    assert report(engine, "anonymous_id:d")["consents"]["email"]["status"] == "pending"
    assert report(engine, "user_id:1")["consents"] == {}


def test_a_link_that_has_expired_confirms_nothing(started: Started) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1")
    says(engine, "user_id:1", status="requested")
    (key,) = engine.post.left
    engine.clock.advance(3 * build.DAY)
    assert follow(engine, "c", key) == "late"
    assert follow(engine, "c", key, expires=1) == "late"
    assert report(engine, "user_id:1")["consents"] == {}


def test_an_operator_lifts_only_what_operators_have_suppressed(started: Started) -> None:
    engine = shop(started)
    desk, ada = engine.coordinator.consents, "ada@example.com"
    engine.run(desk.suppress("email", ada, "asked by letter", "ops"))
    engine.run(desk.lift("email", ada, "ops"))
    engine.run(desk.suppress("email", ada, "complaint", "ops"))
    with pytest.raises(NotAllowed, match="complaint"):
        engine.run(desk.lift("email", ada, "ops"))
    acts = [act for _, _, act, _ in engine.coordinator.control.audit()]
    assert acts[:3] == ["suppress email", "lift email", "suppress email"]
    assert "ada" not in str(engine.coordinator.control.audit())


def test_an_operator_states_what_a_person_says_with_its_evidence(started: Started) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1")
    desk = engine.coordinator.consents
    engine.run(desk.state("user_id:1", "email/news", "granted", "letter of 3 May", "ops"))
    held = report(engine, "user_id:1")["consents"]["email/news"]
    assert (held["status"], held["source"], held["note"]) == (
        "granted",
        "ops",
        "letter of 3 May",
    )
    for wrong in ("fax", "email/newz", ""):
        with pytest.raises(BadRequest):
            engine.run(desk.state("user_id:1", wrong, "granted", "x", "ops"))


def test_the_report_says_for_each_address_whether_it_is_written_to(started: Started) -> None:
    engine = shop(started)
    is_person(engine, "user_id:1")
    assert report(engine, "user_id:1")["suppressed"] == {"email": False}
    engine.run(engine.coordinator.consents.suppress("", "Ada@Example.com", "manual", "ops"))
    engine.run(engine.push(engine.event("Came", "user_id:1", traits={"phone": "+33611111111"})))
    assert report(engine, "user_id:1")["suppressed"] == {"email": True, "sms": False}


def test_an_unsubscription_is_known_as_one_of_its_message(started: Started) -> None:
    left = build.segment("left", message="unsubscribed", of={"template": "hello"})
    engine = started(*PARTS, left, consent=RULES)
    is_person(engine, "user_id:1")
    says(engine, "user_id:1", status="granted")
    engine.run(engine.push(engine.event("Ate", "user_id:1")))
    engine.run(engine.rest())
    (key,) = engine.post.left
    assert follow(engine, "u", key) == "done"
    assert list(report(engine, "user_id:1")["segments"]) == ["left"]
    assert follow(engine, "u", key) == "done"
    told = [message.decode(row.body) for row in engine.log()]
    assert sum(isinstance(one, Receipt) and one.outcome == "unsubscribed" for one in told) == 1
