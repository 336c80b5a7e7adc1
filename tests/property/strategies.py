"""Random definitions and random histories, small and dense: everything collides within milliseconds.

Times are offsets (ms) from the start of a history, so that any clock can carry them.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from engine.domain.conditions.contact_list import ContactList
from engine.domain.language.stage import Stage
from engine.domain.profile.collection import Collection
from engine.domain.profile.session import GAP
from engine.domain.rulebooks.definitions import Definitions
from tests.property.deeds import (
    EVENTS,
    VALUES,
    dids,
    extents,
    names,
    operators,
    scalars,
    sequences,
    wheres,
    windows,
)
from tests.property.scores import graded, matrix_of, scores
from tests.unit.domain import builders as build

ATTRIBUTES = ("x", "y")
LONGEST = 60
DAYS = tuple(f"2023-11-{day}" for day in range(14, 30))
INSTANTS = ("2023-11-15T12:00:00.020Z", "2023-11-15T12:00:00.055Z", "2023-11-15", "never")

NONE: st.SearchStrategy[dict[str, Any]] = st.nothing()


class Happening(NamedTuple):
    """An event: ``gap`` after the message before it, arrived ``late`` after it happened."""

    gap: int
    late: int
    name: str
    properties: dict[str, Any]
    traits: dict[str, Any]
    live: bool = True
    act: str = ""


LISTS = (ContactList(list="fair"),)
listings = st.one_of(
    st.just({"list": "fair"}),
    st.builds(
        lambda name, span: {"list": "fair", name: span},
        st.sampled_from(["in_last", "older_than"]),
        windows,
    ),
)
"""Questions about a list, which acts join and quit."""

VERBS = ("sum", "avg", "min", "max", "first", "last", "distinct", "most_frequent")
EDGES = ((60, 25), (25, 10), (60, 5))


@st.composite
def declared(draw: st.DrawFn, most: int = 4) -> dict[str, dict[str, Any]]:
    """Aggregates by name, as written in YAML; a ratio is of two others."""
    written = {f"a{number}": draw(figures()) for number in range(draw(st.integers(1, most)))}
    if draw(st.booleans()):
        two = st.lists(st.sampled_from(list(written)), min_size=2, max_size=2)
        written["ratio"] = {"ratio": draw(two)}
    return written


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    verb = draw(st.sampled_from(["count", *VERBS]))
    asked = {"count": draw(names)} if verb == "count" else {verb: "n", "event": draw(names)}
    match draw(st.sampled_from(["ever", "within", "within", "between"])):
        case "within":
            asked["within"] = draw(windows)
        case "between":
            far, near = draw(st.sampled_from(EDGES))
            asked["between"] = [f"{far}ms", f"{near}ms"]
    if draw(st.integers(0, 3)) == 0:
        asked["where"] = draw(wheres)
    return asked


numbers = st.one_of(
    st.fixed_dictionaries({"at_least": st.integers(0, 3)}),
    st.fixed_dictionaries({"under": st.integers(1, 4)}),
    st.fixed_dictionaries({"contains": st.sampled_from(["1", "a"])}),
)
numbers_of_score = st.one_of(
    st.fixed_dictionaries({"at_least": st.sampled_from([0.5, 3.3, 9.9])}),
    st.fixed_dictionaries({"between": st.sampled_from([[-1, 4.4], [2.2, 20]])}),
)
kept = st.one_of(
    st.builds(
        lambda part, fits: {"collection": "basket", "of": part, **fits},
        st.sampled_from(["count", "quantity", "total"]),
        numbers,
    ),
    st.builds(lambda most: {"attribute": "visit.count", "over": most}, st.integers(0, 2)),
)
"""Questions about what the engine keeps for itself: a collection, and visits."""
REACHED = ("early", "late")
staged = st.sampled_from([{"stage": "late"}, {"stage": [*REACHED]}])
"""Questions about the lifecycle, which stands on the segments: none of them may ask one."""
standings = st.one_of(
    st.builds(
        lambda state: {"scenario": "scenario0", "is": state},
        st.sampled_from(["inside", "finished", "never_entered"]),
    ),
    st.builds(lambda bound: {"score": "heat", **bound}, numbers_of_score),
    graded,
    st.just({"percent": 50, "lot": "a"}),
    st.just({"reachable": "email"}),
    st.just({"weekday": ["wednesday"]}),
    st.just({"list": "fair"}),
    st.just({"list": "fair", "in_last": "25ms"}),
    st.just({"attribute": "timezone", "exists": True}),
)
"""Questions about scores, scenarios, lots, channels and days."""


def lifecycles(segments: list[str]) -> st.SearchStrategy[tuple[Stage, ...]]:
    stood_on = st.lists(st.sampled_from(segments), max_size=len(REACHED))
    return stood_on.map(
        lambda named: tuple(
            Stage(stage=stage, segment=one) for stage, one in zip(REACHED, named, strict=False)
        )
    )


HAPPENINGS = ("sent", "delivered", "opened", "clicked", "bounced", "unsubscribed")
ABOUT = (
    {},
    {"of": {"template": "hello"}},
    {"of": {"scenario": "scenario0"}},
    {"of": {"step": "step1"}},
)
mailed = st.builds(
    lambda what, about, often: {"message": what, **about, **often},
    st.sampled_from(HAPPENINGS),
    st.sampled_from(ABOUT),
    st.sampled_from([{}, {"at_least": 2}, {"within": "25ms"}, {"last": {"in_last": "60ms"}}]),
)
"""Questions about what became of messages."""


@st.composite
def collections(draw: st.DrawFn) -> tuple[Collection, ...]:
    basket = Collection(
        collection="basket",
        key=("n",),
        fields=("n", "quantity"),
        worth="n",
        keep=draw(st.integers(1, 3)),
        pieces=draw(st.booleans()),
        recent=draw(st.booleans()),
        adds=(EVENTS[0],),
        **{draw(st.sampled_from(["removes", "clears", "amends"])): (EVENTS[1],)},
    )
    return draw(st.sampled_from([(), (basket,), (basket,)]))


def conditions(
    segments: list[str],
    aggregates: Iterable[str] = (),
    more: st.SearchStrategy[dict[str, Any]] = NONE,
) -> st.SearchStrategy[dict[str, Any]]:
    """As an operator writes them; they may ask about these segments and aggregates, and ``more``."""
    attributes = st.builds(
        lambda name, fits: {"attribute": name, **fits}, st.sampled_from(ATTRIBUTES), operators
    )
    leaves = st.one_of(dids(), dids(), extents(), sequences(), attributes, more)
    if aggregates:
        named = st.sampled_from(list(aggregates))
        leaves |= st.builds(lambda name, fits: {"aggregate": name, **fits}, named, operators)
    if segments:
        leaves |= st.builds(lambda name: {"segment": name}, st.sampled_from(segments))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda part: {"not": part}, inner),
            st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(
                lambda group, parts: {group: parts},
                st.sampled_from(["none", "exactly_one"]),
                st.lists(inner, min_size=1, max_size=3),
            ),
        ),
        max_leaves=4,
    )


@st.composite
def segment_sets(
    draw: st.DrawFn,
    most: int = 3,
    aggregates: Iterable[str] = (),
    more: st.SearchStrategy[dict[str, Any]] = NONE,
) -> dict[str, dict[str, Any]]:
    """Segments that may ask about one another, named so that names and ranks disagree."""
    order = draw(st.permutations([f"s{number}" for number in range(draw(st.integers(1, most)))]))
    written: dict[str, dict[str, Any]] = {}
    for name in order:
        written[name] = draw(conditions(list(written), aggregates, more))
    return written


happenings = st.builds(
    Happening,
    gap=st.sampled_from([0, 1, 5, 10, 15, 25, 40]),
    late=st.sampled_from([0, 0, 0, 5, 10, 30, 80]),
    name=names,
    properties=st.dictionaries(st.just("n"), st.sampled_from(VALUES)),
    traits=st.one_of(
        st.just({}),
        st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES)),
        st.fixed_dictionaries({"when": st.sampled_from(INSTANTS)}),
    ),
    live=st.sampled_from([True, True, True, False]),
    act=st.sampled_from(["", "", "", "join", "quit"]),
)
histories = st.lists(happenings, min_size=1, max_size=8)


@st.composite
def moments(draw: st.DrawFn, segments: list[str]) -> dict[str, Any]:
    kinds = ["event", "event", "event", "enters", "leaves", "joins", "quits", "stage", "changes"]
    kind = draw(st.sampled_from(kinds))
    if kind == "changes":
        sides = st.dictionaries(st.sampled_from(["to", "from"]), scalars, max_size=1)
        return {"changes": draw(st.sampled_from(ATTRIBUTES)), **draw(sides)}
    if kind in ("joins", "quits"):
        return {kind: "fair"}
    if kind == "stage":
        return {kind: draw(st.sampled_from(REACHED))}
    if kind == "event" or not segments:
        where = {"where": draw(wheres)} if draw(st.integers(0, 3)) == 0 else {}
        return {"event": draw(names), **where}
    return {kind: draw(st.sampled_from(segments))}


dates = st.one_of(
    st.builds(
        lambda shift, every: {"date": "when", **shift, **every},
        st.sampled_from([{}, {"after": "10ms"}, {"before": "15ms"}]),
        st.sampled_from([{}, {"every": "year"}]),
    ),
    st.just({"calendar": "FREQ=DAILY", "at": "12:00"}),
)
"""Triggers that are dates; the attribute ``when`` holds instants about the beginning of a history."""
LATE = ("send", "skip", "exit")
KINDS = (
    "wait", "wait", "wait_for", "wait_for", "send", "branch", "set", "exit",
    "race", "digest", "cases", "split", "tag", "start", "stop", "switch", "topic", "webhook",
)  # fmt: skip
OTHERS = st.sampled_from(["scenario0", "scenario1", "nowhere"])


@st.composite
def races(draw: st.DrawFn, ids: list[str], segments: list[str]) -> dict[str, Any]:
    """Moments and conditions that race."""
    racers = []
    for _ in range(draw(st.integers(1, 3))):
        asks = draw(st.booleans())
        racer = (
            {"if": draw(conditions(segments, more=kept | staged))}
            if asks
            else draw(moments(segments))
        )
        racers.append(racer | {"then": draw(st.none() | st.sampled_from(ids))})
    return {"do": "wait_for", "any": racers, "timeout": draw(st.none() | windows)}


def several(ids: list[str], segments: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A branch of several ways."""
    ways = st.fixed_dictionaries(
        {"if": conditions(segments, more=kept | staged), "then": st.none() | st.sampled_from(ids)}
    )
    return st.fixed_dictionaries(
        {"do": st.just("branch"), "when": st.lists(ways, min_size=1, max_size=3)}
    )


