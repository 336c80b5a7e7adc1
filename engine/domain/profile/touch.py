"""Touches: where a visit came from. The first one and the last one are kept for each contact.

``kind`` is decided in this order: a paid click (its id, or ``utm_medium``), what else ``utm_medium``
says, the site that linked here; without any of them the visit is direct.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

REMEMBERED = 4_096
"""Ways to a site whose touch is known; visitors come by the same few."""
LONGEST = 120
"""Characters kept of each part."""
UTM = ("source", "medium", "campaign", "term", "content")
CLICK_IDS = frozenset({"gclid", "gbraid", "wbraid", "dclid", "msclkid", "ttclid", "li_fat_id"})
"""Parameters that advertising systems add to paid clicks; ``fbclid`` is on every link of Facebook's."""

_MEDIA = {
    "paid": ("cpc", "ppc", "cpm", "cpv", "cpa", "paid", "display", "banner", "retargeting"),
    "email": ("email", "e-mail", "mail", "newsletter"),
    "social": ("social", "social-media", "social_media", "sm"),
    "search": ("organic", "search", "seo"),
    "referral": ("referral", "affiliate", "partner", "sms", "qr"),
}
_SITES = {
    "email": ("mail", "webmail", "outlook", "gmail", "roundcube", "zimbra"),
    "search": (
        "google", "bing", "duckduckgo", "yahoo", "qwant", "ecosia", "yandex", "baidu", "startpage",
        "lilo", "brave", "kagi", "seznam", "naver",
    ),
    "social": (
        "facebook", "fb", "instagram", "twitter", "x", "t", "linkedin", "lnkd", "youtube", "youtu",
        "tiktok", "pinterest", "reddit", "snapchat", "whatsapp", "threads", "bsky", "mastodon",
    ),
}  # fmt: skip
KIND_OF_MEDIUM = {medium: kind for kind, media in _MEDIA.items() for medium in media}


class Touch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``kind``: paid | email | social | search | referral | direct.

    ``referrer`` is a host, ``landing`` a path; the rest are the UTM parameters.
    """

    kind: str
    referrer: str = ""
    landing: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


STRAIGHT = Touch("direct")


def touch_of(context: dict[str, Any]) -> Touch:
    """Where a visit came from, by the context of its first event (``page``, ``campaign``)."""
    page, given = _part(context, "page"), _part(context, "campaign")
    if not page and not given:
        return STRAIGHT
    campaign = tuple(_text(given, "name" if name == "campaign" else name) for name in UTM)
    return _touch(*(_text(page, name) for name in ("url", "search", "path", "referrer")), campaign)


@lru_cache(REMEMBERED)
def _touch(address: str, search: str, path: str, referrer: str, campaign: tuple[str, ...]) -> Touch:
    url = _split(address)
    query = dict(parse_qsl(url.query or search.lstrip("?")))
    utm = {
        name: given or query.get(f"utm_{name}", "")
        for name, given in zip(UTM, campaign, strict=True)
    }
    host, linking = _bare(url.hostname), _bare(_split(referrer).hostname)
    if linking == host:
        linking = ""
    return Touch(
        _kind(utm, query, linking),
        linking[:LONGEST],
        (path or url.path)[:LONGEST],
        *(utm[name][:LONGEST] for name in UTM),
    )


def _kind(utm: dict[str, str], query: dict[str, str], referrer: str) -> str:
    medium = utm["medium"].strip().lower()
    if CLICK_IDS & query.keys() or medium.startswith("paid"):
        return "paid"
    if medium in KIND_OF_MEDIUM:
        return KIND_OF_MEDIUM[medium]
    if referrer:
        return _kind_of_site(referrer)
    return "referral" if any(utm.values()) else "direct"


def _kind_of_site(host: str) -> str:
    """By a label of the host's name, the top-level domain left out: ``google`` in google.co.uk."""
    labels = host.split(".")[:-1]
    return next(
        (kind for kind, sites in _SITES.items() if any(s in labels for s in sites)), "referral"
    )


def _split(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _bare(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
