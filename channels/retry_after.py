"""How long an HTTP answer asks to wait."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str]) -> int:
    """Ms to wait (RFC 9110 10.2.3), 0 when the answer does not say."""
    written = headers.get("Retry-After", "").strip()
    if written.isdecimal():
        return int(written) * 1_000
    try:
        until = parsedate_to_datetime(written)
        since = parsedate_to_datetime(headers.get("Date", ""))
        return max(0, round((until - since).total_seconds() * 1_000))
    except (TypeError, ValueError):
        return 0