def arms(ids: list[str], _segments: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    way = st.fixed_dictionaries(
        {"weight": st.integers(1, 3), "then": st.none() | st.sampled_from(ids)}
    )
    ways = st.dictionaries(st.sampled_from("abc"), way, min_size=1)
    return st.fixed_dictionaries({"arms": ways})


def _others(_ids: list[str], _segments: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"scenario": OTHERS})


MORE: dict[str, Callable[[list[str], list[str]], st.SearchStrategy[dict[str, Any]]]] = {
    "exit": lambda _ids, _segments: st.just({}),
    "race": races,
    "cases": several,
    "split": arms,
    "digest": lambda _ids, _segments: st.fixed_dictionaries({"event": names, "for": windows}),
    "tag": lambda _ids, _segments: st.fixed_dictionaries(
        {"attribute": st.just("x"), "add": st.lists(scalars, max_size=2)}
    ),
    "topic": lambda _ids, _segments: st.just({"channel": "email", "say": "unsubscribe"}),
    "webhook": lambda ids, _segments: st.fixed_dictionaries(
        {
            "webhook": st.just("crm"),
            "wait": st.one_of(st.booleans(), windows),
            "else": st.none() | st.sampled_from(ids),
            "body": st.just({"x": "contact.x", "n": "event.n"}),
        }
    ),
    "start": _others,
    "stop": _others,
    "switch": _others,
}
"""The kinds of steps that have a way of their own to be drawn."""


