"""``engine.toml`` and ``RELANCE_*`` variables -> Settings, or every problem in them at once."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import available_timezones

import msgspec
import phonenumbers

from engine.domain.duration import DAY, PATTERN, milliseconds
from engine.domain.profile.identity import SLOT_MASK, SLOTS
from engine.errors import SettingsError
from engine.loading import shape
from engine.loading.nearest import meant
from engine.settings import SQLITE, Retention, Settings

FILE = "engine.toml"
PREFIX = "RELANCE_"
ELSEWHERE = {
    "RELANCE_KEY", "RELANCE_GRPC", "RELANCE_DATA", "RELANCE_WORKSPACE", "RELANCE_SMTP_PASSWORD",
    "RELANCE_TWILIO_AUTH_TOKEN", "RELANCE_RESTARTS",
}  # fmt: skip
"""Variables that are no settings: secrets, options of the command line, the keeper's count."""


SECRETS = "RELANCE_WEBHOOK_"
"""Begins the variables that hold the secrets of an endpoint."""
DEDICATED = SLOT_MASK + 1 - SLOTS
"""Slots beside those that every store has."""
LEAST = 8 * DAY
VALIDITY = range(1, 36_001)
"""Seconds for which Twilio keeps trying, as it allows."""


PUBLISHED = ("workspace", "retention")
"""Sections that are published with the definitions: the same in every process."""


def load_settings(folder: Path, environ: Mapping[str, str]) -> Settings:
    """A variable ``RELANCE_RPC__GRPC`` goes before ``grpc`` in ``[rpc]``. Raises SettingsError."""
    data, lines = _file(folder / FILE)
    problems = [f"{FILE}:{_line(lines, place)}: {'.'.join(map(str, place))}: {text}"
                for place, text in shape.problems(data, Settings)]  # fmt: skip
    if not problems:
        problems += [f"{FILE}:{_line(lines, p)}: {'.'.join(p)}: {text}" for p, text in _wrong(data)]
    changed: dict[str, dict[str, Any]] = {}
    problems += _environment(environ, changed)
    if not problems:
        problems += [f"{_variable(p)}: {text}" for p, text in _wrong(changed)]
    if problems:
        raise SettingsError("\n".join(problems))
    merged = {name: {**data.get(name, {}), **changed.get(name, {})} for name in {*data, *changed}}
    return msgspec.convert(merged, Settings)


def _file(path: Path) -> tuple[dict[str, Any], list[str]]:
    if not path.exists():
        return {}, []
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), text.splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE}:1: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{FILE}: is not TOML: {error}") from error


def _line(lines: list[str], place: tuple[str | int, ...]) -> int:
    """Where ``[section]`` or its key stands; tomllib keeps no lines. 1 when it is not found."""
    section = at = 1
    inside = False
    for number, line in enumerate(lines, 1):
        if header := re.match(r"\s*\[\s*\"?([^\]\"]+?)\"?\s*\]", line):
            inside = header[1] == place[0]
            section = number if inside else section
        elif (
            inside
            and len(place) > 1
            and re.match(rf"\s*\"?{re.escape(str(place[1]))}\"?\s*=", line)
        ):
            at = number
    return max(section, at)


