"""consent.yaml: what is published of it, and what is wrong with it."""

from pathlib import Path

import pytest

from engine.clock import ManualClock
from engine.errors import DefinitionError
from engine.loading.definitions import load
from tests.unit.domain.builders import NOON

TEMPLATE = "channel: email\nsubject: Hello\n"
SCENARIO = """scenario: hello
trigger: {event: Ate}
steps:
  - {do: send, id: mail, channel: email, template: hello}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, head in (("hello", TEMPLATE), ("ask", f"{TEMPLATE}transactional: true\n")):
        template = tmp_path / "templates" / name
        template.mkdir(parents=True)
        (template / "template.yaml").write_text(head)
        (template / "text.txt").write_text("Hello {{ message.confirm_url }}" * (name == "ask"))
    (tmp_path / "scenarios").mkdir()
    return tmp_path


def problems(folder: Path, consent: str, scenario: str = "") -> list[str]:
    (folder / "consent.yaml").write_text(consent)
    if scenario:
        (folder / "scenarios" / "hello.yaml").write_text(scenario)
    with pytest.raises(DefinitionError) as found:
        load(folder)
    return found.value.problems


def test_a_country_brings_its_hours_and_the_holidays_around_this_year(folder: Path) -> None:
    (folder / "consent.yaml").write_text("countries: [FR]\n")
    rules = load(folder, ManualClock(NOON)).consent
    assert [(one.channel, one.country) for one in rules.hours] == [("sms", "FR")]
    days = rules.holidays["FR"]
    assert (days[0], days[-1]) == ("2022-01-01", "2026-12-25")
    assert {"2023-07-14", "2024-05-20"} <= set(days)


def test_a_topic_that_is_not_declared_is_refused_with_the_nearest(folder: Path) -> None:
    topics = "topics:\n  - {topic: news, title: {fr: Nouveautés}}\n"
    (found,) = problems(folder, topics, f"topic: newz\n{SCENARIO}")
    assert "there is no topic newz" in found
    assert "did you mean news?" in found


def test_where_there_are_topics_marketing_names_its_own(folder: Path) -> None:
    (found,) = problems(folder, "topics:\n  - {topic: news}\n", SCENARIO)
    assert found.startswith("scenarios/hello.yaml:4: ")
    assert "marketing needs a topic" in found


def test_a_double_opt_in_asks_with_a_transactional_template_that_has_the_link(folder: Path) -> None:
    confirm = "channels: {{email: {{confirm: {{template: {0}}}}}}}\n"
    assert "there is no template aks" in problems(folder, confirm.format("aks"))[0]
    found = problems(folder, confirm.format("hello"))
    assert ["transactional" in one for one in found] == [True, False]
    assert "message.confirm_url" in found[1]
    (folder / "consent.yaml").write_text(confirm.format("ask"))
    assert load(folder).consent.confirm["email"].template == "ask"


def test_hours_that_are_never_open_are_refused(folder: Path) -> None:
    sunday = '{days: [sun], from: "10:00", to: "12:00"}'
    written = f"countries: [FR]\nchannels:\n  sms:\n    hours:\n      - {sunday}\n"
    (found,) = problems(folder, written)
    assert "never open together with the rules of FR" in found


def test_a_country_without_a_calendar_is_refused(folder: Path) -> None:
    (found,) = problems(folder, "countries: [XX]\n")
    assert found.startswith("consent.yaml:1: ")
