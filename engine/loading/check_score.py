"""What a struct's types cannot say about scores."""

from collections.abc import Iterator

from engine.domain.conditions.grading import asks_grade
from engine.domain.language.condition import OPERATORS, Condition, parts_of
from engine.domain.language.receipt import event_of
from engine.domain.language.stage import asked_in
from engine.domain.scores.score import Score, ScoreRule, asked_by, decay_of
from engine.loading.check_condition import (
    Names,
    condition_problems,
    event_problems,
    segments_of,
    where_problems,
)
from engine.loading.check_receipt import message_problems
from engine.loading.check_stage import STAGES
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

SORTS = ("event", "message", "if_", "attribute")
STEPS = 1_000
"""Steps in which a rule's points may wear off."""
TIMES = 100
"""How often a capped rule may give its points: the contact's state holds when it did."""
MATRIX = "the matrix"
"""What it is called beside segments and scores."""
_LIMITS = ("cap", "per", "once")


def score_problems(score: Score, names: Names) -> Problems:
    if not score.rules:
        yield ("rules",), "needs at least one rule"
    if score.half_life is not None and score.linear is not None:
        yield ("linear",), "does not go with half_life: name one way to go down"
    if score.linear is not None and score.linear.points <= 0:
        yield (
            ("linear", "points"),
            f"{score.linear.points:g} takes nothing off; name a number over 0",
        )
    if score.min is not None and score.max is not None and score.min >= score.max:
        yield ("max",), f"{score.max:g} is not over min {score.min:g}"
    written = [rule.id for rule in score.rules if rule.id]
    for at, rule in enumerate(score.rules):
        place = ("rules", at)
        if rule.id and written.count(rule.id) > 1:
            yield (*place, "id"), f"another rule is called {rule.id} too"
        yield from _rule_problems(rule, score, place, names)


def _rule_problems(rule: ScoreRule, score: Score, place: Place, names: Names) -> Problems:
    sorts = [name.rstrip("_") for name in SORTS if getattr(rule, name) is not None]
    if len(sorts) != 1:
        given = " and ".join(sorts) or "none"
        yield place, f"needs exactly one of event, message, if or attribute, has {given}"
        return
    yield from _worth_problems(rule, place)
    yield from message_problems(rule, place, names)
    condition = asked_by(rule)
    if condition is None:
        yield from _event_problems(rule, score, place)
        return
    for name in ("where", *_LIMITS):
        if getattr(rule, name) is not None:
            yield (
                (*place, name),
                "goes with an event only: a condition's points count while it holds",
            )
    inside = (*place, "if") if rule.attribute is None else place
    yield from condition_problems(condition, inside, names)
    if rule.attribute is None:
        yield from _stray(rule, place)


def _stray(rule: ScoreRule, place: Place) -> Problems:
    for name in (*OPERATORS, "fold"):
        if getattr(rule, name) is not None:
            yield (*place, name.rstrip("_")), "goes with an attribute only"


def _worth_problems(rule: ScoreRule, place: Place) -> Problems:
    if (rule.points is None) is (rule.factor is None):
        yield place, "needs either points or a factor"
    if rule.points == 0:
        yield (*place, "points"), "0 points change nothing"
    if rule.factor is not None and event_of(rule):
        yield (*place, "factor"), "goes with a condition only: it holds or it does not"
    if rule.factor is not None and (rule.factor < 0 or rule.factor == 1):
        yield (*place, "factor"), f"{rule.factor:g} is no factor: name 0, 0.5 or another but 1"


def _event_problems(rule: ScoreRule, score: Score, place: Place) -> Problems:
    if rule.event is not None:
        yield from event_problems(rule.event, (*place, "event"))
    yield from _stray(rule, place)
    if rule.where is not None:
        yield from where_problems(rule.where, (*place, "where"))
    points, step = abs(rule.points or 0), decay_of(score).step
    if step > 0 and points / step > STEPS:
        yield (*place, "points"), f"wear off in more than {STEPS:,} steps; take more in each step"
    if rule.per is not None and rule.cap is None:
        yield (*place, "per"), "goes with a cap"
    if rule.once and rule.cap is not None:
        yield (*place, "once"), "does not go with a cap"
    if rule.cap is not None and points and rule.cap < points:
        yield (*place, "cap"), f"{rule.cap:g} is less than the {points:g} points of one event"
    elif rule.cap is not None and points and rule.cap / points > TIMES:
        yield (
            (*place, "cap"),
            f"is more than {TIMES} times the points; leave it out, or bound the score by max",
        )


def reads_of(score: Score) -> set[str]:
    """The segments, and the scores as ``score x``, that its rules' conditions read."""
    conditions = filter(None, map(asked_by, score.rules))
    return {name for condition in conditions for name in reads(condition)}


def reads(condition: Condition) -> set[str]:
    stages = {STAGES} if asked_in(condition) else set[str]()
    matrix = {MATRIX} if asks_grade(condition) else set[str]()
    return {*segments_of(condition), *map(node_of, scores_of(condition)), *stages, *matrix}


def node_of(score: str) -> str:
    """What a score is called beside segments, which have no blank in their names."""
    return f"score {score}"


def scores_of(condition: Condition) -> Iterator[str]:
    if condition.score is not None:
        yield condition.score
    for _place, part in parts_of(condition):
        yield from scores_of(part)
