"""Names of events, heard by the Coordinator whichever door they come by, and kept over its lives."""

from engine.ports.bulk import Chunk, ImportAsked
from engine.ports.engine import Refusal, Verdict
from engine.runtime.rulebook.event_names import MOST
from tests.small_engine import SmallEngine
from tests.unit.runtime.conftest import Started

DAY = 86_400_000


def names(engine: SmallEngine) -> list[str]:
    return [one["event"] for one in engine.run(engine.coordinator.reports.event_names())]


def test_what_is_pushed_and_imported_is_heard_and_outlives_the_coordinator(
    started: Started,
) -> None:
    engine = started()
    engine.run(engine.push(engine.event("Ate", "user_id:1")))
    job = engine.coordinator.imports.open(ImportAsked("events", "a", "d", "r"), "shop").id
    engine.run(engine.coordinator.imports.put(Chunk(job, 1), [engine.event("Slept", "user_id:1")]))
    engine.run(engine.coordinator.push("test", [Refusal("bad", "bad")]))
    engine.run(engine.kill("coordinator"))
    engine.run(engine.up())
    assert names(engine) == ["Ate", "Slept"]


def test_a_name_made_of_an_erased_persons_address_goes_with_them(started: Started) -> None:
    engine = started()
    events = [engine.event(name, "email:ada@b.example") for name in ("Ate", "Saw ada@b.example")]
    engine.run(engine.push(*events))
    engine.run(engine.rest())
    told = engine.run(engine.coordinator.privacy.forget("email:ada@b.example", "ops"))
    assert (told["erased"]["event_name"], names(engine)) == (1, ["Ate"])
    engine.run(engine.push(*events))
    engine.run(engine.kill("coordinator"))
    engine.run(engine.up())
    assert names(engine) == ["Ate"]


def test_a_name_has_the_days_of_its_first_and_last_event(started: Started) -> None:
    engine = started()
    for _ in range(2):
        engine.run(engine.push(engine.event("Ate", "user_id:1")))
        engine.clock.advance(2 * DAY)
    [told] = engine.run(engine.coordinator.reports.event_names())
    assert told["first"] < told["last"]


def test_so_many_names_are_kept_and_no_more(started: Started) -> None:
    engine = started()
    made = [engine.event(f"n{number}", "user_id:1") for number in range(MOST + 5)]
    engine.coordinator.event_names.hear(made, [Verdict("accepted")] * len(made))
    assert len(names(engine)) == MOST
