"""Which Twilio account sends, as whom, and where it calls back: the settings, read and checked."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple
from urllib.parse import urlsplit

from engine.errors import BadRequest, SettingsError
from engine.ports.sending import RECEIPTS

PROVIDER = "twilio"


class TwilioRoute(NamedTuple):
    """``sender`` is a messaging service (``MG...``), or a number, short code or name.

    ``tokens``: the account's auth token, then the one before while Twilio rotates them; the first sends,
    each may sign. ``callback_url`` "" means that Twilio is not asked to call.
    """

    account: str
    tokens: tuple[str, ...]
    sender: str
    callback_url: str = ""
    base_url: str = ""
    proxy: str = ""

    @property
    def by_service(self) -> bool:
        return re.fullmatch(r"MG[0-9a-f]{32}", self.sender) is not None

    def status_callback(self, key: str) -> str:
        """Where Twilio tells what becomes of a message: known before the message has a SID."""
        if not self.callback_url:
            return ""
        token = urlsafe_b64encode(key.encode()).decode().rstrip("=")
        return self.callback_url + RECEIPTS.format(provider=PROVIDER, token=token)


def key_in(token: str) -> str:
    """The message's key. Raises BadRequest."""
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        raise BadRequest(f"{token[:80]!r} names no message") from None


def twilio_route(
    account: str, token: str, sender: str, callback_url: str, base_url: str, proxy: str
) -> TwilioRoute:
    """Raises SettingsError."""
    tokens = tuple(filter(None, (part.strip() for part in token.split(","))))
    if not tokens:
        raise SettingsError("sms.account is set; put its token in RELANCE_TWILIO_AUTH_TOKEN")
    if not sender:
        raise SettingsError("sms.sender is empty; name a messaging service (MG...) or a number")
    for name, url in (("callback_url", callback_url), ("base_url", base_url)):
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
            raise SettingsError(f"sms.{name} {url!r}: write https://host[/path]")
    if "_" in (urlsplit(callback_url).hostname or ""):
        raise SettingsError(f"sms.callback_url {callback_url!r}: Twilio calls no host with a _")
    return TwilioRoute(
        account, tokens, sender, callback_url.rstrip("/"), base_url.rstrip("/"), proxy
    )
