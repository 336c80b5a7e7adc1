"""simulate without a running engine: a workspace, and events from a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Relance = Callable[..., Any]
SIGNED_UP = {
    "type": "track",
    "event": "Signed Up",
    "userId": "7",
    "timestamp": "2099-03-02T20:00:00Z",
}
IDENTIFIED = {
    "type": "identify",
    "userId": "7",
    "traits": {"email": "lea@example.org", "language": "en", "consent_email": True},
}


def test_events_of_a_file_bring_the_messages_that_they_would_with_their_texts(
    relance: Relance, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(map(json.dumps, (IDENTIFIED, SIGNED_UP))))
    ran = relance("simulate", "welcome", "--workspace", "config", "--events", file, "--json")
    sent = [line for line in json.loads(ran.out) if line["what"] == "sent"]
    assert [(line["template"], line["at"]) for line in sent] == [
        ("welcome", "2099-03-02T20:00:00.000Z"),
        ("first_order", "2099-03-04T08:00:00.000Z"),
    ]
    assert sent[0]["subject"] == "Welcome to La Petite Boutique"


def test_what_a_file_says_of_a_message_that_was_not_sent_is_refused_with_its_line(
    relance: Relance, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    lost = {"message": "bounced", "of": {"template": "first_order"}, "timestamp": "2099-03-03"}
    later = lost | {"timestamp": "2099-03-05T08:00:00Z"}
    for told, code in ((lost, 2), (later, 0)):
        file.write_text("\n".join(map(json.dumps, (IDENTIFIED, SIGNED_UP, told))))
        ran = relance("simulate", "welcome", "--workspace", "config", "--events", file)
        assert ran.code == code
        assert ("events.jsonl:3: no message of template first_order" in ran.err) is bool(code)


def test_without_events_the_scenario_is_started_and_says_why_nothing_is_sent(
    relance: Relance,
) -> None:
    ran = relance("simulate", "welcome", "--workspace", "config", "--for", "3d")
    assert "skipped       greeting  no_address" in ran.out
    assert ran.out.count("run_ended") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("welcom", "--workspace", "config"), 1, "there is no scenario welcom"),
        (("welcome",), 2, "name a --contact of a running engine, a --workspace, or both"),
        (
            ("welcome", "--workspace", "config", "--for", "soon"),
            2,
            "--for takes a duration",
        ),
    ],
)
def test_what_cannot_be_simulated_is_told(
    relance: Relance, arguments: tuple[str, ...], code: int, text: str
) -> None:
    ran = relance("simulate", *arguments)
    assert ran.code == code
    assert text in ran.err
