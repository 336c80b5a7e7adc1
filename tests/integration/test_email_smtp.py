"""Mail over real SMTP connections: each phase refused, cut, or lost, and the Sender killed meanwhile."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from channels import smtp_pool
from channels.email import Email
from engine.errors import ChannelError, Deferred, Refused, RouteDown, Unsure
from engine.ports.sending import Rendered
from tests.smtp_server import Server, raw_server, smtp_server

SENDER = "Équipe Relance <news@example.com>"
Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Conversation = Callable[[Reader, Writer], Coroutine[Any, Any, None]]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with smtp_server() as server:
        yield server


@pytest.fixture
async def email(server: Server) -> AsyncIterator[Email]:
    email = Email(server.url, SENDER, connections=4)
    yield email
    await email.close()


def message(number: int = 1) -> Rendered:
    return Rendered(
        f"run/step/{number}", f"<{number}@example.com>", f"ada{number}@example.com",
        "Votre panier vous attend", "Bonjour Zoé\n.\n..\n" + "x" * 2_000, "<p>Zoé</p>",
        marketing=True, at=1_700_000_000_000,
    )  # fmt: skip


async def fate(email: Email, number: int = 1) -> tuple[ChannelError, bool]:
    """The error that sending raises, and whether the message had left."""
    left: list[bool] = []
    with pytest.raises(ChannelError) as caught:
        await email.send(message(number), lambda: left.append(True))
    return caught.value, bool(left)


# --- one message ----------------------------------------------------------------------------------


async def test_what_arrives_is_what_was_written(server: Server, email: Email) -> None:
    reply = await email.send(message(), lambda: None)

    (mail,) = server.mails
    assert reply == "250 queued as 1"
    assert mail["From"] == SENDER
    text = mail.get_body(("plain",))
    assert isinstance(text, EmailMessage)
    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == message().text
    assert server.received[0].isascii()


@pytest.mark.parametrize(
    ("phase", "reply", "kind", "suppress"),
    [
        ("MAIL", "451 4.3.0 busy", RouteDown, False),
        ("MAIL", "550 5.7.1 you may not send", RouteDown, False),
        ("RCPT", "450 4.2.1 later", Deferred, False),
        ("RCPT", "550 5.1.1 no such user", Refused, True),
        ("RCPT", "554 5.7.1 blocked", Refused, False),
        ("RCPT", "421 4.3.2 closing", RouteDown, False),
        ("DATA", "451 4.7.1 greylisted", Deferred, False),
        ("DATA", "554 5.6.0 content refused", Refused, False),
        ("DATA", "421 4.3.2 closing", Deferred, False),
    ],
)
async def test_a_reply_is_judged_by_its_phase(
    server: Server, email: Email, phase: str, reply: str, kind: type[ChannelError], suppress: bool
) -> None:
    server.replies[phase] = reply

    error, left = await fate(email)

    assert type(error) is kind
    assert error.reply == reply
    assert left == (phase == "DATA")
    assert getattr(error, "suppress", False) == suppress


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
async def test_a_refusal_leaves_the_next_message_unharmed(
    server: Server, email: Email, phase: str
) -> None:
    server.replies[phase] = "450 later"
    await fate(email)
    server.replies.clear()

    await email.send(message(2), lambda: None)

    assert list(server.message_ids) == ["<2@example.com>"]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("phase", "kind"), [("MAIL", RouteDown), ("RCPT", Deferred), ("DATA", Unsure)]
)
async def test_a_lost_connection_is_judged_by_its_phase(
    server: Server, email: Email, phase: str, kind: type[ChannelError]
) -> None:
    server.drop = phase

    error, left = await fate(email)

    assert type(error) is kind
    assert left == (phase == "DATA")


async def test_no_answer_after_the_dot_is_unsure(server: Server) -> None:
    email = Email(server.url, SENDER, data_timeout=0.05)
    server.pace = 0.5

    error, left = await fate(email)

    assert (type(error), left) == (Unsure, True)
    await email.close()


async def greeting_421(_: Reader, writer: Writer) -> None:
    writer.write(b"421 4.3.2 too many connections\r\n")
    await writer.drain()


async def greeting_554(_: Reader, writer: Writer) -> None:
    writer.write(b"554 5.7.1 blocked\r\n")
    await writer.drain()


async def hanging_up(_: Reader, __: Writer) -> None: ...


async def another_protocol(_: Reader, writer: Writer) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()


@pytest.mark.parametrize("converse", [greeting_421, greeting_554, hanging_up, another_protocol])
async def test_a_server_that_does_not_greet_is_a_route_that_is_down(
    converse: Conversation,
) -> None:
    async with raw_server(converse) as url:
        email = Email(url, SENDER)

        error, left = await fate(email)

    assert (type(error), left) == (RouteDown, False)


async def test_a_port_where_nobody_listens_is_a_route_that_is_down(server: Server) -> None:
    await server.stop()

    error, left = await fate(Email(server.url, SENDER))

    assert (type(error), left) == (RouteDown, False)
    assert "127.0.0.1" in str(error)
    await server.start()


async def nonsense_after_the_dot(reader: Reader, writer: Writer) -> None:
    for reply in (b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go"):
        writer.write(reply + b"\r\n")
        await writer.drain()
        if reply != b"354 go":
            await reader.readline()
    await reader.readuntil(b"\r\n.\r\n")
    writer.write(b"what?\r\n")
    await writer.drain()
    await reader.read()


async def test_an_answer_that_is_no_smtp_after_the_dot_is_unsure() -> None:
    async with raw_server(nonsense_after_the_dot) as url:
        error, left = await fate(Email(url, SENDER))

    assert (type(error), left) == (Unsure, True)


# --- kept connections -----------------------------------------------------------------------------


async def test_connections_are_kept_and_replaced_after_their_share(server: Server) -> None:
    email = Email(server.url, SENDER, connections=1, per_connection=3)

    for number in range(7):
        await email.send(message(number), lambda: None)

    assert server.connections == 3
    await email.close()


async def test_a_kept_connection_that_died_idle_costs_nothing(server: Server, email: Email) -> None:
    await email.send(message(1), lambda: None)
    server.hang_up()
    left: list[bool] = []

    await email.send(message(2), lambda: left.append(True))

    assert server.message_ids == {"<1@example.com>": 1, "<2@example.com>": 1}
    assert (left, server.connections) == ([True], 2)


async def test_a_kept_connection_that_says_goodbye_costs_nothing(
    server: Server, email: Email
) -> None:
    await email.send(message(1), lambda: None)
    server.replies["MAIL"] = "421 4.4.2 idle too long"
    asyncio.get_running_loop().call_later(0.05, server.replies.clear)

    with pytest.raises(RouteDown):
        await email.send(message(2), lambda: None)
    await asyncio.sleep(0.1)
    await email.send(message(2), lambda: None)

    assert server.message_ids == {"<1@example.com>": 1, "<2@example.com>": 1}


async def test_an_idle_connection_is_closed(
    server: Server, email: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_pool, "IDLE", 0.02)
    await email.send(message(1), lambda: None)

    while server.open_connections:
        await asyncio.sleep(0.01)

    await email.send(message(2), lambda: None)
    assert server.connections == 2


async def test_no_more_connections_are_opened_than_were_asked_for(server: Server) -> None:
    email = Email(server.url, SENDER, connections=3)
    server.pace = 0.01

    await asyncio.gather(*(email.send(message(number), lambda: None) for number in range(12)))

    assert server.connections == 3
    assert len(server.received) == 12
    await email.close()


# --- encryption and login -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home_made(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that no authority signed."""
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


