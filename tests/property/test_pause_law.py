"""Whatever is paused and for how long: nothing is sent meanwhile, and then all that is due, in order."""

from typing import Any, NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.domain.message import TimerFired
from engine.domain.rulebooks.rulebook import Rulebook
from tests.unit.domain import builders as build

RUNS = 5


class Course(NamedTuple):
    """A run that waits so long (ms, odd), by a step of this kind; ``paid``: when its goal is reached (even)."""

    length: int
    kind: str
    paid: int | None


courses = st.lists(
    st.builds(
        Course,
        st.integers(0, 50).map(lambda n: 2 * n + 1),
        st.sampled_from(["wait", "wait_for", "digest"]),
        st.none() | st.integers(0, 60).map(lambda n: 2 * n),
    ),
    min_size=1,
    max_size=RUNS,
    unique_by=lambda one: one.length,
)
pauses = st.tuples(st.integers(0, 30), st.integers(0, 40)).map(
    lambda drawn: (2 * drawn[0], 2 * (drawn[0] + drawn[1]))
)


def waiting(one: Course) -> dict[str, Any]:
    length = f"{one.length}ms"
    if one.kind == "wait":
        return build.wait("pause", for_=length)
    if one.kind == "wait_for":
        return build.wait_for("pause", event="Never", timeout=length)
    return {"do": "digest", "id": "pause", "event": "Never", "for": length}


def written(number: int, one: Course) -> Any:
    steps = (waiting(one), build.send("mail"))
    return build.scenario(f"s{number}", {"event": "Came"}, *steps, goal={"event": f"Paid {number}"})


def lived(several: list[Course], begins: int, ends: int) -> list[tuple[str, int]]:
    """Scenario and instant of each mail, in their order."""
    parts = [written(number, one) for number, one in enumerate(several)]
    names = tuple(part.scenario for part in parts)
    books = {begins: (2, names), ends: (3, ())} if begins < ends else {}
    ada = build.reachable(*parts)
    definitions, came = ada.book.definitions, ada.now
    ada.does("Came")
    paid = {one.paid for one in several if one.paid is not None}
    for at in sorted({*books, *paid, 1_000}):
        ada.until(came + at)
        if at in books:
            version, paused = books[at]
            ada.under(Rulebook(version, replace(definitions, paused=paused)))
            ada.take(TimerFired())
        for number, one in enumerate(several):
            if one.paid == at:
                ada.does(f"Paid {number}")
    return [(mail.scenario.partition("/")[0], mail.at - came) for mail in ada.sends]


def expected(several: list[Course], begins: int, ends: int) -> list[tuple[str, int]]:
    """What is due in the pause is due at its end; what was paid for before that is not."""
    sent = []
    for number, one in enumerate(several):
        leaves = ends if begins <= one.length < ends else one.length
        if one.paid is None or one.paid > leaves or (one.paid == leaves == ends):
            sent.append((leaves, one.length, f"s{number}"))
    return [(name, leaves) for leaves, _, name in sorted(sent)]


@settings(max_examples=120, deadline=None)
@given(courses, pauses)
@example([Course(9, "wait", None), Course(3, "wait_for", None), Course(5, "digest", 8)], (2, 20))
def test_what_falls_due_in_a_pause_is_done_at_its_end_in_order_unless_its_goal_was_reached(
    several: list[Course], pause: tuple[int, int]
) -> None:
    assert lived(several, *pause) == expected(several, *pause)
