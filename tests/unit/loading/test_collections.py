"""Collections as an operator writes them: beside the built-in ones, and what is wrong with them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.duration import MINUTE
from engine.domain.profile.collection import BUILT_IN
from engine.loading.definitions import load

Write = Callable[..., Path]
Problems = Callable[..., list[str]]


def written(rest: str) -> dict[str, str]:
    return {"collections.yaml": f"collections:\n  - {{{rest}}}\n"}


def test_a_workspace_without_the_file_has_the_built_in_collections(write: Write) -> None:
    assert load(write()).collections == BUILT_IN


def test_a_collection_of_a_built_in_name_takes_its_place(write: Write) -> None:
    files = written("collection: cart, keep: 5, adds: [Product Added]")
    files["collections.yaml"] += "  - {collection: courses, key: [course_id], adds: [Enrolled]}\n"
    found = {one.collection: one for one in load(write(files)).collections}
    assert list(found) == ["cart", "wishlist", "viewed", "orders", "courses"]
    assert (found["cart"].keep, found["cart"].clears) == (5, ())


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        (
            "collection: event, adds: [A]",
            "collections[0].collection: event has a meaning of its own",
        ),
        ("collection: c, adds: [A], keep: 0", "collections[0].keep: 0 is not from 1 to 200"),
        ("collection: c, adds: [A], key: []", "collections[0].key: needs at least one property"),
        ("collection: c, adds: [A], clears: [A]", "collections[0]: A stands under 2 verbs"),
        ("collection: c, clears: [A]", "collections[0]: is never filled"),
        ("collection: c, adds: [' A']", "collections[0].adds[0]: ' A' is no event name"),
        ("collection: c, add: [A]", "collections[0].add: "),
    ],
)
def test_a_collection_that_cannot_work_is_told(problems: Problems, rest: str, problem: str) -> None:
    [found] = problems(written(rest))
    assert found.startswith(f"collections.yaml:2: {problem}")


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("{collection: crat, at_least: 1}", "there is no collection crat; did you mean cart?"),
        ("{not: {collection: crat, is: 0}}", "condition.not.collection: there is no collection"),
        ("{collection: cart}", "needs an operator: is, is_not, in, over"),
        ("{collection: cart, starts_with: a}", "does not go with collection"),
        ("{collection: cart, of: price, over: 1}", "'price' is not allowed"),
        ("{attribute: plan, is: gold, of: total}", "does not go with attribute"),
    ],
)
def test_a_condition_on_a_collection_is_checked(
    problems: Problems, condition: str, problem: str
) -> None:
    [found] = problems({"segments/a.yaml": f"segment: a\ncondition: {condition}\n"})
    assert problem in found


def test_a_branch_asks_for_a_collection_that_is_there(step_problems: Problems) -> None:
    [found] = step_problems(
        "{do: branch, id: b, if: {collection: basket, at_least: 1}}", "{do: exit, id: e}"
    )
    assert "scenarios/hello.yaml:4: steps[0].if.collection: there is no collection basket" in found


def test_the_gap_between_visits_is_a_setting(write: Write, problems: Problems) -> None:
    assert load(write({"engine.toml": '[workspace]\nvisit_gap = "10m"\n'})).visit_gap == 10 * MINUTE
    [found] = problems({"engine.toml": '[workspace]\nvisit_gap = "soon"\n'})
    assert "workspace.visit_gap: 'soon' is no duration" in found
