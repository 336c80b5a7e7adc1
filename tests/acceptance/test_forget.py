"""A person is erased: nothing of theirs is in any file, however it is written, and nothing comes back."""

import base64
import binascii
import contextlib
import quopri
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from engine.bootstrap import Spec, init_data, part
from engine.cli.archive import write as write_archive
from engine.cli.main import app
from engine.domain.language.condition import Condition
from engine.domain.language.segment import Segment
from engine.domain.rulebooks.definitions import encode
from engine.loading.definitions import load
from engine.runtime.processes.in_process import InProcessRuntime
from engine.settings import Email, Rpc, Settings, Store, Webhooks
from engine.settings import Runtime as RuntimeSettings
from engine.store.driver import driver
from tests.acceptance import shop
from tests.acceptance.engine_process import wait_until
from tests.acceptance.sink import sink
from tests.contract.running_engine import HOSTS, RunningEngine
from tests.webhook_server import SECRET

ADA = "user_id:ada-7f3a9c41"
USER, FIRST, SECOND = "ada-7f3a9c41", "ada-phone-51c7", "ada-laptop-9b20"
MAIL, PHONE, NAME = "ada.lovelace@example.org", "+33612345678", "Augusta-Ada"
TRACES = (USER, FIRST, SECOND, MAIL, PHONE, NAME)
LONG = "x" * 600
TABLES = (
    *("contact", "log", "directory", "wakeup", "outbox", "rejected", "mailbox", "spool"),
    "event_name",
)
MORE = {
    "team.yaml": """\
owners:
  - {owner: claire, name: Claire Martin, email: claire@shop.example}
default: claire
handoffs:
  - {handoff: hot, title: Hot, deadline: 2d, alert: alert}
""",
    "segments/signed.yaml": "segment: signed\ncondition: {did: Signed Up}\n",
    "lists.yaml": "lists:\n  - {list: fair, title: Fair}\n",
    "webhooks.yaml": """\
webhooks:
  - {webhook: gone, url: "http://192.0.2.1/", on: [{enters: signed}], attributes: [email]}
  - {webhook: down, url: "http://127.0.0.1:1/", on: [{enters: signed}], attributes: [email]}
""",
    "templates/alert/template.yaml": """\
channel: email
subject: "To take over: {{ contact.first_name }}"
transactional: true
""",
    "templates/alert/text.txt": (
        "{{ contact.first_name }}, {{ contact.email }}, {{ handoff.reason }}: "
        "{{ message.handoff_url }}\n"
    ),
}
"""Who else hears of her: an owner by mail, two receivers of webhooks, one refused and one not there."""
"""A user id that the engine refuses."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_GZIP = b"\x1f\x8b\x08"


@pytest.fixture(params=["mailbox", "smtp", "postgres"])
def engine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningEngine]:
    for endpoint in ("GONE", "DOWN"):
        monkeypatch.setenv(f"RELANCE_WEBHOOK_{endpoint}", SECRET)
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else "sqlite"
    with sink() as smtp:
        route = smtp.url if request.param == "smtp" else "mailbox"
        workspace = shop.write(tmp_path / "workspace", route, HOSTS)
        settings = Settings(
            runtime=RuntimeSettings(hosts=HOSTS, clock_rate=10.0),
            rpc=Rpc(grpc="127.0.0.1:0", http="127.0.0.1:0", public_url="https://shop.example"),
            email=Email(route=route),
            store=Store(url=url),
            webhooks=Webhooks(allow="127.0.0.0/8"),
        )
        for name, text in MORE.items():
            path = workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        data = tmp_path / "data"
        init_data(data, settings)
        spec = msgspec.msgpack.encode(Spec(str(data), settings, HOSTS, encode(load(workspace))))
        running = RunningEngine(InProcessRuntime(part, spec), data, workspace, smtp)
        running.data = data
        running.start()
        yield running
        running.stop()


def ada() -> list[shop.Item]:
    """Two devices, a name, two addresses, two mails; two items that cannot be taken."""
    user, first, second = {"userId": USER}, {"anonymousId": FIRST}, {"anonymousId": SECOND}
    traits = {"email": MAIL, "phone": PHONE, "first_name": NAME, "consent_email": True}
    return [
        shop.track("Product Viewed", first, "a0"),
        {"type": "identify", **user, **first, "traits": traits, "messageId": "a1"},
        shop.track("Signed Up", user, "a2"),
        shop.track("Product Added", user, "a3", {"name": "Shoe", "price": 9}),
        shop.track("Product Viewed", second, "a4"),
        {"type": "identify", **user, **second, "messageId": "a5"},
        shop.track(f"Invited {MAIL}", user, "a6"),
    ]


def bad() -> list[shop.Item]:
    return [
        {"type": "trak", "userId": USER, "messageId": "b0"},
        {"type": "identify", "traits": {"email": MAIL, "first_name": NAME}, "messageId": "b1"},
    ]


def lived(engine: RunningEngine) -> None:
    """She lived beside somebody else, and everything has come to rest."""
    for item in ada():
        assert engine.push(item) == ["accepted"]
    engine.push(*bad())
    bring(engine)
    engine.push(*shop.person(2))
    engine.operator.change_list("fair", [ADA])
    engine.operator.raise_handoff(ADA, "hot", f"call {NAME} on {PHONE}")
    wait_until(lambda: _sent(engine) == 3, "both mails and the owner's have left")
    wait_until(engine.operator.webhooks.dead, "a webhook was refused for good")


def bring(engine: RunningEngine) -> str:
    """A file of which no row can go in; answers the error file that the command leaves beside it."""
    people, errors = engine.data.parent / "people.csv", engine.data.parent / "errors.csv"
    people.write_text(f"email,phone,user_id\n{MAIL},none,{USER}\n{MAIL},{NAME}\n{MAIL},,{LONG}\n")
    words = ["import", "contacts", str(people), "--errors", str(errors), "--again"]
    done = CliRunner().invoke(
        app, [*words, "--grpc", engine.grpc], env={"RELANCE_KEY": engine.admin}
    )
    assert done.exit_code == 1, done.output
    people.unlink()
    return errors.read_text()


def sampled(engine: RunningEngine) -> set[str]:
    """Keys that a preview of a segment shows, which is read by processes and files of its own."""
    asked = Segment(segment="asked", condition=Condition(did="Signed Up"))
    written = load(engine.workspace)
    previewed = msgspec.structs.replace(written, segments=(*written.segments, asked))
    surveys = engine.operator.surveys
    surveys.forecast("signed", 3)
    [found] = surveys.preview(encode(previewed), ["asked"])["segments"]
    return {key for one in found["sample"] for key in one["keys"]}


def _sent(engine: RunningEngine) -> int:
    facts = [fact[0] for row in engine.contact(ADA)["timeline"] for fact in row["facts"]]
    return facts.count("sent")


# --- the search ----------------------------------------------------------------------------------


def spellings(raw: bytes) -> Iterator[bytes]:
    """The bytes, and what they are when read as base64, quoted-printable, gzip or msgpack."""
    yield raw
    yield quopri.decodestring(raw)
    joined = raw.replace(b"\r\n", b"").replace(b"\n", b"")
    for found in _BASE64.finditer(joined):
        for skipped in range(4):
            text = found.group()[skipped:].rstrip(b"=")
            try:
                yield base64.urlsafe_b64decode(
                    text[: len(text) // 4 * 4].replace(b"+", b"-").replace(b"/", b"_")
                )
            except binascii.Error:
                continue
    at = raw.find(_GZIP)
    while at >= 0:
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(raw[at:])
        at = raw.find(_GZIP, at + 1)


def unpacked(raw: bytes) -> Iterator[bytes]:
    for start in (0, 1):
        try:
            yield repr(msgspec.msgpack.decode(raw[start:])).encode()
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue


def rows_of(path: Path) -> Iterator[bytes]:
    db = driver.connect(f"file:{path}?mode=ro", uri=True)
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in db.execute(f'SELECT * FROM "{table}"'):
            yield repr(row).encode()
            for value in row:
                if isinstance(value, bytes):
                    yield value
                    yield from unpacked(value)
    db.close()


def traces_in(data: Path) -> list[str]:
    """``file: trace`` for each that is found anywhere in a file of the data folder."""
    found = []
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        contents = [path.read_bytes()]
        if path.suffix == ".db":
            contents += rows_of(path)
        for content in contents:
            texts = [one.lower() for one in spellings(content)]
            found += [
                f"{path.name}: {trace}"
                for trace in TRACES
                if any(trace.lower().encode() in text for text in texts)
            ]
    return sorted(set(found))


# --- the promise ---------------------------------------------------------------------------------


def test_nothing_of_an_erased_person_is_found_or_comes_back(
    engine: RunningEngine, tmp_path: Path
) -> None:
    lived(engine)
    desk = engine.operator.privacy
    assert ADA in sampled(engine)
    before = traces_in(engine.data)
    held = write_archive(tmp_path / "ada.zip", ADA, desk.dossier(ADA))
    gone = desk.forget(f"email:{MAIL}")["erased"]
    assert before
    for table in TABLES:
        assert (table, gone.get(table, 0)) == (table, held.get(table, 0))
    assert [held[table] for table in ("contact", "rejected", "outbox", "event_name")] == [
        2,
        5,
        2,
        1,
    ]
    left = sampled(engine)
    assert "user_id:u2" in left
    assert not {key for key in left for trace in TRACES if trace in key}
    assert traces_in(engine.data) == []
    assert [line["subject"] for line in desk.audit()][:2] == [
        desk.retention()["erased"][0]["subject"]
    ] * 2

    assert engine.push(*ada()) == ["rejected"] * 7
    engine.push(*bad())
    assert not [trace for trace in TRACES if trace in bring(engine)]
    row = {"type": "identify", "userId": "crm-1", "traits": {"email": MAIL}, "messageId": "i"}
    assert engine.push(row | {"integrations": {"All": False}}) == ["rejected"]
    assert engine.operator.contact(ADA) is None
    assert traces_in(engine.data) == []
    assert engine.operator.fsck()["findings"] == []
    other: Any = engine.contact("user_id:u2")
    assert other["attributes"]["first_name"] == "Ada2"
