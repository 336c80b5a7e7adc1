"""A scenario is started for everybody on a list or in a segment, once each, whatever comes between."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from engine.domain import fact
from engine.domain.conditions.contact_list import ContactList
from engine.errors import BadRequest, Unknown
from engine.ports.starts import StartAsked
from engine.runtime.desks import start_part
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

PEOPLE = [f"user_id:{number}" for number in range(12)]
HAND = build.scenario("s", {"event": "Never"}, build.wait("w", for_="1h"), reentry="never")
TWO = {"most": 4, "per": "day", "then": "wait"}
FAIR = StartAsked("s", "first", "ada", list="fair")


def joined(engine: SmallEngine, count: int = len(PEOPLE)) -> SmallEngine:
    events = [engine.event("Ate", key, properties={"n": 1}) for key in PEOPLE]
    engine.run(engine.push(*events))
    engine.run(engine.coordinator.lists.join("fair", PEOPLE[:count], "ada"))
    return engine


def begin(engine: SmallEngine, asked: StartAsked, parts: int = 1_000) -> Counter[str]:
    counts: Counter[str] = Counter()
    after = ""
    for _ in range(parts):
        found = engine.run(engine.coordinator.starts.some(asked, after))
        counts.update(found["counts"])
        after = found["next"]
        if not after:
            break
    engine.run(engine.rest())
    return counts


def entered(engine: SmallEngine) -> list[Any]:
    told = [one for row in engine.log() for one in fact.decode(row.facts)]
    return [one.detail for one in told if one.what == "run_entered"]


def lists() -> dict[str, Any]:
    return {"lists": (ContactList(list="fair"),)}


def test_everybody_on_the_list_begins_and_nobody_else(started: Started) -> None:
    engine = joined(started(HAND, **lists()), 7)
    assert begin(engine, msgspec.structs.replace(FAIR, mode="count")) == {"started": 7}
    assert entered(engine) == []
    assert begin(engine, FAIR) == {"started": 7}
    assert len(entered(engine)) == 7


def test_a_segment_begins_as_it_is_now(started: Started) -> None:
    eaters = build.segment("eaters", did="Ate", at_least=2)
    engine = joined(started(HAND, eaters, **lists()))
    engine.run(engine.push(*(engine.event("Ate", key) for key in PEOPLE[:3])))
    assert begin(engine, StartAsked("s", "x", "ada", segment="eaters")) == {"started": 3}


def test_begun_again_under_its_label_it_lets_nobody_in_twice(started: Started) -> None:
    always = msgspec.structs.replace(HAND, reentry="always")
    engine = joined(started(always, **lists()))
    begin(engine, FAIR)
    engine.clock.advance(2 * build.HOUR)
    engine.run(engine.rest())
    assert begin(engine, FAIR) == {"before": 12}
    assert begin(engine, msgspec.structs.replace(FAIR, label="second")) == {"started": 12}
    assert len(entered(engine)) == 24


def test_cut_off_in_the_middle_it_goes_on(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_part, "AT_ONCE", 2)
    monkeypatch.setattr("engine.runtime.desks.starts.LONGEST", 0.0)
    engine = joined(started(HAND, **lists()))
    first = begin(engine, FAIR, parts=2)
    engine.run(engine.kill("host-0"))
    engine.run(engine.kill("coordinator"))
    engine.run(engine.rest())
    second = begin(engine, FAIR)
    assert 0 < first["started"] < 12
    assert (second["before"], first["started"] + second["started"]) == (first["started"], 12)


def test_it_tells_why_it_lets_somebody_not_in(started: Started) -> None:
    young = msgspec.structs.replace(HAND, if_=build.condition(attribute="age", under=30))
    engine = joined(started(young, **lists()))
    for key, age in zip(PEOPLE, range(26, 38), strict=True):
        engine.run(engine.coordinator.act(key, "set", "age", age, "ada"))
    engine.run(engine.coordinator.act(PEOPLE[0], "start", "s", None, "ada"))
    assert begin(engine, FAIR) == {"inside": 1, "started": 3, "filter": 8}


def test_properties_are_the_runs_and_their_key(started: Started) -> None:
    keyed = msgspec.structs.replace(HAND, key="order_id")
    engine = joined(started(keyed, **lists()), 1)
    assert begin(engine, FAIR) == {"no_key": 1}
    begin(engine, msgspec.structs.replace(FAIR, properties=b'{"order_id": 7}'))
    [run] = [run for one in engine.contacts().values() for run in one.runs]
    assert (run.key, msgspec.json.decode(run.event)) == ("7", {"order_id": 7})


def test_a_cap_lets_them_in_one_day_after_the_other(started: Started) -> None:
    engine = joined(started(msgspec.structs.replace(HAND, cap=TWO), **lists()))
    tell = msgspec.structs.replace(FAIR, mode="tell")
    assert begin(engine, FAIR) == {"asked": 12}
    assert begin(engine, tell) == {"started": 4, "waiting": 8}
    engine.clock.advance(build.DAY)
    engine.run(engine.rest())
    assert begin(engine, tell) == {"started": 8, "waiting": 4}
    assert begin(engine, FAIR) == {"before": 12}


def test_whom_the_cap_turned_away_may_be_started_again_another_day(started: Started) -> None:
    engine = joined(started(msgspec.structs.replace(HAND, cap="4 a day"), **lists()))
    tell = msgspec.structs.replace(FAIR, mode="tell")
    begin(engine, FAIR)
    assert begin(engine, tell) == {"started": 4, "missed": 8}
    engine.clock.advance(build.DAY)
    assert begin(engine, FAIR) == {"before": 4, "asked": 8}
    assert begin(engine, tell) == {"started": 8, "missed": 4}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"scenario": "t"}, "no scenario is called 't'; there are s"),
        ({"list": "", "segment": "x"}, "no segment is called 'x'"),
        ({"list": "fairs"}, "fairs"),
        ({"segment": "x"}, "name a list or a segment"),
        ({"label": "a b"}, "a label is"),
    ],
)
def test_what_there_is_not_is_named(started: Started, wrong: dict[str, Any], text: str) -> None:
    engine = started(HAND, **lists())
    with pytest.raises((Unknown, BadRequest), match=text):
        begin(engine, msgspec.structs.replace(FAIR, **wrong))
