"""One scenario with every kind of step and wait, as the README says, lived on a clock of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from engine.domain.language.scenario import Step

Relance = Callable[..., Any]
FILES = {
    "scenarios/everything.yaml": """\
scenario: everything
topic: news
trigger: {event: Trial Started}
key: trial_id
reentry: {once_per: 7d}
goal: {event: Order Completed}
exits: [{event: Trial Cancelled}, {unless: {reachable: email}}]
steps:
  - {do: send, id: hello, channel: sms, variants: {a: 50, b: 50}, fallback: {channel: email, template: mail}}
  - {do: wait, id: short, for: 1h}
  - {do: wait, id: office, between: ["09:00", "18:00"], weekday: [monday, tuesday, wednesday, thursday, friday]}
  - {do: wait, id: before_end, date: trial_ends, before: 3d, late: skip}
  - {do: wait, id: morning, for: 1d, at: "09:00"}
  - do: wait_for
    id: race
    any:
      - {event: Prices Viewed, then: ask}
      - {message: clicked, of: {template: mail}, then: drawn}
      - {if: {attribute: plan, is: pro}, then: tagged}
    timeout: 2d
    else: which
  - do: branch
    id: which
    when: [{if: {list: fair}, then: drawn}, {if: {score: heat, at_least: 20}, then: ask}]
    else: tagged
  - {do: webhook, id: ask, webhook: crm, body: {trial: event.trial_id}, wait: 10m, else: tagged}
  - {do: branch, id: asked, answer: {decision.kind: good}, then: drawn, else: tagged}
  - {do: split, id: drawn, arms: {a: {weight: 1, then: marked}, b: {weight: 2}}}
  - {do: set, id: marked, attribute: stage, to: second}
  - {do: tag, id: tagged, add: [trial], remove: [cold]}
  - {do: list, id: listed, join: fair}
  - {do: topic, id: quiet, channel: email, topic: hints, say: unsubscribe}
  - {do: score, id: points, score: heat, points: 5}
  - {do: digest, id: collected, event: Product Added, for: 1h}
  - {do: send, id: summary, channel: email, template: mail}
  - {do: start, id: begun, scenario: other}
  - {do: stop, id: stopped, scenario: other}
  - {do: handoff, id: sales, handoff: hot, reason: Asked for prices}
  - {do: branch, id: last, if: {attribute: plan, is: pro}, then: done, else: onwards}
  - {do: switch, id: onwards, scenario: other}
  - {do: exit, id: done}
""",
    "scenarios/other.yaml": "scenario: other\nsteps: [{do: wait, id: w, for: 1d}]\n",
    "consent.yaml": "topics: [{topic: news, title: {en: News}}, {topic: hints, title: {en: Hints}}]\n",
    "lists.yaml": "lists: [{list: fair}]\n",
    "scoring.yaml": "scores: [{score: heat, rules: [{event: Prices Viewed, points: 1}]}]\n",
    "webhooks.yaml": "webhooks: [{webhook: crm, url: 'https://crm.example/'}]\n",
    "team.yaml": """\
owners: [{owner: ann, name: Ann, email: ann@example.com}]
handoffs: [{handoff: hot, deadline: 2d, alert: alert}]
""",
    "templates/a/template.yaml": "channel: sms\n",
    "templates/a/text.txt": "Hi\n",
    "templates/b/template.yaml": "channel: sms\n",
    "templates/b/text.txt": "Hello\n",
    "templates/mail/template.yaml": "channel: email\nsubject: Your trial\n",
    "templates/mail/text.txt": "{% for item in digest.items %}{{ item.name }}{% endfor %}.\n",
    "templates/alert/template.yaml": "channel: email\nsubject: Hot\ntransactional: true\n",
    "templates/alert/text.txt": "{{ handoff.reason }}: {{ message.handoff_url }}\n",
}
TRIAL = {"trial_id": "T-1"}
BEGINS: list[dict[str, Any]] = [
    {"type": "identify", "timestamp": "2099-03-02T08:00:00Z", "traits": {"email": "zoe@example.org",
     "trial_ends": "2099-03-20", "consent_email": True}},
    {"event": "Trial Started", "properties": TRIAL},
]  # fmt: skip
ASKS = [
    {"when": "17d"},
    {"webhook": "crm", "answers": {"decision": {"kind": "good"}}},
    {"event": "Prices Viewed", "properties": TRIAL},
    {"event": "Product Added", "properties": TRIAL | {"name": "Lamp"}},
]


@pytest.fixture
def told(relance: Relance, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """What a simulation tells of these items."""
    for name, text in FILES.items():
        path = tmp_path / "everything" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def lines(*items: dict[str, Any]) -> list[dict[str, Any]]:
        file = tmp_path / "items.jsonl"
        file.write_text("\n".join(map(json.dumps, items)))
        place = ("--workspace", tmp_path / "everything", "--events", file)
        ran = relance("simulate", "everything", *place, "--json")
        assert ran.code == 0, ran.err
        found: list[dict[str, Any]] = json.loads(ran.out)
        return found

    return lines


def test_every_kind_of_step_does_its_work(told: Callable[..., list[dict[str, Any]]]) -> None:
    lines = told(*BEGINS, *ASKS)
    came = {line["do"] for line in lines if line["what"] == "step_in"}
    kinds = {kind.__struct_config__.tag for kind in get_args(Step)}
    assert came == kinds - {"exit"}
    sent = [(line["step"], line["template"]) for line in lines if line["what"] == "sent"]
    assert sent == [("hello", "mail"), ("ask", ""), ("summary", "mail"), ("hot", "alert")]
    texts = [line["text"].strip() for line in lines if line.get("template")]
    assert texts == [".", "Lamp.", "Asked for prices: https://links.invalid/handoff"]
    ends = [line["detail"][1] for line in lines if line["what"] == "run_ended"]
    assert ends[:2] == ["stopped", "switched"]


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"event": "Trial Cancelled", "properties": TRIAL}, "exit"),
        ({"event": "Order Completed", "properties": TRIAL}, "goal"),
        ({"type": "identify", "traits": {"consent_email": False}}, "exit"),
    ],
)
def test_a_goal_or_an_exit_ends_it_in_the_midst_of_a_wait(
    told: Callable[..., list[dict[str, Any]]], item: dict[str, Any], why: str
) -> None:
    lines = told(*BEGINS, {"when": "30m"}, item)
    [end] = [line for line in lines if line["what"] == "run_ended"]
    assert (end["at"], end["detail"]) == ("2099-03-02T08:30:00.000Z", ["1.1", why])
