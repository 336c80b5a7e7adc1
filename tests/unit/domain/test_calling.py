"""The step ``webhook``: what an endpoint is told, and how a run goes on with its answer."""

from typing import Any

import msgspec

from engine.domain.language.action import Webhook
from engine.domain.language.endpoint import Endpoint
from engine.domain.message import Receipt
from tests.unit.domain import builders as build

CRM = Endpoint(webhook="crm", url="https://crm.example/")


def calling(**rest: Any) -> build.Life:
    call = {"do": "webhook", "id": "ask", "webhook": "crm", **rest}
    graded = {"do": "branch", "id": "graded", "when": [{"answer": {"grade": "A"}, "then": "good"}]}
    scenario = build.scenario(
        "lead",
        {"event": "Asked"},
        call,
        graded | {"else": "poor"},
        build.put("good", "lead", "good"),
        build.leave("end"),
        build.put("poor", "lead", "poor"),
        build.leave("end_too"),
        build.put("lost", "lead", "lost"),
    )
    one = build.life(scenario, webhooks=(CRM,))
    one.tells(plan={"name": "gold"})
    one.does("Asked", properties={"cart": 7})
    return one


def answers(one: build.Life, outcome: Any, answer: bytes = b"") -> Any:
    [send] = one.sends
    one.take(Receipt(send.key, outcome, send.scenario, send.channel, answer=answer))
    return one.contact.attributes.get("lead")


def test_the_endpoint_is_told_the_contact_and_what_the_run_began_with() -> None:
    one = calling(body={"plan": "contact.plan.name", "cart": "event.cart", "none": "event.x"})
    [send] = one.sends
    assert (send.channel, send.scenario) == ("webhook/crm", "lead/ask")
    assert send.variables["type"] == "scenario.step"
    assert send.variables["data"] == {
        "contact": one.contact.id,
        "keys": ["user_id:1"],
        "scenario": "lead",
        "step": "ask",
        "run": f"{one.contact.id}.1",
        "properties": {"cart": 7},
        "plan": "gold",
        "cart": 7,
        "none": None,
    }


def test_a_run_that_does_not_wait_goes_on_at_once() -> None:
    assert calling().contact.attributes["lead"] == "poor"


def test_a_run_that_waits_goes_on_with_the_answer() -> None:
    one = calling(wait=True)
    assert one.passes("9d").standing == ["lead/ask"]
    assert answers(one, "deferred") is None
    assert answers(one, "sent", b'{"grade": "A"}') == "good"


def test_a_receiver_that_tells_nothing_has_answered() -> None:
    one = calling(wait="1h", **{"else": "lost"})
    assert answers(one, "sent") == "poor"
    assert one.contact.timers == {}


def test_a_call_that_is_given_up_leads_elsewhere() -> None:
    assert answers(calling(wait=True, **{"else": "lost"}), "failed") == "lost"


def test_an_answer_after_its_time_changes_nothing() -> None:
    one = calling(wait="1h", **{"else": "lost"}).passes("1h")
    assert one.contact.attributes["lead"] == "lost"
    assert answers(one, "sent", b'{"grade": "A"}') == "lost"


def test_an_answer_to_a_paused_scenario_is_kept_until_it_goes_on() -> None:
    one = calling(wait=True)
    book = one.book
    paused = msgspec.structs.replace(book.definitions, paused=("lead",))
    one.under(build.Rulebook(2, paused))
    assert answers(one, "sent", b'{"grade": "A"}') is None
    one.passes("10m").under(build.Rulebook(3, book.definitions)).misses("1m")
    assert one.contact.attributes["lead"] == "good"


def test_an_endpoint_that_is_gone_is_a_fact() -> None:
    step = Webhook(id="ask", webhook="gone", wait=True)
    scenario = build.scenario("lead", {"event": "Asked"}, msgspec.to_builtins(step))
    one = build.life(scenario)
    one.does("Asked")
    facts = [(fact.what, fact.detail) for fact in one.facts if fact.subject == "lead/ask"]
    assert ("skipped", "no_endpoint") in facts
    assert one.sends == []
