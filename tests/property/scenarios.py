"""Random scenarios that people do get into: steps of every kind, and little that keeps anybody out.

What a general strategy hardly ever reaches is what most draws are made of here: a run that waits when
its goal comes, a message that is refused, a way that meets another way.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from engine.domain.conditions.contact_list import ContactList
from engine.domain.language.scenario import Scenario
from engine.domain.language.stage import Stage
from engine.domain.profile.collection import Collection
from engine.domain.rulebooks.definitions import Definitions
from tests.property.deeds import windows
from tests.property.scores import matrix_of
from tests.property.strategies import DAYS, LATE
from tests.property.surroundings import ASKING, HOOK, HOT, OWNERS, RULES
from tests.unit.domain import builders as build

Drawn = st.SearchStrategy[dict[str, Any]]

LISTS = (ContactList(list="fair"),)
BASKET = Collection(
    collection="basket", key=("n",), fields=("n",), worth="n", adds=("Ate",), removes=("Bought",)
)
SEGMENTS = {
    "eater": {"did": "Ate", "within": "25ms"},
    "buyer": {"did": "Bought", "at_least": 2},
    "marked": {"attribute": "x", "is": 1},
    "warm": {"score": "heat", "at_least": 5},
    "graded": {"grade": ["A1", "B1"]},
    "heard": {"message": "opened"},
    "both": {"all": [{"segment": "eater"}, {"not": {"segment": "marked"}}]},
}
QUESTIONS = (
    *({"segment": name} for name in SEGMENTS),
    {"attribute": "x", "exists": True},
    {"did": "Bought"},
    {"did_not": "Ate", "within": "10ms"},
    {"list": "fair"},
    {"scenario": "scenario0", "is": "inside"},
    {"scenario": "scenario1", "is": "never_entered"},
    {"reachable": "email"},
    {"percent": 50, "lot": "a"},
    {"collection": "basket", "of": "count", "at_least": 1},
    {"aggregate": "meals", "at_least": 2},
    {"stage": "late"},
    {"attribute": "tags", "contains": "a"},
)
ASKED = SEGMENTS | {f"asked{at}": asked for at, asked in enumerate(QUESTIONS)}
"""Each question is a segment's too, so that what it counts is counted from the beginning."""
EVENTS = ({"event": "Ate"}, {"event": "Bought"}, {"event": "Bought", "where": {"n": 1}})
MOMENTS = (
    *EVENTS,
    {"event": "Seen"},
    {"enters": "eater"},
    {"leaves": "eater"},
    {"enters": "warm"},
    {"joins": "fair"},
    {"quits": "fair"},
    {"changes": "x"},
    {"stage": "late"},
    {"message": "clicked"},
    {"message": "sent", "of": {"template": "promo"}},
    {"handoff": "hot", "becomes": "accepted"},
)
OTHERS = ("scenario0", "scenario1", "scenario2")

questions = st.sampled_from(QUESTIONS)
moments = st.one_of(
    *[st.sampled_from([{"event": "Bought"}, *EVENTS])] * 2, st.sampled_from(MOMENTS)
)
triggers = st.one_of(
    *[st.sampled_from([{"event": "Ate"}, {"event": "Ate"}, *EVENTS])] * 4,
    st.sampled_from(MOMENTS),
    st.sampled_from([{"date": "when", "after": "10ms"}, {"calendar": "FREQ=DAILY", "at": "12:00"}]),
)


def _onward(ids: list[str], at: int) -> st.SearchStrategy[str | None]:
    """Mostly the step below, or one further down; seldom back, for that makes a loop."""
    ahead = st.sampled_from(ids[at + 1 :]) if ids[at + 1 :] else st.none()
    return st.one_of(st.none(), st.none(), ahead, ahead, ahead | st.sampled_from(ids))


def _keys(**keys: st.SearchStrategy[Any]) -> Drawn:
    """As written in YAML; what is drawn as None is left out."""
    drawn = st.fixed_dictionaries({name.rstrip("_"): value for name, value in keys.items()})
    return drawn.map(lambda one: {k: v for k, v in one.items() if v is not None})


def _wait(_ids: list[str], _at: int) -> Drawn:
    late = st.sampled_from(LATE)
    return st.one_of(
        _keys(for_=windows, late=late),
        _keys(for_=windows, late=late),
        _keys(date=st.just("when"), before=windows, late=late),
        _keys(at=st.just("12:00"), late=late),
        _keys(between=st.just(["12:00", "13:00"]), late=late),
    )


def _wait_for(ids: list[str], at: int) -> Drawn:
    then = _onward(ids, at)
    rest = {"timeout": st.none() | windows, "else": then}
    asked = st.builds(lambda question: {"if": question}, questions)
    racer = st.builds(lambda one, way: one | {"then": way}, moments | asked, then)
    several = _keys(any=st.lists(racer, min_size=2, max_size=3), **rest)
    one = st.builds(lambda found, more: found | more, moments | asked, _keys(then=then, **rest))
    return several | one


def _send(_ids: list[str], _at: int) -> Drawn:
    fallback = {"channel": "sms", "template": "text"}
    mail = {"channel": "email", "template": "promo"}
    return st.sampled_from(
        [
            *[mail] * 3,
            mail | {"topic": "news"},
            mail | {"fallback": fallback},
            {"channel": "email", "template": "note"},
            {"channel": "email", "variants": {"promo": 1, "other": 2}},
            {"channel": "sms", "template": "text"},
        ]
    )


