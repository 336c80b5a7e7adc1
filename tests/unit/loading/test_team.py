"""team.yaml: who takes contacts over, and what is wrong with what is written of them."""

from pathlib import Path

import pytest

from engine.loading.check_team import team_problems
from engine.loading.definitions import load
from engine.loading.workspace import Workspace
from tests.unit.loading.conftest import Problems, Write

TEAM = """\
owners:
  - {owner: ann, name: Ann Lee, email: ann@sales.example, weight: 2}
  - {owner: bob, name: Bob Ray, email: bob@sales.example, when: {attribute: country, is: GB}}
default: ann
handoffs:
  - handoff: hot
    deadline: 2d
    alert: alert
    reminder: {template: alert, before: [1d]}
    escalation: {template: alert, to: bob}
    leaves: [hello]
"""
SALES = """\
scenario: sales
trigger: {handoff: hot, becomes: returned}
steps:
  - {do: handoff, id: again, handoff: hot}
"""
FILES = {
    "team.yaml": TEAM,
    "scenarios/sales.yaml": SALES,
    "templates/alert/template.yaml": "channel: email\nsubject: Hot\ntransactional: true\n",
    "templates/alert/text.txt": "{{ handoff.reason }} {{ message.handoff_url }}\n",
}


def test_a_team_is_published_as_it_is_written(write: Write) -> None:
    team = load(write(FILES)).team
    assert [(one.owner, one.weight) for one in team.owners] == [("ann", 2), ("bob", 1)]
    assert team.handoffs[0].leaves == ("hello",)
    assert team.summary == "owners ann, bob; default ann; hand-offs hot"


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("default: ann", "default: anne", "team.yaml:4: there is no owner anne; did you mean ann?"),
        ("to: bob", "to: rob", "team.yaml:10: there is no owner rob; did you mean bob?"),
        ("leaves: [hello]", "leaves: [helo]", "team.yaml:11: there is no scenario helo; did you"),
        ("alert: alert", "alert: alarm", "team.yaml:8: there is no template alarm"),
        ("before: [1d]", "before: [3d]", "team.yaml:9: 3d before a deadline of 2d is before it"),
        (", before: [1d]", "", "team.yaml:9: says neither before nor after"),
        ("weight: 2", "weight: 0", "team.yaml:2: 0 is no whole number from 1 to 1,000"),
        ("ann@sales.example", "ann", "team.yaml:2: 'ann' is no email address"),
        ("owner: bob", "owner: ann", "team.yaml:3: ann is already owner 0"),
        ("attribute: country, is: GB", "segment: brits", "team.yaml:3: there is no segment brits"),
        ("deadline:", "dedline:", "team.yaml:7: unknown key; did you mean deadline?"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(
    write: Write, written: str, instead: str, problem: str
) -> None:
    """Without the process that compiles templates, which is not what is asked about."""
    place, text = problem.split(" ", 1)
    found = problems_of(write({**FILES, "team.yaml": TEAM.replace(written, instead, 1)}))
    assert [one for one in found if one.startswith(place) and text in one], found


def problems_of(folder: Path) -> list[str]:
    workspace = Workspace(folder)
    templates = {one.definition.template: one.definition for one in workspace.templates}
    return workspace.problems + [
        written.problem(place, text)
        for written in workspace.team
        for place, text in team_problems(written.definition, workspace.names, templates)
    ]


def test_a_scenario_names_hand_offs_that_there_are(problems: Problems) -> None:
    scenario = SALES.replace("handoff: hot,", "handoff: hott,").replace(
        "handoff: hot}", "handoff: ot}"
    )
    found = problems({**FILES, "scenarios/sales.yaml": scenario})
    assert [one[:25] for one in found] == [
        "scenarios/sales.yaml:2: t", "scenarios/sales.yaml:4: s",
    ]  # fmt: skip
    assert "there is no handoff hott; did you mean hot?" in found[0]
    (told,) = problems({**FILES, "scenarios/sales.yaml": SALES.replace(", becomes: returned", "")})
    assert "handoff and becomes go together" in told


def test_a_message_to_an_owner_is_transactional_and_leads_to_the_decision(
    problems: Problems,
) -> None:
    text = {"templates/alert/text.txt": "Hot\n"}
    head = {"templates/alert/template.yaml": "channel: email\nsubject: Hot\n"}
    found = "\n".join(problems({**FILES, **text, **head}))
    assert "template alert must be transactional" in found
    assert "template alert names no {{ message.handoff_url }} in its text" in found
