"""A hand-off through a whole engine: by mail to its owner, by link to its decision."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.whole_engine import PUBLIC, Engine, whole_engine

RATE = 600.0
"""Ten minutes pass in a second."""
MINUTE = 60_000
ROOT = Path(__file__).parents[2]
LINK = re.compile(rf"{PUBLIC}(/h/[A-Za-z0-9_-]+)\?do=accept")
FILES = {
    "team.yaml": """\
owners:
  - {owner: ann, name: Ann Lee, email: ann@sales.example, language: en}
  - {owner: bob, name: Bob Ray, email: bob@sales.example, language: en, weight: 1, active: false}
handoffs:
  - handoff: hot
    title: Hot lead
    deadline: 20m
    alert: alert
    reminder: {template: alert, before: [10m]}
    escalation: {template: alert, to: bob, after: 5m}
    leaves: all
""",
    "scoring.yaml": "scores:\n  - {score: heat, rules: [{event: Call Asked, points: 60}]}\n",
    "scenarios/nurturing.yaml": """\
scenario: nurturing
trigger: {event: Signed Up}
steps:
  - {do: wait, id: long, for: 90d}
""",
    "scenarios/sales.yaml": """\
scenario: sales
title: asked for a call
trigger: {event: Call Asked}
steps:
  - {do: handoff, id: go, handoff: hot}
""",
    "templates/alert/template.yaml": "channel: email\nsubject: '{{ handoff.title }}'\ntransactional: true\n",
    "templates/alert/text.txt": """\
{{ handoff.owner }}: {{ contact.first_name }}, {{ handoff.reason }}, until {{ handoff.deadline }}
{% for line in handoff.scores %}{{ line.score }} {{ line.value }}
{% endfor %}{% for action in handoff.actions %}{{ action.name }}
{% endfor %}{{ message.accept_url }}
""",
}


async def said(engine: Engine, *names: str) -> None:
    """Of one person, without an address."""
    traits: dict[str, Any] = {"type": "identify", "traits": {"first_name": "Ada"}}
    events = [{"type": "track", "event": name} for name in names]
    await engine.ask("push", [{"userId": "1", **one} for one in (traits, *events)])


def written(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@asynccontextmanager
async def engine(folder: Path, workspace: Path | None = None) -> AsyncIterator[Engine]:
    workspace = workspace or written(folder / "workspace")
    async with whole_engine(folder, workspace, RATE) as running:
        yield running


async def test_a_hot_contact_reaches_its_owner_who_accepts_it_by_a_link(tmp_path: Path) -> None:
    async with engine(tmp_path) as running:
        await said(running, "Signed Up", "Call Asked")
        (mail,) = await running.mails(1)
        text = mail.get_content()
        assert (mail["To"], mail["Subject"]) == ("ann@sales.example", "Hot lead")
        assert "Ann Lee: Ada, asked for a call, until " in text
        assert "heat 60.0\nSigned Up\nCall Asked\n" in text.replace("\r", "")
        (found,) = LINK.findall(text.replace("=\n", ""))
        (held,) = await running.ask("handoffs", status="open")
        assert (held["owner"], held["reason"]) == ("ann", "asked for a call")

        assert "Ada" in (await running.http.get(found)).text
        assert (await running.ask("handoffs"))[0]["status"] == "open"
        posted = await running.http.post(found, data={"do": "accept", "reason": "mine"})

        assert posted.status_code == 200
        contact = await running.until(lambda one: not one["runs"])
        ended = [
            fact for row in contact["timeline"] for fact in row["facts"] if fact[0] == "run_ended"
        ]
        assert [fact[1] for fact in ended if fact[3][1] == "handoff"] == ["nurturing"]
        (done,) = await running.ask("handoffs")
        assert (done["status"], done["by"], done["words"]) == ("accepted", "ann", "mine")
        assert (
            await running.http.post(found, data={"do": "reject", "reason": "no"})
        ).status_code == 410
        assert (await running.ask("fsck"))["findings"] == []


async def test_reminder_and_escalation_come_at_their_instants_and_an_operator_returns_it(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as running:
        await said(running, "Call Asked")
        mails = await running.mails(3)
        assert [mail["To"][:3] for mail in mails] == ["ann", "ann", "bob"]
        (held,) = await running.ask("handoffs", "user_id:1")
        late = [held["reminded"] - held["raised"], held["escalated"] - held["raised"]]
        assert [at // MINUTE for at in late] == [10, 25]
        returned = await running.ask("decide_handoff", "user_id:1", "return", "later", "30d")
        assert (returned["status"], returned["by"]) == ("returned", "eve")
        await said(running, "Call Asked")
        contact = await running.until(lambda one: "handoff_refused" in str(one["timeline"]))
        assert contact["handoffs"][0]["status"] == "returned"
        again = await running.ask("raise_handoff", "user_id:1", "hot", "she phoned")
        assert (again["status"], again["reason"]) == ("open", "she phoned")


async def test_the_business_example_hands_a_contact_off_at_sixty(tmp_path: Path) -> None:
    """Two white papers and the prices are not enough; the call back that she asks for is."""
    async with engine(tmp_path, ROOT / "config" / "examples" / "b2b") as running:
        who = {"type": "identify", "traits": {"first_name": "Ada", "role": "direction"}}
        firm = {"type": "group", "groupId": "acme", "traits": {"name": "Acme", "employees": 400}}
        prices = {"type": "track", "event": "Page Viewed", "properties": {"path": "/tarifs"}}
        paper = {"type": "track", "event": "White Paper Downloaded"}
        events = [who, firm, paper, prices, paper]
        await running.ask("push", [{"userId": "1", **one} for one in events])
        contact = await running.until(lambda one: one["company"].get("employees"))
        assert ([run["scenario"] for run in contact["runs"]], contact["handoffs"]) == (
            ["nurturing"],
            [],
        )

        await said(running, "Call Back Requested")

        (mail,) = await running.mails(1)
        text = mail.get_content()
        assert (mail["To"], mail["Subject"]) == (
            "claire@example.com",
            "À reprendre : Contact chaud",
        )
        for told in ("Ada", "Acme", "engagement 65", "fit 40", "Call Back Requested"):
            assert told in text
        (found,) = LINK.findall(text)
        assert (await running.http.post(found, data={"do": "accept"})).status_code == 200
        contact = await running.until(lambda one: not one["runs"])
        assert [one["status"] for one in contact["handoffs"]] == ["accepted"]
