"""The demo as its user starts it: a process that shows the engine at work, adds up, and leaves nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
Document = dict[str, Any]


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Its home and its temporary folder are empty ones of its own; it must end by itself."""
    home, temporary = folder / "home", folder / "tmp"
    home.mkdir()
    temporary.mkdir()
    command = [sys.executable, "-m", "engine", "demo", "--visitors", "12", "--speed", "20000"]
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(temporary)}
    with subprocess.Popen(
        [*command, *options], cwd=ROOT, env=surroundings, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process
    assert [*home.iterdir(), *temporary.iterdir()] == []


def document_of(folder: Path, *options: str) -> Document:
    with demo(folder, "--json", *options) as process:
        out, said = process.communicate()
    assert process.returncode == 0, out + said
    document: Document = json.loads(out)
    return document


def assert_it_adds_up(made: Document) -> None:
    assert_events_and_contacts_add_up(made)
    assert_messages_add_up(made)
    for row in made["segments"]:
        assert row["size"] == row["in"] - row["out"]
    for row in made["scenarios"]:
        assert row["entered"] == row["ended"] + row["waiting"], row["scenario"]
        assert row["waiting"] == sum(step["in"] - step["out"] for step in row["steps"])
    assert made["problems"] == made["fsck"]["findings"] == []
    hot = made["hot"]
    assert hot["top"][0]["value"] > 0
    assert hot["handoff"]["name"] == hot["top"][0]["name"]
    assert hot["handoff"]["owner"] in ("claire", "karim", "emma")


def assert_events_and_contacts_add_up(made: Document) -> None:
    events, contacts, checked = made["events"], made["contacts"], made["fsck"]["checked"]
    judged = events["accepted"] + events["duplicates"] + events["rejected"]
    assert sum(events["sent"].values()) == judged
    assert events["accepted"] == events["stored"] == checked["events"]
    assert events["rejected"] == sum(row["count"] for row in events["reasons"]) > 0
    assert all(row["reason"] for row in events["reasons"])
    assert events["duplicates"] > 0
    assert sum(contacts.values()) == checked["contacts"]
    assert all(contacts.values())


def assert_messages_add_up(made: Document) -> None:
    messages, mails = made["messages"], made["mails"]
    finished = sum(messages[name] for name in ("sent", "failed", "unknown", "queued"))
    assert messages["intended"] == finished
    assert messages["sent"] == mails["received"] == sum(mails["templates"].values())
    steps = [step for row in made["scenarios"] for step in row["steps"] if step["do"] == "send"]
    assert mails["received"] == sum(step["in"] - step["skipped"] for step in steps)
    assert {"welcome", "cart_reminder", "cart_last_call"} <= mails["templates"].keys()
    assert "?" not in mails["templates"]
    assert mails["example"]["headers"]["From"] == "La Petite Boutique <bonjour@boutique.example>"
    assert "https://boutique.example/" in mails["example"]["text"]


@pytest.mark.slow
def test_three_days_of_a_shop_add_up_and_leave_nothing(tmp_path: Path) -> None:
    assert_it_adds_up(document_of(tmp_path, "--runtime", "in-process"))


@pytest.mark.ray
@pytest.mark.slow
def test_the_same_three_days_add_up_on_ray(tmp_path: Path) -> None:
    made = document_of(tmp_path)

    assert made["runtime"] == "ray"
    assert_it_adds_up(made)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["Starting the engine", "the shop opens"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_takes_its_engine_and_its_folder_along(
    tmp_path: Path, moment: str, number: signal.Signals
) -> None:
    with demo(tmp_path, "--runtime", "in-process") as process:
        assert process.stderr is not None
        while moment not in process.stderr.readline():
            pass
        while not (family := psutil.Process(process.pid).children(recursive=True)):
            pass
        process.send_signal(number)
        process.communicate()

    assert process.returncode == 130
    assert not any(one.is_running() for one in family)


def test_a_folder_that_holds_something_is_not_filled(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").touch()

    with demo(tmp_path, "--keep", str(tmp_path / "mine")) as process:
        _, said = process.communicate()

    assert process.returncode == 2
    assert "give another folder" in said
