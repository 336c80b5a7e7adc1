"""A contact's stage is at every instant the last one whose segment brute force finds it in."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.intake.lifecycle import CHANGED
from engine.domain.language.stage import Stage
from tests.property.reference import Past, members
from tests.property.strategies import LONGEST, Happening, histories, segment_sets
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON


@settings(max_examples=40, deadline=None)
@given(segment_sets(), histories, st.data())
def test_the_stage_is_the_last_that_holds_and_each_change_is_one_fact(
    written: dict[str, dict[str, object]], history: list[Happening], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(list(written)))
    parts = [build.segment(name, **asked) for name, asked in written.items()]
    life = build.life(*parts, stages=tuple(Stage(stage=f"at_{one}", segment=one) for one in order))
    past, stage, expected = Past([], {}, {}, {}), "", list[tuple[str, int]]()

    def look() -> None:
        nonlocal stage
        held = members(written, past, life.now)
        now = next((f"at_{one}" for one in reversed(order) if one in held), "")
        if now != stage:
            expected.append((f"{stage}/{now}", life.now - NOON))
        stage = now
        assert life.contact.stage == stage

    for one in [*history, None]:
        for _ in range(one.gap if one else LONGEST + 1):
            life.until(life.now + 1)
            if life.log:
                look()
        if one is not None:
            past.events.append((one.name, life.now - one.late, one.properties))
            life.take(build.event(one.name, life.now - one.late, properties=one.properties))
            look()
    assert life.said(CHANGED) == expected
