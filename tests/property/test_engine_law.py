"""A whole engine with scenarios that people get into: it adds up, and writes to nobody without consent."""

import asyncio
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.effect import Send, contact_of
from engine.domain.profile.consent import allows
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.errors import BadRequest, Unknown
from engine.replay.fold import Lived
from engine.runtime.sending.send_letter import RESEND_AFTER
from tests.jumping_loop import JumpingLoop
from tests.property.strategies import LONGEST
from tests.property.test_replay import check_past, past_of
from tests.property.two import (
    KEYS,
    Acted,
    Deed,
    Did,
    Edited,
    Joined,
    Paused,
    Said,
    Told,
    careers,
    histories,
)
from tests.small_engine import SmallEngine

HOSTS = 2


async def live(
    engine: SmallEngine, career: list[Definitions], history: list[tuple[int, Deed]]
) -> None:
    left = career[1:]
    await engine.start()
    engine.post.ends = ("sent", "sent", "deferred", "failed")
    for one, key in KEYS.items():
        traits = {"email": f"{one}@b.example", "phone": "+33612345678", "consent_email": True}
        await engine.push(engine.event("Came", key, traits=traits))
    for gap, deed in history:
        engine.clock.advance(gap)
        await asyncio.sleep(0.002)
        if isinstance(deed, Edited) and left:
            await engine.coordinator.rulebooks.apply(encode(left.pop(0)), "ops")
        try:
            await does(engine, deed)
        except (Unknown, BadRequest):
            continue
    await pauses(engine, ())
    engine.clock.advance(3 * LONGEST)
    await engine.rest()
    engine.clock.advance(RESEND_AFTER)
    await engine.rest()


async def does(engine: SmallEngine, deed: Deed) -> None:
    match deed:
        case Did(who, name, n, late, alive):
            told = engine.event(name, KEYS[who], ago=late, properties={"n": n}, live=alive)
            await engine.push(told)
        case Told(who, traits):
            await engine.push(engine.event("Told", KEYS[who], traits=traits))
        case Said(who, channel, topic, status, late):
            said = {"channel": channel, "topic": topic, "status": status}
            told = engine.event("Consent Changed", KEYS[who], ago=late, properties=said)
            await engine.push(told)
        case Acted(who, act, subject):
            await engine.coordinator.act(KEYS[who], act, subject, None, "ops")
        case Edited(paused) | Paused(paused):
            await pauses(engine, paused)
        case Joined():
            await joins(engine)
        case _:
            pass


async def pauses(engine: SmallEngine, paused: tuple[str, ...]) -> None:
    desk = engine.coordinator.rulebooks
    for name in ("scenario0", "scenario1", "scenario2"):
        await desk.pause("scenario", name, paused=name in paused, by="ops")


async def joins(engine: SmallEngine) -> None:
    desk, keys = engine.coordinator.identities, [*KEYS.values()]
    ada, bob = [await engine.coordinator.reports.contact(key, 0) for key in keys]
    assert ada is not None
    if ada == bob:
        await desk.unmerge(keys[0], "", "ops")
    else:
        await desk.merge(*keys, "ops")


@settings(max_examples=8, deadline=None)
@given(careers(), histories, st.integers(0, 999))
def test_what_a_whole_engine_makes_of_scenarios_adds_up_and_is_its_own_replay(
    career: list[Definitions], history: list[tuple[int, Deed]], seed: int
) -> None:
    engine = SmallEngine(JumpingLoop(), HOSTS, career[0], Random(seed))
    engine.checked = lambda _definitions: []  # what nobody would write must add up too
    try:
        engine.run(live(engine, career, history))
        assert engine.run(engine.fsck()) == []
        check_past(engine)
        check_handed_over(engine, apart=Joined() not in [deed for _, deed in history])
    finally:
        engine.close()


def check_handed_over(engine: SmallEngine, *, apart: bool) -> None:
    """Marketing left only with consent at that very instant, however long it had waited."""
    past = past_of(engine, engine.rulebooks())
    sends = {one.key: one for row in past for one in row.outcome.effects if isinstance(one, Send)}
    for key, at in engine.post.offered:
        send = sends[key]
        if send.marketing:
            whose = [one for one in past if not apart or one.row.contact == contact_of(key)]
            assert any(allows(c.consents, send.channel, send.topic) for c in then(whose, at))


def then(past: list[Lived], at: int) -> list[Contact]:
    """As they may have been at an instant (ms): after the last row before it, or one of that instant."""
    before = {one.row.contact: one.outcome.contact for one in past if one.row.now < at}
    return [*before.values(), *(one.outcome.contact for one in past if one.row.now == at)]