def _branch(ids: list[str], at: int) -> Drawn:
    then = _onward(ids, at)
    case = _keys(if_=questions, then=then) | _keys(answer=st.just({"ok": True}), then=then)
    return st.one_of(
        _keys(if_=questions, then=then, else_=then),
        _keys(when=st.lists(case, min_size=1, max_size=3), else_=then),
    )


def _split(ids: list[str], at: int) -> Drawn:
    arm = _keys(weight=st.integers(1, 3), then=_onward(ids, at))
    return _keys(arms=st.dictionaries(st.sampled_from("abc"), arm, min_size=2))


def _webhook(ids: list[str], at: int) -> Drawn:
    wait = st.sampled_from([False, True, True, "25ms"])
    body = st.just({"x": "contact.x", "n": "event.n"})
    return _keys(webhook=st.just("crm"), wait=wait, else_=_onward(ids, at), body=body)


def _just(*written: dict[str, Any]) -> Callable[[list[str], int], Drawn]:
    return lambda _ids, _at: st.sampled_from(written)


_other = _just(*({"scenario": name} for name in OTHERS))
KINDS: dict[str, Callable[[list[str], int], Drawn]] = {
    "wait": _wait,
    "wait_for": _wait_for,
    "digest": _just(*({"event": "Ate", "for": span} for span in ("10ms", "25ms"))),
    "send": _send,
    "branch": _branch,
    "split": _split,
    "set": _just(*({"attribute": "x", "to": value} for value in (0, 1, None))),
    "tag": _just({"add": ["a"]}, {"add": ["b"], "remove": ["a"]}),
    "list": _just({"join": "fair"}, {"quit": "fair"}),
    "topic": _just(
        *({"channel": "email", "say": say} for say in ("ask", "unsubscribe")),
        {"channel": "email", "topic": "news", "say": "unsubscribe"},
    ),
    "score": _just(*({"score": "heat", "points": points} for points in (6, -2))),
    "handoff": _just({"handoff": "hot"}),
    "webhook": _webhook,
    "start": _other,
    "stop": _other,
    "switch": _other,
    "exit": _just({}),
}
PAUSES = ("wait", "wait", "wait_for", "wait_for", "digest", "webhook")
ACTS = ("send", "send", "send", "send", *(kind for kind in KINDS if kind not in PAUSES))


@st.composite
def steps(draw: st.DrawFn, ids: list[str], at: int) -> dict[str, Any]:
    """In turn a run waits and does something, mostly."""
    kinds, others = (PAUSES, ACTS) if at % 2 == 0 else (ACTS, PAUSES)
    kind = draw(st.sampled_from(others if draw(st.integers(0, 5)) == 5 else kinds))
    return {"do": kind, "id": ids[at]} | draw(KINDS[kind](ids, at))


@st.composite
def scenarios(draw: st.DrawFn, name: str) -> Scenario:
    ids = [f"step{number}" for number in range(draw(st.integers(3, 6)))]
    trigger = draw(triggers)
    rest: dict[str, Any] = {
        "reentry": draw(st.sampled_from(["always", "always", "never", {"once_per": "25ms"}])),
        "topic": draw(st.sampled_from([None, "news"])),
    }
    if draw(st.integers(0, 3)) < 3:
        rest["goal"] = draw(moments)
    if draw(st.integers(0, 4)) == 4:
        asked = st.builds(
            lambda how, asked: {how: asked}, st.sampled_from(["if", "unless"]), questions
        )
        rest["exits"] = [draw(moments | asked)]
    if "event" in trigger and draw(st.integers(0, 2)) == 1:
        rest["key"] = "n"
    if draw(st.integers(0, 5)) == 5:
        rest["if"] = draw(questions)
    return build.scenario(name, trigger, *[draw(steps(ids, at)) for at in range(len(ids))], **rest)


TEMPLATES = (
    build.template("promo", variables=("event.n", "digest.items", "contact.x", "basket.items")),
    build.template("other"),
    build.template("note", transactional=True),
    build.template("text", channel="sms"),
    ASKING,
)
MARKETING = {one.template for one in TEMPLATES if not one.transactional}
SCORES = (
    build.score("heat", {"event": "Ate", "points": 2}, half_life="60ms"),
    build.score("calm", {"event": "Bought", "points": 2}, {"message": "opened", "points": 1}),
)


@st.composite
def worlds(draw: st.DrawFn) -> Definitions:
    """Three scenarios, and all that they may name."""
    return build.definitions(
        *(build.segment(name, **asked) for name, asked in ASKED.items()),
        *(draw(scenarios(name)) for name in OTHERS),
        *TEMPLATES,
        *SCORES,
        build.aggregate("meals", count="Ate"),
        late=draw(st.sampled_from([5, build.DAY])),
        collections=(BASKET,),
        lists=LISTS,
        stages=(Stage(stage="early", segment="eater"), Stage(stage="late", segment="buyer")),
        calendars=dict.fromkeys(OTHERS, DAYS),
        matrix=matrix_of("heat", "calm"),
        consent=RULES,
        webhooks=(HOOK,),
        team=msgspec.structs.replace(build.definitions().team, owners=OWNERS, handoffs=(HOT,)),
    )
