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


HOUR = "steps: [{do: wait, id: hour, for: 1h}]\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A workspace that is read at once: it has no template."""
    for name, key in (("welcome", ""), ("carts", "key: cart_id\n")):
        path = tmp_path / "small" / "scenarios" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"scenario: {name}\ntrigger: {{event: Signed Up}}\n{key}{HOUR}")
    return tmp_path / "small"


def test_events_of_a_file_bring_the_messages_that_they_would_with_their_texts(
    relance: Relance, tmp_path: Path
) -> None:
    """mautic#2307: a simulator of campaigns was asked for."""
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
    assert "sends nothing at greeting: no address" in ran.out
    assert ran.out.count("  run 1.1 ends: exit") == 1


def test_people_read_each_step_with_how_long_it_waits_and_what_it_caused(
    relance: Relance, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    put = {"event": "Product Added", "properties": {"cart_id": "C-1", "name": "Bol", "price": 18.5}}
    signed = IDENTIFIED | {"timestamp": "2099-03-02T08:00:00Z"}
    file.write_text("\n".join(map(json.dumps, (signed, put, {"when": "30m"}, put, {"when": "1h"}))))
    ran = relance("simulate", "abandoned_cart", "--workspace", "config", "--events", file)
    told = [line for line in ran.out.splitlines() if line.startswith("2099-03-0")]
    begun = told.index("2099-03-02 10:00:00  comes to reminder (send)")
    assert told[begun : begun + 6] == [
        "2099-03-02 10:00:00  comes to reminder (send)",
        "2099-03-02 10:00:00  sends cart_reminder by email to lea@example.org",
        "2099-03-02 10:00:00  comes to back (wait_for, until 2099-03-03 10:00:00)",
        "2099-03-03 10:00:00  has waited in vain at back",
        "2099-03-03 10:00:00  comes to last_call (send)",
        "2099-03-03 10:00:00  takes email instead at last_call: no address",
    ]
    assert ran.out.count("    - Bol, 18.50 €") == 4
    assert "  enters segment hesitating" in ran.out


def test_a_scenario_that_keeps_runs_apart_says_that_it_needs_an_event(
    relance: Relance, small: Path
) -> None:
    ran = relance("simulate", "carts", "--workspace", small)
    assert ran.out.count("does not begin: nothing names the key") == 1
    assert "say --property cart_id=" in ran.err
    started = relance("simulate", "carts", "--workspace", small, "--property", "cart_id=C-1")
    assert "begins, run 1.1" in started.out


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("welcom",), 1, "there is no scenario welcom"),
        (("welcome", "--events", "no.jsonl"), 2, "no.jsonl cannot be read"),
        (("welcome", "--for", "soon"), 2, "--for takes a duration"),
    ],
)
def test_what_cannot_be_simulated_is_told(
    relance: Relance, small: Path, arguments: tuple[str, ...], code: int, text: str
) -> None:
    ran = relance("simulate", *arguments, "--workspace", small)
    assert ran.code == code
    assert text in ran.err


def test_without_an_engine_or_a_workspace_it_says_what_it_needs(relance: Relance) -> None:
    ran = relance("simulate", "welcome", "--grpc", "127.0.0.1:1")
    assert ran.code == 3
    assert "or name a --workspace, which needs no engine" in ran.err
