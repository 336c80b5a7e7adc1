"""What scores keep of a contact: of one without a name too, exported, erased, told to companies, rebuilt."""

from typing import Any

import msgspec
import pytest

from engine.domain.duration import DAY
from engine.domain.rulebooks.definitions import encode
from engine.domain.scores.company_score import CompanyScore
from engine.domain.scores.matrix import Matrix
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

DEVICE, ADA, BOB = "anonymous_id:device-0001", "user_id:ada-0001", "user_id:bob-0001"
INTEREST = build.score(
    "interest",
    {"id": "page", "event": "Page", "points": 5, "cap": 10},
    {"id": "read", "if": {"did": "Paper", "within": "2d"}, "points": 4},
    linear={"points": 1, "every": "1d"},
)
FIT = build.score("fit", {"attribute": "role", "is": "chef", "points": 7})
MATRIX = msgspec.convert(
    {
        "letter": {"score": "interest", "grades": {"A": 8}},
        "digit": {"score": "fit", "grades": {"1": 7}},
    },
    Matrix,
)
HOT = build.segment("hot", grade=["A2"])
ACME = CompanyScore(score="worth", of="interest", by="sum")
PARTS = (INTEREST, FIT)
GRADED = (*PARTS, HOT)


async def reads(engine: SmallEngine, *keys: str, times: int = 3) -> None:
    for _ in range(times):
        await engine.push(engine.event("Page", *keys))
    await engine.push(engine.event("Paper", *keys))
    await engine.rest()


def told(engine: SmallEngine, key: str) -> dict[str, Any]:
    found = engine.run(engine.coordinator.reports.contact(key, 0))
    assert found is not None
    return found


def test_a_contact_without_a_name_is_scored_graded_ranked_and_explained(started: Started) -> None:
    engine = started(*GRADED, matrix=MATRIX)
    engine.run(reads(engine, DEVICE))
    found = told(engine, DEVICE)
    assert (found["known"], found["grade"], [*found["segments"]]) == (False, "A2", ["hot"])
    assert found["scores"]["interest"][0] == 14
    reports = engine.coordinator.reports
    ranked = {one["score"]: one["top"] for one in engine.run(reports.scores())}
    assert [one["key"] for one in ranked["interest"]] == [DEVICE]
    cards = {one["score"]: one for one in engine.run(reports.scorecard(DEVICE)) or ()}
    assert cards["interest"]["grade"] == "A2"
    assert sum(one["points"] for one in cards["interest"]["lines"]) == cards["interest"]["value"]
    cells = {one["grade"]: one["contacts"] for one in engine.run(reports.matrix())["cells"]}
    assert cells == {"A1": 0, "A2": 1, "B1": 0, "B2": 0}


def test_a_grade_is_lost_by_time_alone_in_the_cells_too(started: Started) -> None:
    engine = started(*GRADED, matrix=MATRIX)
    engine.run(reads(engine, DEVICE))
    engine.clock.advance(9 * DAY)
    engine.run(engine.rest())
    assert told(engine, DEVICE)["grade"] == "B2"
    cells = engine.run(engine.coordinator.reports.matrix())["cells"]
    assert [one["grade"] for one in cells if one["contacts"]] == ["B2"]


def test_a_company_is_worth_what_conditions_and_worn_points_leave_its_members(
    started: Started,
) -> None:
    engine = started(*PARTS, company_scores=(ACME,))

    async def work() -> list[dict[str, Any]]:
        for key, times in ((ADA, 3), (BOB, 1)):
            group = {"group_id": "acme"}
            await engine.push(engine.event("Joined", key, kind="group", properties=group))
            await reads(engine, key, times=times)
        engine.clock.advance(3 * DAY)
        await engine.rest()
        return await engine.coordinator.companies.first(9)

    [acme] = engine.run(work())
    own = [told(engine, key)["scores"]["interest"][0] for key in (ADA, BOB)]
    assert own == [4, 2]
    assert acme["scores"]["worth"] == pytest.approx(sum(own))


def test_what_is_kept_for_scores_is_exported_and_erased(started: Started) -> None:
    engine = started(*PARTS)
    engine.run(reads(engine, ADA))
    found = told(engine, ADA)
    assert len(found["capped"]["interest/page"]) == 2
    assert len(found["wears"]["interest"]) == 1
    assert [*found["upheld"]] == ["interest/read"]
    engine.run(engine.coordinator.privacy.forget(ADA, "operator"))
    assert [one for one in engine.contacts().values() if one.scores or one.upheld] == []
    assert [one["contacts"] for one in engine.run(engine.coordinator.reports.scores())] == [0, 0]


def test_rules_that_change_leave_what_they_would_have_made_from_the_beginning(
    started: Started,
) -> None:
    late, always = started(build.score("interest", {"event": "Page", "points": 1})), started(*PARTS)
    for engine in (late, always):
        engine.run(reads(engine, ADA))
    rules = encode(build.definitions(*PARTS, matrix=MATRIX))
    late.run(late.coordinator.rulebooks.apply(rules, "operator"))
    late.run(late.rest())
    found, expected = told(late, ADA), told(always, ADA)
    assert found["capped"] == expected["capped"]
    assert found["wears"] == expected["wears"]
    assert found["scores"]["interest"][0] == expected["scores"]["interest"][0] == 14
    assert found["grade"] == "A2"
