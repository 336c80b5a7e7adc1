"""Whatever is edited while runs are under way: figures add up, a run has one place, nothing is done twice."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.message import TimerFired
from engine.domain.rulebooks.definitions import Definitions
from tests.property.edits import POLICIES, careers
from tests.property.published import Published
from tests.property.strategies import LONGEST, Happening, histories
from tests.property.test_run_law import check_figures, check_state
from tests.unit.domain import builders as build
from tests.unit.domain.builders import Life


@settings(max_examples=25, deadline=None)
@given(careers(), histories, st.lists(st.booleans(), min_size=6, max_size=6))
def test_in_is_out_and_inside_whatever_becomes_of_the_runs(
    career: list[Definitions], history: list[Happening], coins: list[bool]
) -> None:
    """Some contacts are met when a version is published, others at their next message or timer."""
    published = Published(career[0])
    one = Life(published.book)
    one.tells(email="ada@example.com")
    edits = {len(history) * at // len(career): at for at in range(1, len(career))}
    for position, happening in enumerate(history):
        if at := edits.get(position):
            one.under(published.publish(career[at], ("scenario0",) if coins[at] else ()))
            if coins[-at]:
                one.take(TimerFired())
        one.until(one.now + happening.gap)
        told = {"properties": happening.properties, "live": happening.live}
        one.take(build.event(happening.name, one.now - happening.late, **told))
    one.under(published.publish(career[-1])).take(TimerFired())
    one.until(one.now + 3 * LONGEST)
    check_figures([one.contact], one.facts)
    check_state(one)
    book = published.book
    for run in one.contact.runs:
        plan = book.scenario(run.scenario, run.version)
        assert set(run.passed) <= set(plan.acts.values())
        assert run.step in plan.steps


NAMES = [f"mail{number}" for number in range(4)]


@st.composite
def straight(draw: st.DrawFn) -> Definitions:
    """Mails and waits in some order, each at most once; no way leads back."""
    mails = [build.send(name) for name in draw(st.lists(st.sampled_from(NAMES), unique=True))]
    waits = [build.wait(name, for_=f"{draw(st.integers(1, 30))}ms") for name in ("a", "b", "c")]
    steps = draw(st.permutations([*mails, *waits]))
    chosen = {"waiting": draw(st.sampled_from([*POLICIES, "migrate"]))}
    chosen["rollout"] = draw(st.sampled_from(["100%", "100%", "50%"]))
    moves = draw(st.sampled_from([{}, {"a": "b"}, {"b": "a", "a": "c"}]))
    told: dict[str, Any] = {**chosen, "moves": moves, "version": 0}
    return build.definitions(build.scenario("s", {"event": "Ate"}, *steps, **told))


@settings(max_examples=80, deadline=None)
@given(st.lists(straight(), min_size=2, max_size=5), st.lists(st.integers(0, 40), min_size=5))
def test_nobody_gets_a_mail_twice_in_one_run_wherever_its_steps_have_gone(
    career: list[Definitions], gaps: list[int]
) -> None:
    published = Published(career[0])
    one = build.reachable().under(published.book)
    one.does("Ate")
    for written, gap in zip(career[1:], gaps, strict=False):
        one.until(one.now + gap)
        one.under(published.publish(written)).take(TimerFired())
    one.until(one.now + 10 * LONGEST)
    sent = [tuple(mail.key.split("/")[:2]) for mail in one.sends]
    assert len(sent) == len(set(sent))
    assert one.contact.runs == []
