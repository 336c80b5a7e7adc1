"""What the doors add to a context: device, place, and an address that is no longer a person's."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.domain.event import Event
from engine.errors import SettingsError
from engine.rpc.items.device import device_of
from engine.rpc.items.enrichment import Enrichment
from engine.rpc.items.intake import Intake
from engine.rpc.items.place import place_of, truncated
from engine.rpc.items.surroundings import Shared
from engine.settings import Enrichment as Settings
from tests.unit.rpc.engine_in_memory import EngineInMemory
from tests.unit.rpc.ip_database import write_database

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.5 Mobile/15E148 Safari/604.1"
)
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"


def stored(
    enrichment: Enrichment, context: dict[str, Any] | None = None, **shared: Any
) -> dict[str, Any]:
    item = {"type": "page", "anonymousId": "d", "context": context or {}}
    intake = Intake(EngineInMemory(), enrichment)
    [event] = intake.json_items([msgspec.json.encode(item)], Shared("site", 1, True, **shared))
    assert isinstance(event, Event)
    return dict(msgspec.json.decode(event.context)) if event.context else {}


@pytest.fixture(scope="module")
def plain() -> Enrichment:
    return Enrichment(Settings())


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (IPHONE, {"type": "phone", "brand": "Apple", "os": "iOS", "browser": "Mobile Safari"}),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {CHROME} Mobile Safari/537.36",
            {"type": "phone", "brand": "Samsung", "os": "Android", "browser": "Chrome Mobile"},
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-X710) {CHROME} Safari/537.36",
            {"type": "tablet", "os": "Android", "browser": "Chrome"},
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36",
            {"type": "computer", "os": "Windows", "browser": "Chrome"},
        ),
        ("analytics-python/2.3.0", {}),
        ("python-requests/2.31.0", {}),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", {}),
        ("", {}),
    ],
)
def test_a_device_is_what_its_user_agent_says_and_a_library_is_none(
    agent: str, device: dict[str, str]
) -> None:
    assert device_of({}, agent) == device


def test_client_hints_and_apps_go_before_the_user_agent() -> None:
    hints = {"userAgentData": {"mobile": True, "platform": "Android"}}
    frozen = f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36"
    assert device_of(hints, frozen) | {"browser": ""} == {
        "type": "phone", "os": "Android", "browser": "",
    }  # fmt: skip
    app = {"device": {"type": "ios", "manufacturer": "Apple"}, "os": {"name": "iOS"}}
    assert device_of(app, "okhttp/4.9") == {"type": "phone", "brand": "Apple", "os": "iOS"}


def test_the_header_counts_for_a_page_that_says_nothing(plain: Enrichment) -> None:
    told = stored(plain, {"locale": "fr"}, agent=IPHONE)
    assert told["enriched"]["device"]["type"] == "phone"
    named = stored(plain, {"userAgent": "curl/8.0"}, agent=IPHONE)
    assert "enriched" not in named


def test_nobody_tells_the_doors_what_they_add(plain: Enrichment) -> None:
    spoofed = {"enriched": {"place": {"country": "FR"}}, "locale": "fr"}
    assert stored(plain, spoofed) == {"locale": "fr"}


@pytest.mark.parametrize(
    ("ip", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3::4", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("nobody", ""),
    ],
)
def test_an_address_is_cut_short(ip: str, kept: str) -> None:
    assert truncated(ip) == kept


@pytest.mark.parametrize(("ip", "kept"), [("kept", "203.0.113.77"), ("dropped", "")])
def test_an_operator_may_keep_an_address_or_drop_it(ip: Any, kept: str) -> None:
    assert stored(Enrichment(Settings(ip=ip)), ip="203.0.113.77")["ip"] == kept


def test_a_place_is_looked_up_before_the_address_is_cut(tmp_path: Path) -> None:
    cities = write_database(
        tmp_path / "city.mmdb",
        {
            "203.0.113.64/26": {
                "country": {"iso_code": "FR"},
                "subdivisions": [{"names": {"en": "Brittany"}}],
                "city": {"names": {"en": "Rennes", "fr": "Rennes"}},
            },
            "2001:db8::/32": {"country": {"iso_code": "DE"}},
        },
    )
    owners = write_database(
        tmp_path / "asn.mmdb", {"203.0.113.0/24": {"autonomous_system_organization": "Acme SA"}}
    )
    enrichment = Enrichment(Settings(ip_database=cities, company_database=owners))
    told = stored(enrichment, ip="203.0.113.77")
    assert told["ip"] == "203.0.113.0"
    assert told["enriched"]["place"] == {
        "country": "FR", "region": "Brittany", "city": "Rennes", "company": "Acme SA",
    }  # fmt: skip
    assert stored(enrichment, ip="2001:db8::1")["enriched"]["place"] == {"country": "DE"}
    assert "enriched" not in stored(enrichment, ip="192.0.2.1")


def test_an_access_provider_is_no_company() -> None:
    assert place_of({"country": "FR", "as_name": "Orange S.A."}) == {"country": "FR"}
    assert place_of({"country_code": "FR", "as_name": "Acme"})["company"] == "Acme"


def test_a_database_that_cannot_be_read_is_named_with_its_setting(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"nothing")
    for path in (broken, tmp_path / "absent.mmdb"):
        with pytest.raises(SettingsError, match=r"\[enrichment\] ip_database"):
            Enrichment(Settings(ip_database=str(path)))
