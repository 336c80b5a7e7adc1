"""Why and why not, for contacts that were one with others for a while."""

import asyncio
from typing import Any

from engine.cli.explain import _sentences, _unknown
from engine.domain.effect import contact_of
from engine.replay.explain import message_ids, why_not, why_sent
from engine.replay.joining import unions
from engine.replay.portrait import portrait
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_life import life

ADA, BOB = "user_id:1", "user_id:2"
HUNGRY = build.segment("hungry", did="Ate", at_least=2)
PARTS = (
    HUNGRY,
    build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h"), build.send("mail")),
    build.scenario("fed", {"enters": "hungry"}, build.send("feed")),
    build.template(transactional=True),
)


def people(engine: SmallEngine, *eaters: str) -> None:
    for key in (ADA, BOB):
        name = "Ate" if key in eaters else "Came"
        engine.run(engine.push(engine.event(name, key, traits={"email": f"{key[-1]}@b.c"})))
    engine.run(engine.rest())


def does(engine: SmallEngine, act: str, *keys: str) -> None:
    engine.run(getattr(engine.coordinator.identities, act)(*keys, "ops"))
    engine.run(engine.rest())


def hour(engine: SmallEngine) -> None:
    engine.clock.advance(3_600_000)
    engine.run(asyncio.sleep(1))
    engine.run(engine.rest())


def told(engine: SmallEngine, key: str, scenario: str) -> list[tuple[str, str]]:
    return [(line["what"], line["why"]) for line in why_not(life(engine, key), scenario)]


def test_a_mail_of_a_run_that_was_another_contacts_says_where_it_came_from(
    started: Started,
) -> None:
    engine = started(*PARTS)
    people(engine, BOB)
    does(engine, "merge", ADA, BOB)
    hour(engine)
    does(engine, "unmerge", ADA, "")
    past = life(engine, ADA)
    [key] = message_ids(past)
    found: Any = why_sent(past, key)
    assert found["entered"]["origin"] == contact_of(key)
    assert [one["what"] for one in found["way"]] == ["run_taken", "step_in"]
    lines = "\n".join(_sentences(found))
    assert f"because contact {contact_of(key)} had entered s" in lines
    assert f"contact {contact_of(key)} became a part of this one" in lines


def test_where_a_run_went_is_told_on_both_sides(started: Started) -> None:
    engine = started(*PARTS)
    people(engine, BOB)
    does(engine, "merge", ADA, BOB)
    does(engine, "unmerge", ADA, "")
    ada, bob = (engine.coordinator.reports.contact(key, 0) for key in (ADA, BOB))
    first, second = (engine.run(one)["id"] for one in (ada, bob))  # type: ignore[index]
    assert told(engine, ADA, "s") == [
        ("goes on here", f"contact {second} became a part of this one"),
        ("goes on elsewhere", f"contact {second} was parted from this one"),
    ]
    assert told(engine, BOB, "s")[1:] == [
        ("goes on elsewhere", f"this one became a part of contact {first}"),
        ("goes on here", f"this one was parted from contact {first}"),
    ]


def test_what_a_merge_brings_triggers_nothing_and_is_said_to(started: Started) -> None:
    engine = started(*PARTS)
    people(engine, ADA, BOB)
    does(engine, "merge", ADA, BOB)
    [(what, why)] = told(engine, ADA, "fed")
    assert what == "not entered"
    assert why.endswith("became a part of this one: what that brings triggers nothing")


def test_what_another_rulebook_finds_triggers_nothing_and_is_said_to(started: Started) -> None:
    engine = started(*PARTS[1:2], PARTS[3], HUNGRY)
    people(engine, ADA)
    engine.run(engine.push(engine.event("Ate", ADA)))
    again = build.segment("eater", did="Ate", at_least=2)
    fed = build.scenario("fed", {"enters": "eater"}, build.send("feed"))
    document = build.definitions(*PARTS[1:2], PARTS[3], HUNGRY, again, fed)
    engine.run(engine.coordinator.rulebooks.apply(build.document.encode(document), "ops"))
    engine.run(engine.push(engine.event("Came", ADA)))
    engine.run(engine.rest())
    [(what, why)] = told(engine, ADA, "fed")
    assert (what, why.split(":")[1]) == ("not entered", " that triggers nothing")


def test_who_was_a_part_of_another_is_asked_for_there(started: Started) -> None:
    engine = started(*PARTS)
    people(engine, BOB)
    does(engine, "merge", ADA, BOB)
    between = engine.clock.now()
    engine.clock.advance(1_000)
    does(engine, "unmerge", ADA, "")
    past = life(engine, BOB)
    [survivor] = unions(past)
    assert portrait(past, between) is None
    assert f"part of contact {survivor}: ask for that one too" in _unknown(past, between)


def test_a_refused_mail_tells_the_consent_that_stood_and_a_suppressed_one_that_it_failed(
    started: Started,
) -> None:
    mail = build.scenario("s", {"event": "Ate"}, build.send("mail"))
    engine = started(mail, build.template())
    said = {"channel": "email", "status": "withdrawn"}
    for name, rest in (
        ("Ate", {"traits": {"email": "a@b.c"}}),
        ("Consent Changed", {"properties": said | {"status": "granted"}}),
        ("Ate", {}),
        ("Consent Changed", {"properties": said}),
        ("Ate", {}),
    ):
        engine.run(engine.push(engine.event(name, ADA, **rest)))
        engine.run(engine.rest())
    lines = [line for line in told(engine, ADA, "s") if ": mail" in line[0]]
    assert [what for what, _ in lines] == [
        "not sent: mail", "decided: mail", "sent: mail", "not sent: mail",
    ]  # fmt: skip
    assert lines[0][1] == "no consent to email: nothing was ever said on it"
    assert lines[3][1].startswith("no consent to email: email withdrawn since 20")
