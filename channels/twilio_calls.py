"""Twilio's calls to us: what became of a message, and what people answer.

Each is proved by a signature over the public URL and the form (X-Twilio-Signature). The URL is put
together from the settings: what a proxy or a caller writes into Host says nothing.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal
from urllib.parse import parse_qs

from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from channels.opt_out import asks_to_start, asks_to_stop
from channels.twilio_route import PROVIDER, TwilioRoute, key_in
from engine.domain.intake.notice import Inbound, Notice
from engine.domain.profile.consent import OPTED_OUT
from engine.errors import BadRequest, NotAllowed

Status = Literal["taken", "delivered", "undelivered"]
STATUSES: dict[str, Status] = {
    "delivered": "delivered", "read": "delivered",
    "undelivered": "undelivered", "failed": "undelivered", "canceled": "undelivered",
}  # fmt: skip
"""Any other says only that Twilio has the message."""
GONE = "21610"
DEAD = frozenset({"21211", "21614", "30006"})
"""No number, not a mobile, a landline: nothing will ever arrive there."""

SOFT = {"30004": 3, "30005": 2}
"""Blocked by the recipient or carrier, unknown or inactive number: how many in a row are one too many."""


class Form(dict[str, list[str]]):
    """The fields of a call, as the validator asks for them."""

    def getlist(self, name: str) -> list[str]:
        return self[name]

    def one(self, name: str) -> str:
        return self.get(name, [""])[0]


class TwilioCalls:
    answer: ClassVar[tuple[str, bytes]] = ("text/xml", b"<Response/>")

    def __init__(self, route: TwilioRoute) -> None:
        self._public = route.callback_url
        self._validators = [RequestValidator(token) for token in route.tokens]

    def receipt(self, token: str, target: str, headers: Mapping[str, str], body: bytes) -> Notice:
        """See Hook."""
        form = self._proved(target, headers, body)
        key, sid, status = key_in(token), form.one("MessageSid"), form.one("MessageStatus")
        if not sid or not status:
            raise BadRequest("a status callback has MessageSid and MessageStatus")
        code = form.one("ErrorCode")
        suppress = code == GONE or code in DEAD
        return Notice(
            source=PROVIDER,
            id=f"{sid}/{status}",
            key=key,
            channel="sms",
            status=STATUSES.get(status, "taken"),
            reply=sid,
            reason=OPTED_OUT if code == GONE else f"{status} {code}".strip(),
            address=form.one("To"),
            suppress=suppress,
            soft=SOFT.get(code, 0),
        )

    def inbound(self, target: str, headers: Mapping[str, str], body: bytes) -> Inbound:
        """See Hook."""
        form = self._proved(target, headers, body)
        sid, number, text = form.one("MessageSid"), form.one("From"), form.one("Body")
        if not sid or not number:
            raise BadRequest("an incoming message has MessageSid and From")
        stop = form.one("OptOutType") == "STOP" or asks_to_stop(text)
        start = form.one("OptOutType") == "START" or asks_to_start(text)
        return Inbound(PROVIDER, sid, "sms", number, text, stop, start and not stop)

    def _proved(self, target: str, headers: Mapping[str, str], body: bytes) -> Form:
        try:
            form = Form(parse_qs(body.decode(), keep_blank_values=True))
        except ValueError as error:
            raise BadRequest(f"the body is no form: {error}") from None
        signature = headers.get(SIGNATURE_HEADER.lower(), "")
        algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER.lower(), ""))
        url = self._public + target
        if not any(one.validate(url, form, signature, algorithm) for one in self._validators):
            text = f"the signature does not fit {url}; is sms.callback_url what Twilio calls?"
            raise NotAllowed(text)
        return form
