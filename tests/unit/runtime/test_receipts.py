"""Receipts through Coordinator and hosts: whose they are, what is known of their messages, what is refused."""

from typing import Any

import pytest

from engine.domain.intake.notice import Notice
from engine.errors import Unknown
from engine.ports.engine import Refusal, Verdict
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

HELLO = build.scenario("hello", {"event": "Ate"}, build.send("mail"))
READ = build.segment("readers", message="opened", of={"template": "hello", "scenario": "hello"})
GONE = build.segment("gone", message="unsubscribed", of={"template": "hello"})
PERSON = {"email": "ada@example.com", "consent_email": True, "consent_tracking": True}


def shop(started: Started, **person: Any) -> SmallEngine:
    engine = started(HELLO, READ, GONE, build.template())
    ate = engine.event("Ate", "anonymous_id:d", traits=PERSON | person)
    engine.run(engine.push(engine.event("Came", "anonymous_id:d", traits=PERSON | person), ate))
    engine.run(engine.rest())
    return engine


def tell(engine: SmallEngine, status: Any, key: str = "", name: str = "1", **told: Any) -> Verdict:
    about = key or next(iter(engine.post.left))
    notice = Notice("esp", name, about, "", status, **told)
    (verdict,) = engine.run(engine.coordinator.receipts.take("esp", [notice]))
    engine.run(engine.rest())
    return verdict


def report(engine: SmallEngine, key: str = "anonymous_id:d") -> dict[str, Any]:
    found = engine.run(engine.coordinator.reports.contact(key, 50))
    assert found is not None
    return found


def test_a_receipt_knows_the_template_and_the_step_after_the_message_has_left(
    started: Started,
) -> None:
    engine = shop(started)
    assert tell(engine, "opened").outcome == "accepted"
    assert list(report(engine)["segments"]) == ["readers"]
    opened = report(engine)["timeline"][0]["fields"]
    assert (opened["outcome"], opened["template"]) == ("opened", "hello")
    assert (opened["scenario"], opened["channel"]) == ("hello/mail", "email")


def test_what_is_told_twice_counts_once(started: Started) -> None:
    engine = shop(started)
    said = [tell(engine, "opened", name=name).outcome for name in ("a", "a", "b")]
    assert said == ["accepted", "duplicate", "accepted"]


def test_of_people_who_were_not_asked_only_a_total_is_kept(started: Started) -> None:
    engine = shop(started, consent_tracking=False)
    rows = len(engine.log())
    assert tell(engine, "opened").outcome == "accepted"
    assert len(engine.log()) == rows
    assert tell(engine, "delivered").outcome == "accepted"
    assert len(engine.log()) == rows + 1
    told = engine.run(engine.coordinator.reports.messages())
    assert told["untracked"] == {"opened": 1, "clicked": 0}
    assert [one["delivered"] for one in told["channels"]] == [1]


def test_what_is_about_no_message_of_ours_is_refused_and_kept_as_refused(started: Started) -> None:
    engine = shop(started)
    contact = report(engine)["id"]
    for key in (f"{contact}.9/mail/1", "1.1/mail/1", "99999999.1/mail/1", "nonsense"):
        verdict = tell(engine, "opened", key)
        assert (verdict.outcome, verdict.code) == ("rejected", "unknown_message")
    with pytest.raises(Unknown, match="nonsense"):
        engine.run(engine.coordinator.receipts.notice(Notice("p", "1", "nonsense", "sms", "taken")))
    refused = engine.coordinator.refusals.listed(10)
    assert [row["code"] for row in refused] == ["unknown_message"] * 4


def test_what_the_door_could_not_read_keeps_its_place_among_the_answers(started: Started) -> None:
    engine = shop(started)
    key = next(iter(engine.post.left))
    told = [Refusal("bad", "no", b"{}"), Notice("esp", "1", key, "", "opened")]
    said = engine.run(engine.coordinator.receipts.take("esp", told))
    assert [one.outcome for one in said] == ["rejected", "accepted"]


def test_after_a_merge_the_receipt_finds_the_survivor(started: Started) -> None:
    engine = shop(started)
    engine.run(engine.push(engine.event("Came", "user_id:1")))
    engine.run(engine.push(engine.event("Came", "user_id:1", "anonymous_id:d")))
    engine.run(engine.rest())
    survivor = report(engine, "user_id:1")
    assert survivor["merged"]
    key = next(iter(engine.post.left))
    assert not key.startswith(f"{survivor['id']}.")
    assert tell(engine, "opened").outcome == "accepted"
    assert list(report(engine, "user_id:1")["segments"]) == ["readers"]
    assert tell(engine, "opened").outcome == "duplicate"


def test_a_bounce_suppresses_the_address_that_the_message_went_to(started: Started) -> None:
    engine = shop(started)
    engine.run(engine.push(engine.event("Came", "anonymous_id:d", traits={"email": "new@b.c"})))
    engine.run(engine.push(engine.event("Came", "user_id:2", traits={"email": PERSON["email"]})))
    tell(engine, "undelivered", suppress=True)
    assert report(engine)["suppressed"] == {"email": False}
    assert report(engine, "user_id:2")["suppressed"] == {"email": True}


def test_a_complaint_ends_all_mail_to_that_person(started: Started) -> None:
    engine = shop(started)
    tell(engine, "complained")
    assert report(engine)["suppressed"] == {"email": True}
    engine.run(engine.push(engine.event("Ate", "anonymous_id:d")))
    engine.run(engine.rest())
    assert len(engine.post.left) == 1
