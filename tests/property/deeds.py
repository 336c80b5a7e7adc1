"""Random questions about what a contact did: how often, when, and in which order."""

from typing import Any

from hypothesis import strategies as st

EVENTS = ("Ate", "Bought")
WINDOWS = ("10ms", "25ms", "60ms")
VALUES: tuple[Any, ...] = (None, True, False, 0, 1, 2, 2.5, "a", "ab")

scalars = st.sampled_from([value for value in VALUES if value is not None])
names = st.sampled_from(EVENTS)
windows = st.sampled_from(WINDOWS)

operators = st.one_of(
    st.fixed_dictionaries({"is": scalars}),
    st.fixed_dictionaries({"is_not": scalars}),
    st.fixed_dictionaries({"in": st.lists(scalars, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"over": st.integers(0, 2)}),
    st.fixed_dictionaries({"under": st.integers(0, 2)}),
    st.fixed_dictionaries({"at_least": st.integers(0, 2), "at_most": st.integers(0, 2)}),
    st.fixed_dictionaries({"contains": st.sampled_from("ab")}),
    st.fixed_dictionaries({"contains_any": st.lists(st.sampled_from("ab"), min_size=1)}),
    st.fixed_dictionaries({"contains_all": st.lists(st.sampled_from("ab"), min_size=1)}),
    st.fixed_dictionaries({"between": st.sampled_from([[0, 1], [1, 2.5], [2, 2]])}),
    st.fixed_dictionaries({"starts_with": st.sampled_from("ab")}),
    st.fixed_dictionaries({"ends_with": st.sampled_from("ab")}),
    st.fixed_dictionaries({"exists": st.booleans()}),
)
wheres = st.dictionaries(st.just("n"), scalars | operators, min_size=1)


@st.composite
def dids(draw: st.DrawFn) -> dict[str, Any]:
    """``did`` or ``did_not``, with any mix of qualifiers."""
    asked: dict[str, Any] = {draw(st.sampled_from(["did", "did_not"])): draw(names)}
    if draw(st.integers(0, 3)):
        asked["within"] = draw(windows)
    if draw(st.booleans()):
        asked["at_least"] = draw(st.integers(1, 3))
    if draw(st.integers(0, 3)) == 0:
        asked["where"] = draw(wheres)
    return asked


EXTENTS: tuple[dict[str, Any], ...] = (
    {"at_most": 0}, {"at_most": 2}, {"exactly": 0}, {"exactly": 2},
    {"at_least": 1, "at_most": 2}, {"at_least": 2, "at_most": 2},
)  # fmt: skip


@st.composite
def extents(draw: st.DrawFn) -> dict[str, Any]:
    """``did`` a bounded number of times, or first or last at a time."""
    asked: dict[str, Any] = {"did": draw(names)}
    if draw(st.booleans()):
        asked |= draw(st.sampled_from(EXTENTS))
        if draw(st.booleans()):
            asked["within"] = draw(windows)
    else:
        spans = st.dictionaries(st.sampled_from(["in_last", "older_than"]), windows, min_size=1)
        asked[draw(st.sampled_from(["first", "last"]))] = draw(spans)
    if draw(st.integers(0, 3)) == 0:
        asked["where"] = draw(wheres)
    return asked


@st.composite
def sequences(draw: st.DrawFn) -> dict[str, Any]:
    """``did`` and then something else or not, in any mix of times and windows."""
    asked: dict[str, Any] = {draw(st.sampled_from(["did", "did", "did_not"])): draw(names)}
    follow = draw(st.lists(nexts(), min_size=1, max_size=2))
    asked[draw(st.sampled_from(["then", "not_then"]))] = (
        follow if draw(st.booleans()) else follow[0]
    )
    for name in ("within", "in_last"):
        if draw(st.booleans()):
            asked[name] = draw(windows)
    if draw(st.integers(0, 2)) == 0:
        asked["at_least"] = draw(st.integers(1, 2))
    if "did" in asked and draw(st.integers(0, 3)) == 0:
        asked |= draw(st.sampled_from(EXTENTS[:4]))
    if draw(st.integers(0, 3)) == 0:
        asked["where"] = draw(wheres)
    return asked


@st.composite
def nexts(draw: st.DrawFn) -> dict[str, Any]:
    where = {"where": draw(wheres)} if draw(st.integers(0, 3)) == 0 else {}
    return {"event": draw(names), **where}
