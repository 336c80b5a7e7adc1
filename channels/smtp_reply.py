"""What an SMTP reply says of a message: RFC 5321 codes, RFC 3463 enhanced codes, then the text."""

import re

from engine.errors import ChannelError, Deferred, Refused, RouteDown

_ENHANCED = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
_GONE = {(1, 0), (1, 1), (1, 3), (1, 6), (2, 1), (7, 17), (7, 18)}
_NOBODY = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient|address)|does not exist|"
    r"unknown (?:recipient|mailbox|address)|(?:recipient|mailbox|address) (?:not found|unknown)|"
    r"user not found|OFR_?416|LPN_?416|OUK_?416",
    re.IGNORECASE,
)
_TRANSIENT = re.compile(r"too many recipients", re.IGNORECASE)

CLOSING = 421
PERMANENT = 500


def verdict(code: int, text: str) -> ChannelError:
    """The error to raise for a refused RCPT or DATA. A sender-side reason never counts against the address."""
    reply = f"{code} {text}"
    if code < PERMANENT or _TRANSIENT.search(text):
        return Deferred(reply, reply=reply)
    return Refused(reply, reply=reply, suppress=_nobody_there(text))


def route_verdict(code: int, text: str) -> RouteDown:
    """For a refused MAIL or a server that is closing: the sender's or the route's trouble."""
    reply = f"{code} {text}"
    return RouteDown(reply, reply=reply)


def _nobody_there(text: str) -> bool:
    found = _ENHANCED.match(text)
    if found is None:
        return bool(_NOBODY.search(text))
    subject, detail = int(found[2]), int(found[3])
    if (subject, detail) in _GONE:
        return True
    return (subject, detail) in {(0, 0), (5, 0)} and bool(_NOBODY.search(text))
