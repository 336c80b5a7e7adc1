"""What the shop's visitors do in three days: the requests of each, in order. The same seed, the same days.

An anonymous visitor's browser speaks HTTP with the shop's public key; what only the shop may say
(who signed up, what was ordered) its server says over gRPC.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Literal

import msgspec

from engine.cli.demo.shop import GOODS, Good, Person, person
from engine.domain.duration import DAY, HOUR, MINUTE

END = 3 * DAY + 3 * HOUR
"""When the story is over: the shop opens at 8, so this is 11 on the fourth morning."""
MORNING = 2 * HOUR + 30 * MINUTE
EVENING = 12 * HOUR
POST = 2 * DAY + 30 * MINUTE, 2 * DAY + 4 * HOUR
"""The third morning's post comes; at noon those who allow that it is recorded open the offer in it."""
DAYS = 3
PARTNERS = 5_000
"""More than visitors: who shares a device with one has this added to its number."""

Door = Literal["http", "grpc"]
Event = dict[str, Any]


class Act(msgspec.Struct, frozen=True):
    """One request. ``at`` (ms after the opening) is when it is sent, ``happened`` what its events say.

    ``told`` says it in words; page views are not worth any.
    """

    at: int
    door: Door
    events: tuple[Event, ...]
    told: str = ""
    happened: int = -1


