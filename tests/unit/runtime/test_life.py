"""Why a message, why not, and what a contact was: asked of a running engine's own log."""

import asyncio
from typing import Any

from engine.domain.language.endpoint import Endpoint
from engine.domain.language.moment import Moment
from engine.domain.rulebooks.definitions import Definitions, encode, succeed
from engine.ports.life import LifePart
from engine.replay.explain import Told, message_ids, scenarios, why_not, why_sent
from engine.replay.life import Life
from engine.replay.portrait import portrait
from engine.runtime.sending.send_post import message_id
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

ADA, DEVICE = "user_id:1", "anonymous_id:d"
HUNGRY = build.segment("hungry", did="Ate", at_least=2)
MAIL = build.template(transactional=True)
ONCE = build.scenario(
    "s",
    {"event": "Ate"},
    build.wait("w", for_="2m"),
    build.send("mail"),
    reentry={"once_per": "7d"},
)


def life(engine: SmallEngine, key: str) -> Life:
    async def read() -> list[LifePart]:
        return [part async for part in engine.coordinator.lives.read(key)]

    return Life(engine.run(read()))


def lived(engine: SmallEngine, *names: str, key: str = ADA, **rest: Any) -> None:
    for name in names:
        engine.run(engine.push(engine.event(name, key, traits={"email": "a@b.c"}, **rest)))
    engine.run(engine.rest())


def pass_minutes(engine: SmallEngine, minutes: int) -> None:
    engine.run(asyncio.sleep(minutes * 60))
    engine.run(engine.rest())


def test_why_a_mail_names_the_event_the_way_and_what_became_of_it(started: Started) -> None:
    engine = started(HUNGRY, ONCE, MAIL)
    lived(engine, "Ate", properties={"dish": "soup"})
    pass_minutes(engine, 3)
    past = life(engine, ADA)
    [key] = message_ids(past)
    told = why_sent(past, key)
    assert told is not None
    assert told["entered"]["by"] == "identify Ate"
    assert told["entered"]["properties"] == {"dish": "soup"}
    assert [step["step"] for step in told["way"]] == ["w", "mail"]
    assert told["allowed"] == {"transactional": True}
    assert [one["what"] for one in told["then"]] == ["intended", "sent"]
    assert why_sent(past, "1.1/none/1") is None


def test_why_a_mail_names_the_version_that_its_run_came_to(started: Started) -> None:
    engine = started(ONCE, MAIL)
    lived(engine, "Ate")
    asked = build.branch("w", {"did": "Ate"}, then="mail")
    later = build.scenario("s", {"event": "Ate"}, asked, build.send("mail"), waiting="migrate")
    written = encode(build.definitions(later, MAIL))
    engine.run(engine.coordinator.rulebooks.apply(written, "ops"))
    engine.run(engine.rest())
    past = life(engine, ADA)
    told = why_sent(past, message_ids(past)[0])
    assert told is not None
    assert told["entered"]["version"] == 1
    assert [(step["what"], step["step"]) for step in told["way"]] == [
        ("step_in", "w"), ("run_migrated", "w"), ("step_in", "mail"),
    ]  # fmt: skip
    assert (told["way"][1]["from"], told["way"][1]["to"]) == (1, 2)


def test_why_not_tells_whom_a_version_is_not_for(started: Started) -> None:
    engine = started(build.scenario("s", {"event": "Ate"}, build.send("mail"), rollout="0%"), MAIL)
    lived(engine, "Ate")
    [line] = why_not(life(engine, ADA), "s")
    assert line["why"] == "version 1 is for 0% of contacts, not this one"


def test_why_no_mail_tells_each_time_that_the_scenario_might_have_begun(started: Started) -> None:
    """mautic#6789: how can I find out why action events are not triggered?"""
    engine = started(HUNGRY, ONCE, MAIL)
    lived(engine, "Ate", "Ate")
    pass_minutes(engine, 3)
    lived(engine, "Ate")
    lived(engine, "Ate", live=False)
    told = why_not(life(engine, ADA), "s")
    assert [line["what"] for line in told] == [
        "entered", "not entered", "decided: mail", "ended", "sent: mail", "not entered", "not entered",
    ]  # fmt: skip
    reasons = [line["why"] for line in told if line["what"] == "not entered"]
    assert "was under way, at step w" in reasons[0]
    assert reasons[1].startswith("once per 7d: last entered at ")
    assert reasons[2].startswith("it was imported")


def test_a_contact_is_shown_as_it_was_at_an_instant_before_a_merge_and_another_rulebook(
    started: Started,
) -> None:
    engine = started(HUNGRY, ONCE, MAIL)
    lived(engine, "Ate")
    engine.run(engine.push(engine.event("Ate", DEVICE)))
    engine.run(engine.rest())
    before = engine.clock.now()
    pass_minutes(engine, 1)
    engine.run(engine.coordinator.rulebooks.apply(encode(build.definitions(MAIL)), "ops"))
    engine.run(engine.push(engine.event("Ate", ADA, DEVICE)))
    engine.run(engine.rest())
    past = life(engine, ADA)
    now = portrait(past, engine.clock.now())
    then = portrait(past, before)
    assert now is not None
    assert then is not None
    assert (now["segments"], now["others"]) == ({}, [])
    assert then["keys"] == [ADA]
    assert [run["step"] for run in then["runs"]] == ["w"]
    assert [other["keys"] for other in then["others"]] == [[DEVICE]]
    assert then["rulebook"] == 1
    assert now["rulebook"] == 2
    assert portrait(past, 1) is None


