"""Where mail goes: the SMTP URL of the settings, read into its parts."""

import ssl
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from engine.errors import SettingsError

StartTls = Literal["require", "auto", "never"]
_MODES: dict[str, StartTls] = {"require": "require", "auto": "auto", "never": "never"}


class SmtpRoute(NamedTuple):
    """``tls`` from the first byte, or ``starttls`` after the greeting."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: StartTls

    def context(self) -> ssl.SSLContext | None:
        """Certificates are checked, except where encryption is a bonus: ``auto`` without a password.

        RFC 7435: a local relay with a home-made certificate is still better read by nobody else.
        """
        if self.starttls == "auto" and not self.tls and not self.user:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        return None


def route_of(url: str, password: str) -> SmtpRoute:
    """``smtp://[user@]host:port[?starttls=require|auto|never]`` or ``smtps://``. Raises SettingsError."""
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    starttls = options.pop("starttls", ["auto"])[-1]
    try:
        port = parts.port
    except ValueError:
        raise SettingsError(f"email.route {url!r}: the port is not a number") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or options:
        raise SettingsError(f"email.route {url!r}: write smtp://[user@]host:port or smtps://...")
    if parts.password is not None:
        raise SettingsError("email.route holds a password; put it in RELANCE_SMTP_PASSWORD")
    if starttls not in _MODES:
        raise SettingsError(f"email.route {url!r}: starttls is require, auto or never")
    user = unquote(parts.username or "")
    if user and not password:
        raise SettingsError("email.route names a user; put the password in RELANCE_SMTP_PASSWORD")
    tls = parts.scheme == "smtps"
    return SmtpRoute(
        parts.hostname, port or (465 if tls else 25), user, password, tls, _MODES[starttls]
    )
