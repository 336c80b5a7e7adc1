"""Visits, pages, touches: what they are, when they end, and who may ask about them."""

from typing import Any

import msgspec
import pytest

from engine.domain.duration import milliseconds
from engine.domain.event import Event
from engine.domain.profile.reserved import read
from engine.domain.profile.session import joined
from engine.domain.profile.touch import touch_of
from tests.unit.domain.builders import NOON, Life, event, rulebook, scenario, segment, wait

DEVICE = ("anonymous_id:d",)


def seen(ada: Life, kind: Any = "page", ago: str | None = None, **rest: Any) -> Event:
    at = ada.now - (milliseconds(ago) if ago else 0)
    context = msgspec.json.encode(rest.pop("context", {}))
    name = "Page Viewed" if kind == "page" else "Looked"
    plain = event(name, at, keys=rest.pop("keys", DEVICE), context=context, **rest)
    shown = msgspec.structs.replace(plain, kind=kind)
    ada.take(shown)
    return shown


def visit(ada: Life, part: str) -> Any:
    return read(ada.contact, "visit").get(part)


def test_half_an_hour_of_silence_ends_a_visit() -> None:
    ada = Life(rulebook())
    seen(ada)
    seen(ada.until(NOON + milliseconds("29m")))
    assert (visit(ada, "count"), visit(ada, "pages")) == (1, 2)
    seen(ada.passes("30m"))
    assert (visit(ada, "count"), visit(ada, "pages"), visit(ada, "pages_per_visit")) == (2, 1, 1.5)


def test_what_a_server_tells_is_no_visit() -> None:
    ada = Life(rulebook())
    seen(ada, "track", keys=("user_id:1",))
    assert ada.contact.visits is None
    seen(ada, "track", keys=("user_id:1", "anonymous_id:d"))
    assert visit(ada, "count") == 1


def test_the_time_on_a_page_runs_to_the_next_page_of_the_visit() -> None:
    ada = Life(rulebook())
    seen(ada, properties={"path": "/prices"})
    seen(ada.passes("10s"), "track")
    assert visit(ada, "page_seconds") is None
    seen(ada.passes("60s"), properties={"path": "/"})
    assert (visit(ada, "page_seconds"), visit(ada, "seconds")) == (70, 70)
    seen(ada.passes("1h"))
    assert visit(ada, "page_seconds") == 70


def test_a_late_event_starts_no_visit_and_moves_none() -> None:
    ada = Life(rulebook())
    seen(ada.passes("2h"))
    seen(ada.passes("10m"))
    before = ada.contact.visits
    seen(ada, ago="2h")
    assert ada.contact.visits == before
    seen(ada, ago="5m")
    assert visit(ada, "pages") == 3
    assert before is not None
    assert visit(ada, "seconds") == (before.latest - before.started) // 1_000


def test_a_visit_and_a_page_left_are_events_that_definitions_hear() -> None:
    long = {"did": "Page Left", "where": {"seconds": {"over": 60}, "page": "/prices"}}
    ada = Life(
        rulebook(
            segment("reader", **long),
            segment("regular", did="Visit Started", within="7d", at_least=2),
            scenario("greet", {"event": "Visit Started"}, wait("a", for_="1d")),
        )
    )
    seen(ada, properties={"path": "/prices"})
    assert ada.standing == ["greet/a"]
    seen(ada.passes("61s"))
    assert list(ada.contact.segments) == ["reader"]
    seen(ada.passes("2d"))
    assert set(ada.contact.segments) == {"reader", "regular"}
    ada.passes("5d")
    assert list(ada.contact.segments) == ["reader"]


def test_a_condition_on_the_device_is_asked_when_the_device_changes() -> None:
    ada = Life(rulebook(segment("mobile", attribute="device.type", is_="phone")))
    seen(ada, context={"enriched": {"device": {"type": "phone", "os": "iOS"}}})
    assert "mobile" in ada.contact.segments
    seen(ada.passes("1h"), context={"enriched": {"device": {"type": "computer"}}})
    assert "mobile" not in ada.contact.segments


def test_no_sender_sets_what_the_engine_keeps() -> None:
    ada = Life(rulebook())
    ada.tells(visit={"count": 99}, city="Lyon")
    assert ada.contact.attributes == {"city": "Lyon"}


def test_the_first_touch_stays_and_a_direct_visit_does_not_hide_the_last() -> None:
    ada = Life(rulebook())
    for referrer in ("https://www.google.com/", "https://news.example/", ""):
        seen(ada, context={"page": {"url": "https://shop.example/a", "referrer": referrer}})
        ada.passes("1h")
    touches = read(ada.contact, "touch")
    assert touches["first"]["kind"] == "search"
    assert touches["last"] == {"kind": "referral", "referrer": "news.example", "landing": "/a"}


@pytest.mark.parametrize(
    ("url", "referrer", "kind"),
    [
        ("https://shop.example/?gclid=1&utm_medium=email", "https://www.google.fr/", "paid"),
        ("https://shop.example/?utm_source=n&utm_medium=cpc", "", "paid"),
        ("https://shop.example/?utm_source=n&utm_medium=Newsletter", "", "email"),
        ("https://shop.example/?utm_source=n", "", "referral"),
        ("https://shop.example/", "https://www.google.co.uk/", "search"),
        ("https://shop.example/", "https://mail.google.com/", "email"),
        ("https://shop.example/?fbclid=1", "https://l.facebook.com/", "social"),
        ("https://shop.example/", "https://t.co/x", "social"),
        ("https://shop.example/", "https://blog.example/", "referral"),
        ("https://shop.example/", "https://www.shop.example/cart", "direct"),
        ("https://shop.example/", "http://[broken", "direct"),
    ],
)
def test_a_touch_is_of_the_kind_of_what_led_here(url: str, referrer: str, kind: str) -> None:
    assert touch_of({"page": {"url": url, "referrer": referrer}}).kind == kind


def test_two_pasts_join_to_the_same_visits_whichever_contact_survives() -> None:
    ada, bob = Life(rulebook()), Life(rulebook(), now=NOON + milliseconds("1h"))
    seen(ada, context={"page": {"referrer": "https://www.bing.com/"}})
    seen(ada.passes("3d"))
    seen(bob, context={"page": {"referrer": "https://news.example/"}})
    one, other = (
        joined(ada.contact.visits, bob.contact.visits),
        joined(bob.contact.visits, ada.contact.visits),
    )
    assert one == other
    assert one is not None
    assert (one.count, one.first.kind, one.last.kind) == (3, "search", "search")
