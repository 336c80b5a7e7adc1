"""The bytes of a mail: RFC 5322 headers, RFC 2045 quoted-printable bodies, seven bits, CRLF.

Written by hand because the headers are few and ours: the standard library's EmailMessage needs ten
times as long, breaks long Message-IDs and links, and glues encoded words of accented subjects together.
Every value passes ``_header``, which refuses control characters.
"""

import re
from binascii import b2a_qp
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from hashlib import blake2b

from engine.errors import Refused
from engine.ports.sending import Rendered

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MESSAGE_ID = re.compile(r"^<[!-;=?A-~]+@[!-;=?A-~]+>$")
_EMPTY = b""
LINE = 76
"""Characters of a header line; RFC 5322 asks for at most 78."""


def compose(message: Rendered, sender: str, recipient: str) -> bytes:
    """The whole mail; the same message gives the same bytes. Raises Refused for a value no header may hold.

    ``sender`` comes from ``sender_header``; ``recipient`` is a checked ASCII address.
    """
    headers = [
        _header("From", sender),
        _header("To", recipient),
        _header("Subject", encoded(message.subject, "Subject")),
        _header("Date", format_datetime(datetime.fromtimestamp(message.at / 1_000, UTC))),
        _header("Message-ID", _message_id(message.message_id)),
        b"MIME-Version: 1.0\r\n",
    ]
    if message.unsubscribe:
        headers += _unsubscribe(message.unsubscribe)
    if not message.marketing:
        headers.append(
            b"Auto-Submitted: auto-generated\r\n"
        )  # RFC 3834: nobody's vacation answers it
    return _EMPTY.join(headers) + _content(message)


def _unsubscribe(url: str) -> list[bytes]:
    """RFC 8058: one HTTPS URI that a POST to, without any cookie or page, unsubscribes. Never encoded."""
    if not url.isascii() or any(mark in url for mark in "<> \r\n"):
        raise Refused(f"not a URL for List-Unsubscribe: {url[:80]!r}")
    return [
        _header("List-Unsubscribe", f"<{url}>"),
        _header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def sender_header(sender: str) -> tuple[str, str]:
    """``Name <address>`` -> (the value of From, the bare address)."""
    name, address = parseaddr(sender)
    if name.isascii():
        return formataddr((name, address)), address
    return f"{encoded(name, 'From')} <{address}>", address


def encoded(value: str, name: str) -> str:
    """A free text as a header value: folded, and in encoded words (RFC 2047) where it is not ASCII.

    An ASCII text that looks like an encoded word is encoded too, or its reader would decode it.
    """
    plain = value.isascii() and "=?" not in value
    if plain and len(value) + len(name) < LINE:
        return value
    charset = "us-ascii" if plain else "utf-8"
    return Header(value, charset, maxlinelen=LINE - 1, header_name=name).encode(linesep="\r\n")


def _header(name: str, value: str) -> bytes:
    if _CONTROL.search(value.replace("\r\n ", " ")):
        raise Refused(f"the header {name} may not hold control characters")
    return f"{name}: {value}\r\n".encode("ascii")


def _message_id(value: str) -> str:
    bracketed = value if value.startswith("<") else f"<{value}>"
    if not _MESSAGE_ID.match(bracketed):
        raise Refused(f"not a Message-ID: {value[:80]!r}")
    return bracketed


def _content(message: Rendered) -> bytes:
    """Text alone, or text and html as alternatives, the richest last (RFC 2046 5.1.4)."""
    text = _part("plain", message.text)
    if not message.html:
        return text
    boundary = b"=_" + blake2b(message.message_id.encode(), digest_size=16).hexdigest().encode()
    return _EMPTY.join((
        b'Content-Type: multipart/alternative; boundary="', boundary, b'"\r\n\r\n--', boundary,
        b"\r\n", text, b"\r\n--", boundary, b"\r\n", _part("html", message.html),
        b"\r\n--", boundary, b"--\r\n",
    ))  # fmt: skip


def _part(subtype: str, body: str) -> bytes:
    lines = body.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    quoted = b2a_qp(lines, quotetabs=False, istext=True, header=False).replace(b"\n", b"\r\n")
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode() + quoted
