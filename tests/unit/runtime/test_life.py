"""Why a message, why not, and what a contact was: asked of a running engine's own log."""

import asyncio
from typing import Any

from engine.domain.definitions import encode
from engine.ports.life import LifePart
from engine.replay.explain import message_ids, why_not, why_sent
from engine.replay.life import Life
from engine.replay.portrait import portrait
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


def test_why_no_mail_tells_each_time_that_the_scenario_might_have_begun(started: Started) -> None:
    """mautic#6789: how can I find out why action events are not triggered?"""
    engine = started(HUNGRY, ONCE, MAIL)
    lived(engine, "Ate", "Ate")
    pass_minutes(engine, 3)
    lived(engine, "Ate")
    lived(engine, "Ate", live=False)
    told = why_not(life(engine, ADA), "s")
    assert [line["what"] for line in told] == [
        "entered", "not entered", "ended", "not entered", "not entered",
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
