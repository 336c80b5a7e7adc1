"""Messages that list what a contact has collected, and say of it what the catalog says now."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from engine.domain.effect import Send
from engine.domain.language.template import Template
from engine.domain.profile.collection import BUILT_IN
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.errors import Deferred
from engine.ports.sending import Delivery
from engine.rendering.check import check_template, variables_of
from engine.rendering.environment import ROOTS
from engine.rendering.render import CannotRender
from engine.runtime.part import PartLost
from engine.runtime.sending.catalog import FRESH, Catalog
from engine.runtime.sending.template import Templates
from tests.unit.domain.builders import Life, rulebook, scenario, send, wait

NAMES = ROOTS | {one.collection for one in BUILT_IN}
LIST = "{% for item in cart.items %}{{ item.quantity }} {{ item.product.title }}, {% endfor %}"


class Ticks:
    """A clock that stands still until it is set."""

    seconds_now = 100.0

    def monotonic(self) -> float:
        return self.seconds_now

    def now(self) -> int:
        return int(self.seconds_now * 1_000)

    def seconds(self, ms: int) -> float:
        return ms / 1_000


class Shop:
    """The part that owns the catalog."""

    def __init__(self, **products: Mapping[str, Any]) -> None:
        self.products = products
        self.asked: list[list[str]] = []
        self.lost = False

    async def call(self, part: str, method: str, body: bytes) -> bytes:
        if self.lost:
            raise PartLost(part)
        assert method == "products"
        self.asked.append(msgspec.msgpack.decode(body))
        found = {one: self.products[one] for one in self.asked[-1] if one in self.products}
        plain = {one: msgspec.json.encode(product) for one, product in found.items()}
        return msgspec.msgpack.encode(plain)


class Press:
    """One template, rendered as the Sender does it."""

    def __init__(self, text: str, shop: Shop) -> None:
        made = Template(template="t", channel="email", subject="Hello", text=text)
        assert check_template(made, NAMES) == []
        self.template = msgspec.structs.replace(made, variables=variables_of(made, NAMES))
        self.clock = Ticks()
        self.templates = Templates(Catalog(shop, "coordinator", self.clock))
        self.templates.publish(1, encode(Definitions(templates=(self.template,))))

    def text(self, **variables: Any) -> str:
        asked = Send("1.1/a/1", 1, "s/a", "email", "t", "ada@example.com", True, variables, 0)
        return asyncio.run(self.templates.prepare(Delivery(asked, "", "<1@x>"))).text


CART = {"items": [{"product_id": "a", "quantity": 2}, {"product_id": 7, "quantity": 1}]}


def test_an_item_has_its_product_from_the_catalog() -> None:
    shop = Shop(a={"title": "Lampe"}, **{"7": {"title": "Vase"}})
    assert Press(LIST, shop).text(cart=CART) == "2 Lampe, 1 Vase, "
    assert shop.asked == [["7", "a"]]


def test_a_product_is_looked_up_by_any_value() -> None:
    shop = Shop(a={"price": 12.5})
    press = Press("{{ products[event.product_id].price|money }}", shop)
    assert press.text(event={"product_id": "a"}) == "12.50"


def test_a_price_is_never_older_than_a_few_seconds_and_asked_for_once_in_them() -> None:
    shop = Shop(a={"price": 10})
    press = Press('{{ products["a"].price }}', shop)
    assert press.text() == "10"
    shop.products["a"] = {"price": 8}
    assert press.text() == "10"
    press.clock.seconds_now += FRESH + 1
    assert press.text() == "8"
    assert shop.asked == [["a"], ["a"]]


def test_a_product_that_is_not_there_is_a_missing_value() -> None:
    with pytest.raises(CannotRender, match="missing_variable"):
        Press(LIST, Shop()).text(cart=CART)
    gentle = "{% for item in cart.items %}{{ item.product.title|default('?') }}{% endfor %}"
    assert Press(gentle, Shop()).text(cart=CART) == "??"


def test_without_the_catalog_s_owner_the_message_waits() -> None:
    shop = Shop()
    shop.lost = True
    with pytest.raises(Deferred):
        Press(LIST, shop).text(cart=CART)


def test_a_cart_that_nobody_filled_is_an_empty_list() -> None:
    assert Press("{% for item in cart.items %}x{% endfor %}-", Shop()).text() == "-"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{ cart.price }}", "cart has items, last, count, quantity, total"),
        ("{{ basket.items }}", "'basket' is unknown"),
        ("{% for item in cart %}{% endfor %}", "for example cart.items"),
        ("{{ products }}", "name what you want of products"),
    ],
)
def test_a_template_may_name_only_what_a_collection_has(text: str, problem: str) -> None:
    template = Template(template="t", channel="email", subject="Hello", text=text)
    assert problem in check_template(template, NAMES)[0]


def test_a_message_takes_along_what_its_template_names_as_it_is_at_the_decision() -> None:
    template = Template(
        template="hello", channel="email", subject="Hello", text="x", transactional=True,
        variables=("cart.items", "cart.total", "viewed.last", "contact.visit.count"),
    )  # fmt: skip
    steps = (wait("hour", for_="1h"), send("mail"))
    asked = scenario("cart", {"event": "Product Added"}, *steps)
    ada = Life(rulebook(asked, template, collections=BUILT_IN))
    ada.tells(email="ada@example.com")
    ada.does("Product Added", properties={"product_id": "a", "price": 5, "quantity": 3})
    ada.passes("30m").does("Product Added", properties={"product_id": "b", "price": 1})
    ada.passes("1h")
    ada.does("Order Completed")
    [message] = ada.sends
    assert [item["product_id"] for item in message.variables["cart"]["items"]] == ["a", "b"]
    assert message.variables["cart"]["total"] == 16
    assert message.variables["contact"] == {}
    assert "viewed" not in message.variables
