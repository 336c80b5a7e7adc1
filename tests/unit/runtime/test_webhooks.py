"""Webhooks through Coordinator and hosts: in order for each contact, given up, tried again."""

import asyncio
from typing import Any

import pytest

from engine.domain.language.endpoint import Endpoint, line_of
from engine.domain.language.moment import Moment
from engine.errors import Unknown
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

CRM = Endpoint(webhook="crm", url="https://crm.example/", on=(Moment(event="Ate"),))
ERP = Endpoint(webhook="erp", url="https://erp.example/", on=(Moment(event="Ate"),))


def shop(started: Started, *endpoints: Endpoint) -> SmallEngine:
    return started(build.segment("s", did="Ate"), webhooks=endpoints or (CRM,))


def eats(engine: SmallEngine, key: str = "user_id:1", times: int = 1) -> None:
    for number in range(times):
        event = engine.event("Ate", key, properties={"n": number})
        engine.run(engine.push(event))


def dead(engine: SmallEngine) -> list[dict[str, Any]]:
    return engine.run(engine.coordinator.webhooks.dead())


def endpoint(engine: SmallEngine) -> dict[str, Any]:
    (told,) = engine.run(engine.coordinator.webhooks.endpoints())
    return dict(told)


def test_a_later_webhook_of_a_contact_waits_for_those_before_it(started: Started) -> None:
    engine = shop(started)
    engine.post.ends = ("deferred",)
    eats(engine, times=4)
    engine.run(asyncio.sleep(0.3))
    assert len({key for _, key in engine.post.known}) == 1
    engine.post.ends = ("sent",)
    engine.run(engine.rest())
    numbers = [line_of(key)[1] for key in engine.post.left]
    assert len(numbers) == 4
    assert numbers == sorted(numbers)
    assert (endpoint(engine)["sent"], endpoint(engine)["waiting"]) == (4, 0)


def test_other_contacts_and_other_endpoints_do_not_wait(started: Started) -> None:
    engine = shop(started, CRM, ERP)
    engine.post.ends = ("deferred",)
    for number in range(3):
        eats(engine, f"user_id:{number}", times=2)
    engine.run(asyncio.sleep(0.3))
    assert len({key for _, key in engine.post.known}) == 6


def test_what_is_given_up_is_kept_lets_others_go_on_and_may_be_tried_again(
    started: Started,
) -> None:
    """mautic PR #6751: webhooks were lost in silence; mautic PR #11424: a queue of 15 million."""
    engine = shop(started)
    engine.post.ends = ("failed",)
    eats(engine, times=2)
    engine.run(engine.rest())
    assert [one["webhook"] for one in dead(engine)] == ["crm", "crm"]
    assert (endpoint(engine)["dead"], endpoint(engine)["waiting"]) == (2, 0)
    findings = engine.run(engine.fsck())
    assert findings == []
    engine.post.ends = ("sent",)
    assert engine.run(engine.coordinator.webhooks.replay(dead(engine)[0]["key"], "ops")) == 1
    engine.run(engine.rest())
    assert (len(dead(engine)), endpoint(engine)["sent"]) == (1, 1)
    assert engine.run(engine.coordinator.webhooks.replay("crm", "ops")) == 1
    engine.run(engine.rest())
    assert (dead(engine), endpoint(engine)["sent"]) == ([], 2)
    with pytest.raises(Unknown, match="no dead webhooks"):
        engine.run(engine.coordinator.webhooks.replay("", "ops"))


def test_dead_letters_outlive_their_host(started: Started) -> None:
    engine = shop(started)
    engine.post.ends = ("failed",)
    eats(engine)
    engine.run(engine.rest())
    for host in ("host-0", "host-1"):
        engine.run(engine.kill(host))
    engine.run(engine.up())
    assert len(dead(engine)) == 1


def test_a_webhook_of_unknown_fate_is_sent_again(started: Started) -> None:
    engine = shop(started)
    engine.post.ends = ("unknown",)
    eats(engine)
    engine.run(asyncio.sleep(0.2))
    engine.post.ends = ("sent",)
    engine.clock.advance(10_000)
    engine.run(engine.rest())
    assert endpoint(engine)["sent"] == 1


def test_an_endpoint_is_a_channel_that_can_be_paused(started: Started) -> None:
    engine = shop(started)
    pause = engine.coordinator.rulebooks.pause
    engine.run(pause("channel", "webhook/crm", paused=True, by="ops"))
    assert engine.coordinator.control.paused() == {("channel", "webhook/crm")}
    with pytest.raises(Unknown, match="there are email, sms, webhook/crm"):
        engine.run(pause("channel", "webhook/erp", paused=True, by="ops"))
