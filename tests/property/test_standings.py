"""The law of the rankings: what the hosts tell is what every contact's state says, whatever happened."""

from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.rulebooks.definitions import Definitions
from engine.domain.scores.score import decayed
from tests.jumping_loop import JumpingLoop
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build

DAY = 86_400_000
RULES = build.definitions(
    build.score("warm", {"event": "Ate", "points": 3}, half_life="7d"),
    build.score("sure", {"event": "Ate", "points": 1}, {"event": "Left", "points": -2}),
)
KEYS = [("user_id:1",), ("anonymous_id:a",), ("user_id:1", "anonymous_id:a"), ("user_id:2",)]
came = st.tuples(st.sampled_from(KEYS), st.sampled_from(["Ate", "Left"]), st.sampled_from([0, DAY]))


async def told_after(engine: SmallEngine, history: list[Any]) -> dict[str, Any]:
    """What the engine tells of its scores once everything has come to rest."""
    await engine.start()
    for number, (keys, name, pause) in enumerate(history):
        now = engine.clock.now()
        event = build.event(name, now, received=now, keys=keys, message_id=f"m{number}")
        print_ = engine.fingerprint(event.message_id)
        await engine.push(msgspec.structs.replace(event, fingerprint=print_))
        engine.clock.advance(pause)
    await engine.rest()
    scores = await engine.coordinator.reports.scores()
    return {one["score"]: one for one in scores}


def held(engine: SmallEngine, rules: Definitions) -> dict[str, dict[int, float]]:
    """Brute force: every contact's value now."""
    now = engine.clock.now()
    half_lives = {"warm": 7 * DAY, "sure": 0}
    return {
        one.score: {
            number: decayed(*contact.scores[one.score], now, half_lives[one.score])
            for number, contact in engine.contacts().items()
            if one.score in contact.scores
        }
        for one in rules.scores
    }


@settings(max_examples=40, deadline=None)
@given(st.lists(came, max_size=14), st.integers(0, 99))
def test_the_ranking_is_that_of_the_states_after_any_history(history: list[Any], seed: int) -> None:
    loop = JumpingLoop()
    try:
        engine = SmallEngine(loop, 2, RULES, Random(seed))
        told = loop.run_until_complete(told_after(engine, history))
        for score, values in held(engine, RULES).items():
            top = {one["contact"]: one["value"] for one in told[score]["top"]}
            assert told[score]["contacts"] == len(values)
            assert top.keys() == {number for number, value in values.items() if value > 0}
            assert all(abs(top[number] - values[number]) < 1e-6 for number in top)
        loop.run_until_complete(engine.stop())
    finally:
        loop.close()
