"""A value of a file as what it should be: key, number, date, consent, ..."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from engine.cli.bulk.problem import Misread
from engine.domain.profile.phone import e164
from engine.errors import ConfigError

TYPES = ("string", "number", "bool", "date", "datetime", "list", "object", "choice")
YES = frozenset({"true", "yes", "y", "1", "on", "oui", "o", "vrai", "ja", "si", "x", "granted",
                 "subscribed", "opted_in", "opt-in", "optin", "confirmed", "active"})  # fmt: skip
NO = frozenset({"false", "no", "n", "0", "off", "non", "faux", "nein", "revoked", "withdrawn", "denied",
                "refused", "unsubscribed", "opted_out", "opt-out", "optout", "inactive"})  # fmt: skip
_EMAIL = re.compile(r"[^@\s\x00]{1,64}@[^@\s\x00]{1,255}")
_LEAST_MS = 10**11
"""A number from here on is ms since 1970, below it seconds."""

Convert = Callable[[Any], Any]


def converter(
    kind: str, pattern: str = "", zone: str = "", country: str = "", yes: tuple[str, ...] = ()
) -> Convert:
    """``pattern`` is a date's (strptime). Raises ConfigError on an unknown zone."""
    place = _zone(zone)
    agreed = frozenset(word.lower() for word in yes)
    known: dict[str, Convert] = {
        "email": email,
        "phone": lambda value: phone(value, country),
        "number": number,
        "bool": lambda value: truth(value, agreed),
        "date": lambda value: _moment(value, pattern, UTC).date().isoformat(),
        "datetime": lambda value: _rfc3339(_moment(value, pattern, place)),
        "instant": lambda value: round(_moment(value, pattern, place).timestamp() * 1_000),
        "list": json,
        "object": json,
    }
    return known.get(kind, plain)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(
            f"no time zone is called {name!r}; an IANA name is: Europe/Paris"
        ) from None


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _rfc3339(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return value.isoformat()
    return value


def text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def email(value: Any) -> str:
    written = text(value)
    if not _EMAIL.fullmatch(written):
        raise Misread("bad_email", "no email address")
    return written


def phone(value: Any, country: str = "") -> str:
    """As E.164. Without a country its number must say it: +33 6 12 34 56 78."""
    written = text(value)
    found = e164(written)
    if not found and country:
        import phonenumbers

        try:
            parsed = phonenumbers.parse(written, country.upper())
        except phonenumbers.NumberParseException:
            parsed = None
        if parsed is not None and phonenumbers.is_possible_number(parsed):
            found = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not found:
        hint = (
            "" if country else "; give it with its country (+33...), or `country:` in the mapping"
        )
        raise Misread("bad_phone", f"no phone number{hint}")
    return found


def number(value: Any) -> float:
    """``1 234,50`` and ``1,234.50`` are one number; a lone comma is the decimal sign."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    written = re.sub(r"[\s\u00a0\u202f'\u20ac$\u00a3]", "", str(value))
    if "," in written:
        comma_last = written.rfind(",") > written.rfind(".")
        written = (
            written.replace(".", "").replace(",", ".") if comma_last else written.replace(",", "")
        )
    if not re.fullmatch(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?", written, re.ASCII):
        raise Misread("bad_number", "no number")
    return float(written) if re.search(r"[.eE]", written) else int(written)


def truth(value: Any, yes: frozenset[str] = frozenset()) -> bool:
    """``yes``: the words that mean it, all others mean no."""
    if isinstance(value, bool):
        return value
    word = text(value).lower()
    if yes:
        return word in yes
    if word in YES:
        return True
    if word in NO:
        return False
    raise Misread("bad_bool", "neither yes nor no")


def json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError as error:
        raise Misread("bad_json", f"not JSON: {error}") from None


def _moment(value: Any, pattern: str, zone: tzinfo) -> datetime:
    """A text without a zone of its own is of ``zone``."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    written = text(value)
    try:
        if pattern:
            found = datetime.strptime(written, pattern)  # noqa: DTZ007 - the zone follows
        elif written.isdigit():
            whole = int(written)
            return datetime.fromtimestamp(whole / 1_000 if whole >= _LEAST_MS else whole, UTC)
        else:
            found = datetime.fromisoformat(written)
    except (ValueError, OverflowError, OSError):
        wanted = f"like {pattern}" if pattern else "as 2026-03-29 or 2026-03-29T09:00:00Z"
        raise Misread("bad_date", f"no date {wanted}") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
