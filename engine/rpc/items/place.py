"""What an IP address tells of a place: country, region, city and company, from files of the operator's.

The files are MaxMind databases (MaxMind DB file format 2.0), as MaxMind, DB-IP, IPinfo and others
give them. A company is a hint: most addresses belong to an access provider, which is left out.
"""

import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Any

import maxminddb

from engine.errors import SettingsError

KEPT_BITS = {4: 24, 6: 48}
"""Of an address that is cut short, by the version of the protocol."""

_PROVIDERS = (
    "telecom", "télécom", "telekom", "telefonica", "orange", "free sas", "bouygues", "sfr", "vodafone",
    "comcast", "verizon", "at&t", "t-mobile", "mobile", "broadband", "cable", "internet", "isp",
    "network", "communications", "hosting", "cloud", "datacenter", "data center", "server", "vpn",
    "amazon", "google", "microsoft", "ovh", "hetzner", "digitalocean", "akamai", "cloudflare", "scaleway",
)  # fmt: skip

Lookup = Callable[[str], dict[str, str]]


def truncated(ip: str) -> str:
    """The address of the network: the last byte of IPv4 cut off, the last ten of IPv6. "" for no address."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    network = ipaddress.ip_network((address, KEPT_BITS[address.version]), strict=False)
    return str(network.network_address)


def opened(path: str, setting: str) -> Lookup:
    """A lookup in the file, by address. Raises SettingsError, which names the setting."""
    try:
        reader = maxminddb.open_database(Path(path))
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        text = f"[enrichment] {setting}: {path} cannot be read as a MaxMind database: {error}"
        raise SettingsError(text) from error

    def look_up(ip: str) -> dict[str, str]:
        try:
            found = reader.get(ip)
        except ValueError:
            return {}
        return place_of(found) if isinstance(found, dict) else {}

    return look_up


def place_of(record: dict[str, Any]) -> dict[str, str]:
    """The fields of a record, whoever made it."""
    parts = record.get("subdivisions")
    region = parts[0] if isinstance(parts, list) and parts else record.get("region")
    organisation = _text(
        record, "autonomous_system_organization", "as_organization", "organization"
    ) or _text(record, "company", "as_name", "org", "isp")
    place = {
        "country": _code(record.get("country") or record.get("country_code")),
        "region": _name(region or record.get("state1") or record.get("stateprov")),
        "city": _name(record.get("city")),
        "company": "" if _is_provider(organisation) else organisation,
    }
    return {name: value for name, value in place.items() if value}


def _is_provider(organisation: str) -> bool:
    lower = organisation.lower()
    return any(word in lower for word in _PROVIDERS)


def _code(country: Any) -> str:
    """ISO 3166-1, two letters."""
    if isinstance(country, dict):
        country = country.get("iso_code")
    return country if isinstance(country, str) else ""


def _name(part: Any) -> str:
    if isinstance(part, dict):
        names = part.get("names")
        part = names.get("en") if isinstance(names, dict) else part.get("name")
    return part if isinstance(part, str) else ""


def _text(record: dict[str, Any], *names: str) -> str:
    found = (_name(record.get(name)) for name in names)
    return next((text for text in found if text), "")
