"""Random edits of a configuration: steps go, come and change places; each edit with a choice for runs."""

from hypothesis import strategies as st
from msgspec.structs import replace

from engine.domain.language.exitway import exits_of
from engine.domain.language.scenario import Scenario, Step
from engine.domain.rulebooks.definitions import Definitions
from tests.property.strategies import documents

POLICIES = ("pin", "migrate", "exit")
SHARES = ("100%", "100%", "50%", "0%")


@st.composite
def chosen(draw: st.DrawFn, document: Definitions) -> Definitions:
    """What becomes of runs, and who gets it, chosen for each scenario; some are ended."""
    scenarios = tuple(draw(_choice(one)) for one in document.scenarios)
    ended = dict.fromkeys(draw(st.sets(st.sampled_from(["scenario0", "scenario1"]))), 0)
    return replace(document, scenarios=scenarios, ended=ended)


@st.composite
def _choice(draw: st.DrawFn, one: Scenario) -> Scenario:
    ids = st.sampled_from([step.id for step in one.steps])
    return replace(
        one,
        waiting=draw(st.sampled_from([*POLICIES, "migrate"])),
        moves=draw(st.dictionaries(ids, ids, max_size=2)),
        rollout=draw(st.sampled_from(SHARES)),
    )


@st.composite
def edited(draw: st.DrawFn, document: Definitions) -> Definitions:
    """The same steps in another order, some of them gone, under the choices above."""
    scenarios = [draw(_reordered(one)) for one in document.scenarios]
    return draw(chosen(replace(document, scenarios=tuple(scenarios))))


@st.composite
def _reordered(draw: st.DrawFn, one: Scenario) -> Scenario:
    steps = tuple(draw(st.permutations(one.steps)))
    fewer = steps[: draw(st.integers(1, len(steps)))]
    return replace(one, steps=fewer if _whole(fewer) else steps)


def _whole(steps: tuple[Step, ...]) -> bool:
    """Whether no step leads to one that is gone."""
    targets = {way.target for step in steps for way in exits_of(step)}
    return targets <= {None, *(step.id for step in steps)}


@st.composite
def careers(draw: st.DrawFn) -> list[Definitions]:
    """A configuration, and what is published after it: edits of it, or others."""
    first = draw(documents())
    later = st.one_of(edited(first), edited(first), documents().flatmap(chosen))
    return [first, *draw(st.lists(later, min_size=1, max_size=3))]