@st.composite
def steps(draw: st.DrawFn, ids: list[str], segments: list[str], at: int) -> dict[str, Any]:
    """One step; a jump goes anywhere, back too, so that some scenarios are loops."""
    name, anywhere = ids[at], st.none() | st.sampled_from(ids)
    match draw(st.sampled_from(KINDS)):
        case "wait":
            return build.wait(name, for_=draw(windows), late=draw(st.sampled_from(LATE)))
        case "wait_for":
            jumps = {"then": draw(anywhere), "timeout": draw(st.none() | windows)}
            return build.wait_for(name, **draw(moments(segments)), **jumps, else_=draw(anywhere))
        case "send":
            return build.send(name)
        case "branch":
            question = draw(conditions(segments, more=kept | staged))
            return build.branch(name, question, then=draw(anywhere), else_=draw(anywhere))
        case "set":
            return build.put(name, draw(st.sampled_from(ATTRIBUTES)), draw(st.sampled_from(VALUES)))
        case kind:
            return {"do": kind, "id": name} | draw(MORE[kind](ids, segments))


@st.composite
def scenarios(draw: st.DrawFn, name: str, segments: list[str]) -> Any:
    ids = [f"step{number}" for number in range(draw(st.integers(1, 5)))]
    rest: dict[str, Any] = {"reentry": draw(st.sampled_from(["never", "always"]))}
    if draw(st.booleans()):
        rest["reentry"] = {"once_per": draw(windows)}
    if draw(st.booleans()):
        rest["goal"] = draw(moments(segments))
    if draw(st.booleans()):
        asks = st.fixed_dictionaries({"unless": conditions(segments, more=kept | staged)})
        rest["exits"] = [draw(moments(segments) | asks)]
    if draw(st.integers(0, 3)) == 0:
        rest["key"] = "n"
    if draw(st.integers(0, 3)) == 0:
        rest["if"] = {"attribute": "x", **draw(operators)}
    walked = [draw(steps(ids, segments, at)) for at in range(len(ids))]
    trigger = draw(moments(segments) | dates if draw(st.booleans()) else moments(segments))
    return build.scenario(name, trigger, *walked, **rest)


