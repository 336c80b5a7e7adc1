"""Publishing: versions count on, what changed is retired, what runs still need stays."""

from typing import Any

from engine.domain.rulebooks import definitions as document
from engine.domain.rulebooks.definitions import Definitions, succeed
from tests.unit.domain.builders import definitions, scenario, send, template, wait


def s(length: str = "1h", name: str = "s") -> Any:
    return scenario(name, {"event": "Ate"}, wait("pause", for_=length), version=0)


def published(*written: Any) -> Definitions:
    """These documents, one after the other; each is a scenario or a tuple of parts."""
    last: Definitions | None = None
    for one in written:
        parts = one if isinstance(one, tuple) else (one,)
        last = succeed(last, definitions(*parts))
    assert last is not None
    return last


def versions(one: Definitions) -> tuple[list[Any], list[Any]]:
    def named(scenarios: Any) -> list[Any]:
        return [(each.scenario, each.version) for each in scenarios]

    return named(one.scenarios), named(one.retired)


def test_the_first_version_is_one() -> None:
    assert versions(published(s())) == ([("s", 1)], [])


def test_an_unchanged_scenario_keeps_its_version() -> None:
    assert versions(published(s(), s(), s())) == ([("s", 1)], [])


def test_a_changed_scenario_counts_on_and_the_one_before_is_retired() -> None:
    after = published(s("1h"), s("2h"), s("3h"))
    assert versions(after) == ([("s", 3)], [("s", 1), ("s", 2)])


def test_a_scenario_changed_back_is_a_new_version() -> None:
    assert versions(published(s("1h"), s("2h"), s("1h"))) == ([("s", 3)], [("s", 1), ("s", 2)])


def test_a_scenario_that_is_gone_is_retired_and_its_number_is_not_used_again() -> None:
    gone = published(s(), ())
    assert versions(gone) == ([], [("s", 1)])
    assert versions(succeed(gone, definitions(s()))) == ([("s", 2)], [("s", 1)])


def test_scenarios_count_each_for_itself() -> None:
    after = published((s(), s(name="t")), (s("2h"), s(name="t")))
    assert versions(after) == ([("s", 2), ("t", 1)], [("s", 1)])


def test_a_template_that_only_a_retired_scenario_names_stays() -> None:
    sends = scenario("s", {"event": "Ate"}, send("mail", "old"), version=0)
    after = published((sends, template("old"), template("unused")), (s(), template("new")), s())
    assert [one.template for one in after.templates] == ["hello", "old"]


def test_a_template_that_is_written_again_is_taken_as_written() -> None:
    sends = scenario("s", {"event": "Ate"}, send("mail", "old"), version=0)
    newer = template("old", transactional=True)
    after = published((sends, template("old")), (s(), newer))
    assert after.templates == (newer,)


def test_what_was_paused_stays_paused() -> None:
    paused = definitions(s(), paused=("s",))
    assert succeed(paused, definitions(s("2h"))).paused == ("s",)


def test_a_published_document_is_read_back_as_it_was() -> None:
    after = published((s("1h"), template("old")), s("2h"))
    assert document.decode(document.encode(after)) == after