def _environment(environ: Mapping[str, str], changed: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Fills ``changed`` with what fits, answers the problems of what does not."""
    known = {_variable((s, k)): (s, k, t) for s, k, t in _keys() if s not in PUBLISHED}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in ELSEWHERE or name.startswith(SECRETS):
            continue
        if name.startswith(tuple(f"{PREFIX}{s.upper()}__" for s in PUBLISHED)):
            yield f"{name}: belongs to what is published; write it in {FILE}"
        elif name not in known:
            yield f"{name}: unknown variable; {meant(name, known)}"
        else:
            section, key, kind = known[name]
            try:
                value = msgspec.convert(environ[name], kind, strict=False)
            except msgspec.ValidationError as error:
                yield f"{name}: {environ[name]!r} is not allowed: {error}"
            else:
                changed.setdefault(section, {})[key] = value


def _keys() -> Iterator[tuple[str, str, Any]]:
    """(section, key, type) of every setting."""
    for section, struct in get_type_hints(Settings).items():
        for key, kind in get_type_hints(struct).items():
            if not key.startswith("__"):
                yield section, key, kind


def _variable(place: tuple[str, ...]) -> str:
    return PREFIX + "__".join(place).upper()


def _wrong(data: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Values of the right kind that still cannot be used."""
    for section, values in data.items():
        for key, value in values.items():
            text = _wrong_value(section, key, value)
            if text:
                yield (section, key), f"{value!r} {text}"


def _wrong_value(section: str, key: str, value: Any) -> str:
    fits, text = _RULES.get((section, key), (_positive, "must be over 0"))
    if fits(value):
        return ""
    return f"{text}; {meant(value, available_timezones())}" if key == "zone" else text


def _positive(value: Any) -> bool:
    return isinstance(value, bool) or not isinstance(value, int | float) or value > 0


def _is_duration(value: str) -> bool:
    return re.match(PATTERN, value) is not None


def _is_period(value: str) -> bool:
    """A day is the least: a retry is recognised for a week by what is kept."""
    return value == "never" or (_is_duration(value) and milliseconds(value) >= LEAST)


def _is_country(value: str) -> bool:
    return value in phonenumbers.SUPPORTED_REGIONS


def _is_address(value: str) -> bool:
    host, _, port = value.rpartition(":")
    return bool(host) and port.isdigit() and int(port) < 65_536  # noqa: PLR2004 - TCP's limit


def _are_networks(value: str) -> bool:
    try:
        return bool([ip_network(one.strip()) for one in value.split(",")] if value else True)
    except ValueError:
        return False


def _is_url(value: str) -> bool:
    return not value or re.match(r"https?://[^/?#]+", value) is not None


_RULES: dict[tuple[str, str], tuple[Callable[[Any], bool], str]] = {
    ("workspace", "zone"): (lambda value: value in available_timezones(), "is no time zone"),
    ("workspace", "country"): (_is_country, "is no country of ISO 3166-1, written as FR"),
    ("workspace", "max_age"): (_is_duration, "is no duration; expected for example 30m, 12h, 1d"),
    ("workspace", "late"): (_is_duration, "is no duration; expected for example 30m, 12h, 1d"),
    ("workspace", "visit_gap"): (_is_duration, "is no duration; expected for example 30m, 1h"),
    **{
        ("retention", key): (_is_period, "is neither never nor a duration of 8d or more")
        for key in get_type_hints(Retention)
    },
    ("runtime", "hosts"): (lambda value: 1 <= value <= SLOTS, f"is not from 1 to {SLOTS}"),
    ("runtime", "dedicated_limit"): (
        lambda value: 1 <= value <= DEDICATED,
        f"is not from 1 to {DEDICATED}",
    ),
    ("runtime", "clock_origin"): (lambda value: value >= 0, "must not be under 0"),
    ("store", "url"): (
        lambda value: value == SQLITE or re.match(r"postgres(ql)?://", value) is not None,
        "is neither sqlite nor a postgresql:// URL",
    ),
    ("rpc", "grpc"): (_is_address, "is no HOST:PORT"),
    ("rpc", "http"): (_is_address, "is no HOST:PORT"),
    ("rpc", "proxies"): (_are_networks, "are no addresses or networks by commas, as 10.0.0.0/8"),
    ("rpc", "public_url"): (_is_url, "is no http:// or https:// URL"),
    ("email", "route"): (
        lambda value: value == "mailbox" or re.match(r"smtps?://[^/?]+", value) is not None,
        "is neither mailbox nor an smtp:// or smtps:// URL",
    ),
    ("email", "sender"): (lambda value: "@" in value, "has no email address in it"),
    ("sms", "account"): (
        lambda value: re.fullmatch(r"(AC[0-9a-f]{32})?", value) is not None,
        "is no account SID: AC and 32 hexadecimal digits",
    ),
    ("webhooks", "allow"): (_are_networks, "names no networks, as 10.0.0.0/8, 127.0.0.1"),
    ("sms", "callback_url"): (_is_url, "is no http:// or https:// URL"),
    ("sms", "base_url"): (_is_url, "is no http:// or https:// URL"),
    ("sms", "validity"): (lambda value: value in VALIDITY, "is not from 1 to 36000 seconds"),
}
