"""The step ``webhook``: what an endpoint is told, and how a run goes on with its answer."""

from typing import Any

import msgspec

from engine.domain.language.action import Webhook
from engine.domain.language.endpoint import Endpoint
from engine.domain.message import Receipt
from engine.domain.rulebooks.definitions import Definitions, succeed
from tests.unit.domain import builders as build

CRM = Endpoint(webhook="crm", url="https://crm.example/")


WHEN: dict[str, Any] = {"when": [{"answer": {"grade": "A"}, "then": "good"}], "else": "poor"}


def calling(graded: dict[str, Any] | None = None, **rest: Any) -> build.Life:
    call = {"do": "webhook", "id": "ask", "webhook": "crm", **rest}
    scenario = build.scenario(
        "lead",
        {"event": "Asked"},
        call,
        graded or {"do": "branch", "id": "graded", **WHEN},
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


def test_a_branch_asks_of_the_answer_without_a_list_of_ways() -> None:
    graded = {"do": "branch", "id": "graded", "answer": {"grade": "A"}, "then": "good"}
    one = calling(graded | {"else": "poor"}, wait=True)
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


ASK = {"do": "webhook", "id": "ask", "webhook": "crm", "wait": True, "else": "lost"}
FOUND, LOST = build.put("found", "lead", "found"), build.put("lost", "lead", "lost")


class Edited:
    """A run that waits for the answer of its call, while the scenario is published again."""

    def __init__(self) -> None:
        self.version = 1
        self.published = succeed(None, self._written(ASK, FOUND, build.leave("end"), LOST))
        self.ada = build.Life(build.Rulebook(1, self.published))
        self.ada.does("Asked")

    def to(self, *steps: Any, paused: bool = False, **rest: Any) -> build.Life:
        self.version += 1
        written = self._written(*steps, waiting="migrate", **rest)
        self.published = succeed(self.published, written)
        paused_ = msgspec.structs.replace(self.published, paused=("lead",) if paused else ())
        return self.ada.under(build.Rulebook(self.version, paused_)).misses("1m")

    def _written(self, *steps: Any, **rest: Any) -> Definitions:
        lead = build.scenario("lead", {"event": "Asked"}, *steps, version=0, **rest)
        return build.definitions(lead, webhooks=(CRM,))


def test_a_run_that_migrates_while_it_waits_for_an_answer_keeps_its_call() -> None:
    one = Edited()
    one.to(ASK, build.put("found", "lead", "new"), build.leave("end"), LOST)
    assert answers(one.ada, "sent") == "new"


def test_a_call_whose_step_has_another_name_now_is_answered_there() -> None:
    one = Edited()
    one.to(ASK | {"id": "call"}, FOUND, build.leave("end"), LOST, moves={"ask": "call"})
    assert one.ada.standing == ["lead/call"]
    assert answers(one.ada, "sent") == "found"


def test_a_call_that_waits_so_long_in_a_later_version_is_timed_from_when_it_was_made() -> None:
    one = Edited()
    one.to(ASK | {"wait": "1h"}, FOUND, build.leave("end"), LOST)
    assert one.ada.contact.due == build.NOON + build.HOUR
    assert one.ada.passes("1h").contact.attributes["lead"] == "lost"
    assert len(one.ada.sends) == 1


def test_a_run_whose_call_is_no_longer_waited_for_goes_on_at_once() -> None:
    one = Edited()
    one.to(ASK | {"wait": False}, FOUND, build.leave("end"), LOST)
    assert (one.ada.contact.attributes["lead"], len(one.ada.sends)) == ("found", 1)


def test_an_answer_that_came_in_a_pause_counts_in_the_version_after_it() -> None:
    one = Edited()
    steps = (ASK, build.put("found", "lead", "new"), build.leave("end"), LOST)
    one.to(*steps, paused=True)
    assert answers(one.ada, "sent") is None
    assert one.to(*steps).contact.attributes["lead"] == "new"


def test_a_call_whose_step_is_gone_is_waited_for_no_more() -> None:
    one = Edited()
    one.to(build.wait("pause", for_="1h"), FOUND, moves={"ask": "pause"})
    assert answers(one.ada, "sent") is None
    assert one.ada.passes("1h").contact.attributes["lead"] == "found"


def test_an_endpoint_that_is_gone_is_a_fact() -> None:
    step = Webhook(id="ask", webhook="gone", wait=True)
    scenario = build.scenario("lead", {"event": "Asked"}, msgspec.to_builtins(step))
    one = build.life(scenario)
    one.does("Asked")
    facts = [(fact.what, fact.detail) for fact in one.facts if fact.subject == "lead/ask"]
    assert ("skipped", "no_endpoint") in facts
    assert one.sends == []


CIRCLE = (
    build.segment("lit", attribute="x", is_=1),
    build.scenario("dark", {"enters": "lit"}, build.put("off", "x", 0)),
    build.scenario("light", {"leaves": "lit"}, build.put("on", "x", 1)),
)
ASKING = build.scenario(
    "lead",
    {"event": "Asked"},
    {"do": "webhook", "id": "ask", "webhook": "crm", "wait": True},
    build.put("good", "lead", "good"),
)


def test_an_answer_to_a_parked_contact_is_kept_until_it_goes_on() -> None:
    one = build.life(*CIRCLE, ASKING, webhooks=(CRM,))
    one.does("Asked")
    one.tells(x=1)
    assert one.contact.trouble
    assert answers(one, "sent") is None
    one.under(build.rulebook(CIRCLE[0], ASKING, version=2, webhooks=(CRM,)))
    one.passes("1h")
    assert one.contact.attributes["lead"] == "good"
    assert one.contact.runs == []


def test_an_answer_that_leads_into_a_walk_without_end_parks_the_contact() -> None:
    """Taken and kept as any message; it is not put aside as one that breaks the engine."""
    turning = build.branch("turn", {"did": "Asked"}, then="turn")
    call = {"do": "webhook", "id": "ask", "webhook": "crm", "wait": True}
    one = build.life(build.scenario("lead", {"event": "Asked"}, call, turning), webhooks=(CRM,))
    one.does("Asked")
    answers(one, "sent")
    assert one.contact.trouble.endswith(": lead")
    assert one.standing == ["lead/ask"]
