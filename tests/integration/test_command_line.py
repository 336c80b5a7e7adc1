"""The command line against an engine that it started itself, in one process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.offline import control_of
from engine.runtime.keyring import Keyring

RELANCE = [sys.executable, "-m", "engine"]
ORDER = {
    "type": "track", "event": "Order Completed", "userId": "42", "timestamp": "2026-01-01T00:00:00Z",
}  # fmt: skip
ADA = {"type": "identify", "userId": "42", "traits": {"email": "ada@example.com"}}


class Running(NamedTuple):
    data: Path
    grpc: str


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("engine")
    options = ["--workspace", "config", "--data", folder, "--runtime", "in-process"]
    options += ["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--json"]
    with subprocess.Popen([*RELANCE, "up", *options], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Running(folder, ready["grpc"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert ask(folder, "fsck")["findings"] == []


@pytest.fixture
def data(engine: Running) -> Path:
    return engine.data


def ran(*command: object, stdin: str = "", key: str = "") -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    done = subprocess.run(
        [*RELANCE, *map(str, command)],
        input=stdin,
        env={**os.environ, "RELANCE_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def ask(data: Path, *command: str, stdin: str = "", code: int = 0) -> Any:
    found, out, err = ran(*command, "--data", data, "--json", stdin=stdin)
    assert found == code, err
    return json.loads(out)


def test_events_are_pushed_once_and_the_refused_are_told(data: Path) -> None:
    lines = "\n".join([json.dumps(ADA), json.dumps(ORDER), "", "no json", '{"type":"track"}'])

    first = ask(data, "push", "-", stdin=lines, code=1)
    again = ask(data, "push", "-", stdin=json.dumps(ORDER))

    assert (first["accepted"], first["duplicates"], first["rejected"]) == (2, 0, 2)
    assert [one["line"] for one in first["rejections"]] == [4, 5]
    assert (again["accepted"], again["duplicates"], again["rejected"]) == (0, 1, 0)
    assert ask(data, "contact", "email:ada@example.com")["keys"] == [
        "user_id:42", "email:ada@example.com",
    ]  # fmt: skip


def test_a_field_that_does_not_exist_refuses_its_line_alone(data: Path) -> None:
    lines = json.dumps(ORDER | {"userid": "1"}) + "\n" + json.dumps(ORDER | {"userId": "7"})
    told = ask(data, "push", "-", stdin=lines, code=1)
    assert (told["accepted"], told["rejections"][0]["line"]) == (1, 1)


def test_an_operator_changes_a_contact_and_pauses_a_scenario(data: Path) -> None:
    ask(data, "push", "-", stdin=json.dumps({**ADA, "userId": "43", "traits": {}}))

    changed = ask(data, "contact", "user_id:43", "--set", "newsletter=true")

    assert changed["attributes"] == {"newsletter": True}
    assert ask(data, "scenario", "welcome", "--pause")["paused"] is True
    assert ask(data, "scenario", "welcome", "--resume")["paused"] is False


def test_a_scenario_is_started_for_a_whole_list_once(data: Path) -> None:
    for user in ("51", "52"):
        ask(data, "push", "-", stdin=json.dumps({**ADA, "userId": user, "traits": {}}))
    ask(data, "list", "add", "fair", "user_id:51", "user_id:52")
    start = ("scenario", "win_back", "--start-list", "fair", "--label", "spring")

    assert ask(data, *start, "--count")["counts"] == {"started": 2}
    assert ask(data, *start, "--yes")["counts"] == {"started": 2}
    assert ask(data, *start, "--yes")["counts"] == {"before": 2}


def test_the_workspace_in_force_is_applied_as_the_same_version(data: Path) -> None:
    ask(data, "scenario", "welcome", "--resume")
    before = ask(data, "status")["rulebook"]
    assert ask(data, "apply", "config", "--yes")["version"] == before


@pytest.fixture
def workspace(data: Path, tmp_path: Path) -> Path:
    """Another abandoned_cart than the one in force, no win_back, a new segment; one contact waits."""
    shop = tmp_path / "shop"
    assert ran("init", shop)[0] == 0
    cart = shop / "scenarios" / "abandoned_cart.yaml"
    cart.write_text(cart.read_text().replace("for: 1h", "for: 2h"))
    (shop / "scenarios" / "win_back.yaml").unlink()
    team = shop / "team.yaml"
    team.write_text(team.read_text().replace(", win_back]", "]"))
    (shop / "segments" / "new.yaml").write_text("segment: new\ncondition: {did: Cart Viewed}\n")
    added = {"type": "track", "event": "Product Added", "userId": "44", "messageId": "added"}
    added["properties"] = {"cart_id": "C-44"}
    ask(data, "push", "-", stdin=json.dumps(added))
    return shop


def test_a_plan_tells_what_would_change_and_who_waits(data: Path, workspace: Path) -> None:
    before = ask(data, "status")["rulebook"]

    plan = ask(data, "plan", str(workspace))

    assert (plan["version"], plan["next"]) == (before, before + 1)
    cart, win_back = plan["scenarios"]
    assert (cart["name"], cart["change"], cart["version"]) == ("abandoned_cart", "changed", 2)
    assert cart["waiting"] == {"hour": 1}
    assert (win_back["name"], win_back["change"]) == ("win_back", "removed")
    assert [(one["name"], one["change"]) for one in plan["segments"]] == [("new", "added")]
    assert ask(data, "status")["rulebook"] == before
    assert "Nothing changes" in ran("plan", "config", "--data", data)[1]


def test_apply_shows_the_plan_and_asks(data: Path, workspace: Path) -> None:
    before = ask(data, "status")["rulebook"]
    reader, terminal = os.openpty()
    os.write(reader, b"n\n")
    command = [*RELANCE, "apply", str(workspace), "--data", str(data)]

    done = subprocess.run(command, stdin=terminal, capture_output=True, text=True, check=False)

    os.close(reader)
    os.close(terminal)
    assert (done.returncode, done.stdout.strip()) == (1, "")
    assert "1 run under way: 1 at hour" in done.stderr
    assert "pin      1 finishes on the version they began with" in done.stderr
    assert "Publish it?" in done.stderr
    assert ask(data, "status")["rulebook"] == before


def test_a_version_is_published_with_a_choice_told_in_the_history_and_rolled_back(
    data: Path, workspace: Path
) -> None:
    before = ask(data, "status")["rulebook"]
    chosen = ["--waiting", "abandoned_cart=migrate", "--note", "patience"]
    done = ask(data, "apply", str(workspace), "--yes", *chosen)
    [last, *_] = ask(data, "versions")
    assert (
        (last["version"], last["note"]) == (done["version"], "patience") == (before + 1, "patience")
    )
    assert "scenario win_back removed" in last["changes"]
    assert "patience" in ran("versions", "--data", data)[1]

    back = ask(data, "rollback", "--yes", "--waiting", "migrate")

    assert back == {"version": before + 2, "of": before}
    assert "Nothing changes" in ran("plan", "config", "--data", data)[1]
    code, _, told = ran("rollback", "99", "--yes", "--data", data)
    assert (code, "there is no version 99" in told) == (1, True)
    code, _, told = ran("plan", "config", "--waiting", "cart=pin", "--data", data)
    assert (code, "there is no scenario cart" in told) == (2, True)


def test_a_key_opens_what_its_kind_may_do_until_it_is_revoked(engine: Running) -> None:
    key = ask(engine.data, "keys", "create", "--kind", "operator", "--name", "desk")["key"]
    status = ("status", "--grpc", engine.grpc, "--json")
    assert ran(*status, key=key)[0] == 0
    assert ran("push", "--grpc", engine.grpc, stdin=json.dumps(ADA), key=key)[0] == 4
    assert ran(*status)[0] == 4

    [listed] = ask(engine.data, "keys", "list")
    ask(engine.data, "keys", "revoke", listed["id"])

    assert ran(*status, key=key)[0] == 4
    assert ran("keys", "revoke", listed["id"], "--data", engine.data)[0] == 1


def test_what_does_not_exist_is_told(data: Path) -> None:
    assert ran("contact", "user_id:nobody", "--data", data)[0] == 1
    found = ran("scenario", "welcom", "--data", data)
    assert found == (1, "", "E-UNKNOWN: there is no scenario welcom; did you mean welcome?\n")


def test_keys_of_a_data_folder_at_rest_are_managed_without_an_engine(tmp_path: Path) -> None:
    shop, folder = tmp_path / "shop", tmp_path / "data"
    assert ran("init", shop, "--data", folder)[0] == 0

    ask(folder, "keys", "create", "--kind", "server", "--name", "shop")

    [listed] = ask(folder, "keys", "list")
    assert (listed["kind"], listed["name"]) == ("server", "shop")
    assert ask(folder, "keys", "revoke", listed["id"]) == {"revoked": listed["id"]}
    assert ran("keys", "revoke", listed["id"], "--data", folder)[0] == 1


def test_a_token_made_as_the_readme_says_is_believed(tmp_path: Path) -> None:
    shop, folder = tmp_path / "shop", tmp_path / "data"
    assert ran("init", shop, "--data", folder)[0] == 0
    secret = ask(folder, "keys", "user-token-secret")["secret"]
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    says: dict[str, Any] = {}
    exec(readme.split("## User tokens")[1].split("```python\n")[1].split("```")[0], says)
    control = control_of(folder, "test")
    keyring = Keyring(control, control.setting("secret") or b"")
    assert keyring.user_token_fits("42", says["user_token"](secret, "42"))
    assert not keyring.user_token_fits("43", says["user_token"](secret, "42"))
    assert control.audit(1)[0].act == "show user token secret"
    control.close()


def test_a_running_engine_is_checked_while_it_runs(data: Path) -> None:
    assert ask(data, "fsck")["findings"] == []


def test_a_segment_tells_why_a_contact_is_in_it_and_until_when(data: Path) -> None:
    added = {"type": "track", "event": "Product Added", "userId": "why", "messageId": "w2"}
    ask(data, "push", "-", stdin=json.dumps(added))

    found = ask(data, "segment", "hesitating", "--why", "user_id:why")
    code, out, _ = ran("segment", "hesitating", "--why", "user_id:why", "--data", data)

    assert sorted(found) == ["because", "member", "since", "until"]
    since, until = (datetime.fromisoformat(found[name]) for name in ("since", "until"))
    assert found["member"]
    assert until - since <= timedelta(days=3)
    assert [part["holds"] for part in found["because"]] == [True, True]
    assert code == 0
    assert out.startswith("user_id:why is in hesitating since ")
    assert ", buyers, " in ran("segment", "x", "--why", "user_id:why", "--data", data)[2]
    assert ran("segment", "hesitating", "--why", "user_id:no", "--data", data)[0] != 0