def told_of(engine: SmallEngine, message: str, key: str = ADA) -> Told:
    found = why_sent(life(engine, key), message)
    assert found is not None
    return found


def publish(engine: SmallEngine, before: Definitions, *parts: Any) -> None:
    after = succeed(before, build.definitions(*parts))
    engine.run(engine.coordinator.rulebooks.apply(encode(after), "ops"))
    engine.run(engine.rest())


def test_a_mail_is_found_by_its_message_id(started: Started) -> None:
    engine = started(ONCE, MAIL)
    lived(engine, "Ate")
    pass_minutes(engine, 3)
    [key] = message_ids(life(engine, ADA))
    assert told_of(engine, message_id(key, "shop.example"))["message"] == key


def test_the_way_is_told_by_the_version_of_the_run_and_goes_on_after_a_merge(
    started: Started,
) -> None:
    def asking(over: int) -> Any:
        asks = build.branch("b", {"attribute": "size", "over": over}, then="mail", else_="out")
        steps = (build.wait("w", for_="2m"), asks, build.send("mail"), build.leave("out"))
        return build.scenario("s", {"event": "Began"}, *steps)

    first = (asking(5), MAIL)
    engine = started(*first)
    engine.run(engine.push(engine.event("Began", DEVICE)))
    publish(engine, succeed(None, build.definitions(*first)), asking(99), MAIL)
    lived(engine, "Ate")
    lived(engine, "Ate", key=DEVICE)
    engine.run(engine.push(engine.event("Ate", ADA, DEVICE, traits={"size": 7})))
    pass_minutes(engine, 3)
    [key] = message_ids(life(engine, ADA))
    way = told_of(engine, key)["way"]
    assert [one["what"] for one in way] == ["step_in", "run_taken", "step_in", "step_in"]
    [part] = way[2]["because"]
    assert (part["asks"], part["holds"]) == ("attribute size over 5", True)


def test_chance_and_what_stood_in_are_told_and_nothing_after_the_message(started: Started) -> None:
    arms = {"a": {"weight": 1, "then": "mail"}}
    text = {
        "channel": "sms",
        "template": "text",
        "fallback": {"channel": "email", "template": "hello"},
    }
    steps = (
        {"do": "split", "id": "test", "arms": arms},
        {"do": "send", "id": "mail", **text},
        build.wait("after", for_="1h"),
    )
    texts = build.template("text", channel="sms", transactional=True)
    engine = started(build.scenario("s", {"event": "Ate"}, *steps), MAIL, texts)
    lived(engine, "Ate")
    [key] = message_ids(life(engine, ADA))
    way = told_of(engine, key)["way"]
    assert [one["what"] for one in way] == ["step_in", "arm", "step_in", "fallback"]
    assert (way[1]["arm"], way[1]["of"]) == ("a", {"a": 1})
    assert way[3]["why"] == ["no_address", "email"]


def test_of_two_runs_that_one_message_moves_each_is_told_its_own_way(started: Started) -> None:
    changes = {"changes": "plan"}
    steps = (
        build.wait_for("early", **changes, timeout="1m", then="mail", else_="late"),
        build.wait_for("late", **changes, timeout="9h", then="text"),
        build.send("mail"),
        build.leave("end"),
        build.send("text"),
    )
    engine = started(build.scenario("s", {"event": "Ate"}, *steps, key="dish"), MAIL)
    for dish in ("soup", "cake"):
        lived(engine, "Ate", properties={"dish": dish})
        pass_minutes(engine, 0 if dish == "cake" else 2)
    engine.run(engine.push(engine.event("Paid", ADA, traits={"plan": "gold"})))
    ways = {
        key.split("/")[1]: [one["step"] for one in told_of(engine, key)["way"]]
        for key in message_ids(life(engine, ADA))
    }
    assert ways == {"text": ["early", "early", "late", "text"], "mail": ["early", "mail"]}


def test_of_two_runs_with_keys_the_way_is_that_of_the_one(started: Started) -> None:
    steps = (build.wait("w", for_="2m"), build.send("mail"))
    engine = started(build.scenario("s", {"event": "Ate"}, *steps, key="dish"), MAIL)
    lived(engine, "Ate", properties={"dish": "soup"})
    pass_minutes(engine, 1)
    lived(engine, "Ate", properties={"dish": "stew"})
    pass_minutes(engine, 3)
    soup, stew = message_ids(life(engine, ADA))
    for key, dish in ((soup, "soup"), (stew, "stew")):
        told = told_of(engine, key)
        assert told["entered"]["properties"] == {"dish": dish}
        assert [one["step"] for one in told["way"]] == ["w", "mail"]


def test_a_webhook_is_told_by_what_its_endpoint_hears_of(started: Started) -> None:
    crm = Endpoint(webhook="crm", url="https://crm.example/", on=(Moment(event="Ate"),))
    engine = started(HUNGRY, webhooks=(crm,))
    lived(engine, "Ate")
    [key] = message_ids(life(engine, ADA))
    told = told_of(engine, key)
    assert (told["caused"]["webhook"], told["caused"]["by"]) == ("crm", "identify Ate")
    assert told["way"] == []


def test_scenarios_that_are_gone_are_known_as_long_as_rows_tell_of_them(started: Started) -> None:
    engine = started(ONCE, MAIL)
    lived(engine, "Ate")
    publish(engine, succeed(None, build.definitions(ONCE, MAIL)), MAIL)
    assert scenarios(life(engine, ADA)) == ["s"]