async def test_encryption_that_is_a_bonus_takes_any_certificate(home_made: ssl.SSLContext) -> None:
    async with smtp_server(tls_context=home_made, require_starttls=True) as server:
        email = Email(f"smtp://127.0.0.1:{server.port}", SENDER)

        await email.send(message(), lambda: None)

        assert len(server.received) == 1
        await email.close()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_encryption_that_is_asked_for_checks_the_certificate(
    home_made: ssl.SSLContext, scheme: str
) -> None:
    tls = home_made if scheme == "smtps" else None
    async with smtp_server(tls, tls_context=None if tls else home_made) as server:
        error, left = await fate(
            Email(f"{scheme}://127.0.0.1:{server.port}?starttls=require", SENDER)
        )

    assert (type(error), left) == (RouteDown, False)
    assert "certificate" in str(error)


@pytest.mark.parametrize("password", ["right", "wrong"])
async def test_the_user_of_the_route_logs_in(password: str) -> None:
    def authenticate(*arguments: Any) -> AuthResult:
        right = arguments[-1].password == b"right"
        return AuthResult(success=right, handled=right)

    options: dict[str, Any] = {
        "authenticator": authenticate,
        "auth_require_tls": False,
    }
    async with smtp_server(**options) as server:
        url = f"smtp://news@127.0.0.1:{server.port}?starttls=never"
        email = Email(url, SENDER, password=password)
        if password == "right":
            await email.send(message(), lambda: None)
        else:
            error, left = await fate(email)
            assert (type(error), left) == (RouteDown, False)
        assert len(server.received) == (password == "right")
        await email.close()
