"""A small workspace, and the people who come to it: every acceptance test's world."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.settings import SQLITE

Item = dict[str, Any]

EVENTS = 10
"""Events of one person."""
MAILS = 2
"""Messages to one person: one at once, one after the wait."""

_FILES = {
    "attributes.yaml": """\
attributes:
  - {attribute: first_name, type: string, personal: true}
  - {attribute: email, type: string, personal: true}
  - {attribute: consent_email, type: bool}
  - {attribute: size, type: choice, choices: [S, M, L]}
""",
    "aggregates.yaml": """\
aggregates:
  - {aggregate: views_30d, count: Product Viewed, within: 30d}
  - {aggregate: put_into_cart, sum: price, event: Product Added}
""",
    "scenarios/greeting.yaml": """\
scenario: greeting
trigger: {event: Signed Up}
reentry: never
steps:
  - {do: send, id: hello, channel: email, template: greeting}
""",
    "scenarios/reminder.yaml": """\
scenario: reminder
trigger: {event: Product Added}
reentry: never
steps:
  - {do: wait, id: moment, for: 2s}
  - {do: send, id: remind, channel: email, template: reminder}
""",
    "templates/greeting/template.yaml": 'channel: email\nsubject: "Hello {{ contact.first_name }}"\n',
    "templates/greeting/text.txt": "Hello {{ contact.first_name }}, you are here.\n",
    "templates/reminder/template.yaml": (
        'channel: email\nsubject: "{{ contact.first_name }}, your {{ event.name }}"\n'
    ),
    "templates/reminder/text.txt": (
        "{{ contact.first_name }}, {{ event.name }} at {{ event.price }} is waiting.\n"
    ),
}


def write(folder: Path, route: str, hosts: int = 1, store: str = SQLITE) -> Path:
    """The workspace, as an operator would write it."""
    settings = f'[email]\nroute = "{route}"\n[runtime]\nhosts = {hosts}\n[store]\nurl = "{store}"\n'
    for name, text in {**_FILES, "engine.toml": settings}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def person(number: int) -> list[Item]:
    """Comes on one device, signs up, adds a product, and comes back on a second device."""
    user = {"userId": f"u{number}"}
    first = {"anonymousId": f"phone-{number}"}
    second = {"anonymousId": f"laptop-{number}"}
    traits = {
        "email": f"u{number}@shop.example",
        "first_name": f"Ada{number}",
        "consent_email": True,
    }
    product = {"name": f"Shoe {number}", "price": number}
    return [
        track("Product Viewed", first, f"{number}-0"),
        {"type": "identify", **user, **first, "traits": traits, "messageId": f"{number}-1"},
        track("Signed Up", user, f"{number}-2"),
        track("Product Added", user, f"{number}-3", product),
        track("Product Viewed", user, f"{number}-4"),
        track("Product Viewed", second, f"{number}-5"),
        track("Product Viewed", second, f"{number}-6"),
        {"type": "identify", **user, **second, "messageId": f"{number}-7"},
        track("Cart Viewed", second, f"{number}-8"),
        track("Cart Viewed", {**user, **first}, f"{number}-9"),
    ]


def track(event: str, who: Item, number: str, properties: Item | None = None) -> Item:
    item = {"type": "track", "event": event, **who, "messageId": number}
    return item | {"properties": properties} if properties else item


def people(numbers: range) -> Iterator[list[Item]]:
    yield from map(person, numbers)
