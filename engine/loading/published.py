"""Documents of definitions that come from elsewhere: what the check of a workspace finds in its files,

is found in them too. So a run is never begun that nobody can finish.
"""

from collections import Counter
from collections.abc import Iterator

from engine.domain.rulebooks.definitions import Definitions
from engine.domain.scores.matrix import grades_of
from engine.loading.check_condition import condition_problems
from engine.loading.check_scenario import scenario_problems
from engine.loading.known import Known
from engine.loading.yaml_file import written_place


def problems_of(definitions: Definitions) -> list[str]:
    """Of its scenarios and segments, each with the place in them."""
    return list(_problems(definitions))


def _problems(definitions: Definitions) -> Iterator[str]:
    known = _known(definitions)
    for kind in ("scenario", "segment", "template"):
        counted = Counter(getattr(one, kind) for one in getattr(definitions, f"{kind}s"))
        yield from (f"{kind} {name} is defined twice" for name, n in counted.items() if n > 1)
    for scenario in definitions.scenarios:
        for place, text in scenario_problems(scenario, known):
            yield f"scenario {scenario.scenario}, {written_place(place)}: {text}"
    for segment in definitions.segments:
        for key, condition in (("condition", segment.condition), ("stays", segment.stays)):
            if condition is not None:
                for place, text in condition_problems(condition, (key,), known.names):
                    yield f"segment {segment.segment}, {written_place(place)}: {text}"


def _known(definitions: Definitions) -> Known:
    team = definitions.team
    kinds = {
        "segment": definitions.segments,
        "template": definitions.templates,
        "aggregate": definitions.aggregates,
        "attribute": definitions.attributes,
        "collection": definitions.collections,
        "topic": definitions.consent.topics,
        "score": definitions.scores,
        "scenario": definitions.scenarios,
        "list": definitions.lists,
        "webhook": definitions.webhooks,
        "owner": team.owners,
        "handoff": team.handoffs,
        "stage": definitions.stages,
    }
    names = {kind: {getattr(one, kind) for one in several} for kind, several in kinds.items()}
    grades = grades_of(definitions.matrix) if definitions.matrix else ()
    return Known(
        names | {"grade": {*grades, *"".join(grades)}},
        definitions.templates,
        definitions.attributes,
        frozenset(definitions.consent.confirm),
    )