@st.composite
def documents(draw: st.DrawFn, *, transactional: bool = True) -> Definitions:
    """A whole configuration. Of transactional mail an address is all that a send needs."""
    figured = draw(declared())
    written = draw(segment_sets(aggregates=figured, more=kept | standings | mailed))
    parts: list[Any] = [build.aggregate(name, **asked) for name, asked in figured.items()]
    parts += [build.segment(name, **asked) for name, asked in written.items()]
    parts += [
        draw(scenarios(f"scenario{n}", list(written))) for n in range(draw(st.integers(1, 3)))
    ]
    named = ("basket.items", "basket.last", "basket.total", "contact.visit.count")
    parts += [build.scenario("heard", {"message": "clicked"}, build.send("again"))]
    parts += [build.score("warmth", {"message": draw(st.sampled_from(HAPPENINGS)), "points": 2})]
    shifts = conditions([], figured, kept)
    parts += [draw(scores(shifts=shifts))]
    parts += [build.template(transactional=transactional, variables=named)]
    return build.definitions(
        *parts,
        late=20,
        max_age=draw(st.sampled_from([50, build.DAY])),
        collections=draw(collections()),
        visit_gap=draw(st.sampled_from([20, GAP])),
        lists=LISTS,
        stages=draw(lifecycles(list(written))),
        matrix=matrix_of("heat", "warmth"),
        calendars={f"scenario{number}": DAYS for number in range(3)},
    )
