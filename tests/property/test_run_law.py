"""Whatever is configured and whatever happens: figures add up, timers have owners, steps end."""

from collections import Counter
from collections.abc import Collection

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import fact
from engine.domain.fact import Fact
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.runs.entry import entry_of
from tests.property.histories import lived
from tests.property.strategies import Happening, documents, histories
from tests.unit.domain.builders import Life


def balance(facts: list[Fact], gains: tuple[str, ...], losses: tuple[str, ...]) -> Counter[str]:
    """What went in less what came out, by subject; what is level is left out."""
    level: Counter[str] = Counter()
    for one in facts:
        level[one.subject] += (one.what in gains) - (one.what in losses)
    return Counter({subject: number for subject, number in level.items() if number})


def check_figures(contacts: Collection[Contact], facts: list[Fact]) -> None:
    """In = out + inside, for segments, steps and runs, over all contacts together."""
    inside = Counter(segment for one in contacts for segment in one.segments)
    assert balance(facts, ("segment_entered",), ("segment_left",)) == inside
    runs = [run for one in contacts for run in one.runs]
    standing = Counter(f"{run.scenario}/{run.step}" for run in runs)
    assert balance(facts, ("step_in",), ("step_out",)) == standing
    running = Counter(run.scenario for run in runs)
    assert balance(facts, ("run_entered", "run_taken"), ("run_ended", "run_left")) == running


def check_state(one: Life) -> None:
    """A timer belongs to a run, a segment or a date; nobody is twice in a scenario, or for one key; nothing

    is overdue.
    """
    contact = one.contact
    runs = {run.id for run in contact.runs}
    assert len(runs) == len({entry_of(run) for run in contact.runs}) == len(contact.runs)
    owners = [owner for owner in contact.timers if not owner.startswith(("segment:", "trigger:"))]
    assert {owner.partition(":")[2] for owner in owners} <= runs
    aimed = {f"trigger:{name}" for name, (_, mark) in contact.dated.items() if mark is not None}
    assert aimed == {owner for owner in contact.timers if owner.startswith("trigger:")}
    assert contact.due == 0 or contact.due > one.now
    assert len({send.key for send in one.sends}) == len(one.sends)


@settings(max_examples=70, deadline=None)
@given(documents(), documents(), histories)
def test_what_went_in_is_what_came_out_and_what_is_inside(
    first: Definitions, second: Definitions, history: list[Happening]
) -> None:
    one = lived(first, history, succeed(first, second))
    check_figures([one.contact], one.facts)
    check_state(one)


@settings(max_examples=30, deadline=None)
@given(documents(), histories)
def test_counters_are_the_sums_of_the_facts_in_whatever_portions_they_come(
    document: Definitions, history: list[Happening]
) -> None:
    facts = lived(document, history).facts
    whole: dict[str, int] = {}
    fact.tally(whole, facts)
    portions: dict[str, int] = {}
    for one in facts:
        fact.tally(portions, fact.decode(fact.encode([one])))
    assert portions == whole
    assert whole == expected(facts)


@settings(max_examples=60, deadline=None)
@given(documents(transactional=False), histories, st.lists(st.sampled_from([None, True, False])))
def test_nothing_is_sent_without_consent_nor_after_the_goal(
    document: Definitions, history: list[Happening], said: list[bool | None]
) -> None:
    """Consent as of the very instant: read from the facts in their order, up to the message's."""
    told = zip(history, [*said, *(None for _ in history)], strict=False)
    consenting = [
        one if word is None else one._replace(traits=one.traits | {"consent_email": word})
        for one, word in told
    ]
    granted, over = False, set()
    for one in lived(document, consenting).facts:
        match one.what:
            case "consent_granted" | "consent_withdrawn":
                granted = one.what == "consent_granted"
            case "goal_reached":
                over.add(one.detail)
            case "run_ended":
                over.add(one.detail[0])
            case "intended":
                assert granted
                assert one.detail.partition("/")[0] not in over


def expected(facts: list[Fact]) -> dict[str, int]:
    """By what, and by what and subject; subjects that callers invent are not told apart."""
    names = [one.what for one in facts]
    names += [f"{one.what}/{one.subject}" for one in facts if one.what != "changed"]
    return dict(Counter(names))