class Visitor:
    """Writes down the acts of one visitor. ``at`` is where its story stands, ms after the opening."""

    def __init__(self, seed: int, number: int) -> None:
        self.random = Random(f"{seed}/visitor/{number}")  # noqa: S311 - a story, not a secret
        self.number = number
        self.person = person(seed, number)
        self.partner = person(seed, PARTNERS + number)
        self.device = f"{self.random.getrandbits(64):016x}"
        self.phone = f"{self.random.getrandbits(64):016x}"
        self.good = self.random.choice(GOODS)
        self.cart = {"cart_id": f"C-{1001 + number}"}
        self.at = number % DAYS * DAY + self.random.randrange(EVENING)
        self.acts: list[Act] = []
        self._events = 0

    def looks_around(self, device: str) -> None:
        """Two pages and some goods, in one batch, as browsers send them."""
        seen = self.random.sample(GOODS, self.random.randint(1, 3))
        pages = [{"type": "page", "name": name} for name in ("Accueil", "Nouveautés")]
        viewed = [self._of_good("Product Viewed", good) for good in seen]
        self._browser(device, [*pages, *viewed])

    def fills_cart(self, device: str) -> None:
        name = self.good.names["fr"]
        added = self._of_good("Product Added")
        added["properties"] |= self.cart
        events = [self._of_good("Product Viewed"), added]
        self._browser(device, events, f"somebody puts “{name}” into the cart")

    def views_cart(self, device: str) -> None:
        event = {"type": "track", "event": "Cart Viewed", "properties": self.cart}
        self._browser(device, [event], f"{self.person.first_name} looks into the cart again")

    def signs_up(self, who: Person, device: str) -> None:
        traits = {
            "email": who.email,
            "first_name": who.first_name,
            "language": who.language,
            "consent_email": who.consents,
            "consent_tracking": who.tracked,
            "newsletter": who.newsletter,
        }
        identify = {"type": "identify", "anonymousId": device, "traits": traits}
        signed_up = {"type": "track", "event": "Signed Up", "properties": {}}
        self._server(who, [identify, signed_up], f"{who.first_name} signs up")

    def signs_in(self, who: Person, device: str) -> None:
        told = f"{who.first_name} signs in on the phone"
        self._server(who, [{"type": "identify", "anonymousId": device, "traits": {}}], told)

    def orders(self) -> None:
        who, quantity = self.person, self.random.choice((1, 1, 2))
        total = round(quantity * self.good.price, 2)
        shown = self.good.names[who.language]
        product = {"product_id": self.good.path, "name": shown, "quantity": quantity}
        properties = {
            "order_id": f"A-{1001 + self.number}",
            "total": total,
            "currency": "EUR",
            **self.cart,
            "products": [product | {"price": self.good.price}],
        }
        event = {"type": "track", "event": "Order Completed", "properties": properties}
        self._server(who, [event], f"{who.first_name} orders for {total:.2f} EUR")

    def waits(self, least: int, most: int) -> None:
        self.at += self.random.randrange(least, most)

    def comes_next_morning(self) -> None:
        self.at = (self.at // DAY + 1) * DAY + self.random.randrange(MORNING)

    def again(self, act: Act) -> None:
        """The same request once more, because its answer got lost."""
        told = "a browser did not hear the answer and sends once more"
        self.acts.append(Act(self.at, act.door, act.events, told, act.happened))

    def _of_good(self, name: str, good: Good | None = None) -> Event:
        good = good or self.good
        shown = good.names[self.person.language]
        properties = {"product_id": good.path, "name": shown, "price": good.price, "url": good.url}
        return {"type": "track", "event": name, "properties": properties}

    def _browser(self, device: str, events: Sequence[Event], told: str = "") -> None:
        context = {"timezone": self.person.zone, "locale": self.person.language}
        named = [event | {"anonymousId": device, "context": context} for event in events]
        self._act("http", named, told)

    def _server(self, who: Person, events: Sequence[Event], told: str) -> None:
        self._act("grpc", [event | {"userId": who.user_id} for event in events], told)

    def _act(self, door: Door, events: Sequence[Event], told: str) -> None:
        numbered = []
        for event in events:
            self._events += 1
            numbered.append(event | {"messageId": f"{self.device}-{self._events}"})
        self.acts.append(Act(self.at, door, tuple(numbered), told, self.at))
        self.waits(MINUTE, 10 * MINUTE)


# --- what visitors are like ----------------------------------------------------------------------


def abandons(visitor: Visitor) -> None:
    """Signs up to keep the cart, and is not seen again."""
    visitor.looks_around(visitor.device)
    visitor.fills_cart(visitor.device)
    visitor.signs_up(visitor.person, visitor.device)


def buys(visitor: Visitor) -> None:
    abandons(visitor)
    visitor.orders()


def only_looks(visitor: Visitor) -> None:
    visitor.looks_around(visitor.device)
    visitor.waits(HOUR, 2 * HOUR)
    visitor.looks_around(visitor.device)


def comes_back_and_buys(visitor: Visitor) -> None:
    abandons(visitor)
    visitor.comes_next_morning()
    visitor.views_cart(visitor.device)
    visitor.orders()


def leaves_no_name(visitor: Visitor) -> None:
    """Fills a cart, and nobody will ever know who it was."""
    visitor.looks_around(visitor.device)
    visitor.fills_cart(visitor.device)
    visitor.again(visitor.acts[-1])


def only_signs_up(visitor: Visitor) -> None:
    visitor.looks_around(visitor.device)
    visitor.signs_up(visitor.person, visitor.device)


def hesitates(visitor: Visitor) -> None:
    """Comes back to the cart, and still does not order."""
    abandons(visitor)
    visitor.comes_next_morning()
    visitor.views_cart(visitor.device)


def has_two_devices(visitor: Visitor) -> None:
    """Anonymous on the phone, known on the computer: one person from the moment the phone signs in."""
    visitor.looks_around(visitor.phone)
    visitor.signs_up(visitor.person, visitor.device)
    visitor.comes_next_morning()
    visitor.looks_around(visitor.phone)
    visitor.signs_in(visitor.person, visitor.phone)
    visitor.orders()


def shares_a_tablet(visitor: Visitor) -> None:
    """The tablet goes to somebody else; what it still sends of yesterday stays the first one's."""
    abandons(visitor)
    of_yesterday = visitor.acts[1]
    visitor.comes_next_morning()
    visitor.signs_up(visitor.partner, visitor.device)
    visitor.looks_around(visitor.device)
    visitor.again(of_yesterday)


LIKE: tuple[Callable[[Visitor], None], ...] = (
    abandons, buys, only_looks,
    comes_back_and_buys, leaves_no_name, only_signs_up,
    hesitates, has_two_devices, buys,
    shares_a_tablet, only_signs_up, abandons,
)  # fmt: skip


def visits(seed: int, count: int) -> list[list[Act]]:
    """The acts of each visitor, in order; the last two lists are one mistake each, to be refused."""
    plan = []
    for number in range(count):
        visitor = Visitor(seed, number)
        LIKE[number % len(LIKE)](visitor)
        plan.append(visitor.acts)
    return [*plan, *_mistakes()]


def _mistakes() -> list[list[Act]]:
    nobody = {"type": "page", "name": "Accueil", "messageId": "no-cookie"}
    unnamed = {"type": "track", "event": "", "userId": "10000", "messageId": "no-name"}
    return [
        [Act(5 * HOUR, "http", (nobody,), "a browser without cookies says nothing of who it is")],
        [Act(DAY, "grpc", (unnamed,), "the shop's server forgets the name of an event")],
    ]
