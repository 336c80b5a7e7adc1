"""The templates in force, and a delivery made into a message that is ready to leave."""

from typing import Any

from engine.domain.language.template import Template
from engine.domain.rulebooks.definitions import decode
from engine.ports.sending import Delivery, Rendered
from engine.rendering.render import CannotRender, render
from engine.runtime.sending.catalog import Catalog
from engine.runtime.sending.links import Links

LOOKS = 3
"""How often a rendering may ask for products it had not asked for before."""
KEPT = 1_000
"""Texts of earlier rulebooks that messages under way may still name."""


class Templates:
    """By name, as of the newest rulebook; earlier texts stay for messages whose template is gone."""

    def __init__(self, catalog: Catalog | None = None, links: Links | None = None) -> None:
        self.links = links or Links()
        self.version = 0
        self._catalog = catalog
        self._current: dict[str, Template] = {}
        self._earlier: dict[tuple[str, str], Template] = {}

    def publish(self, version: int, definitions: bytes) -> None:
        """Raises ``msgspec.ValidationError``; a rulebook older than the one in force changes nothing."""
        templates = decode(definitions).templates
        if version < self.version:
            return
        self.version = version
        self._current = {template.template: template for template in templates}
        for template in templates:
            self._earlier[template.template, template.version] = template
        while len(self._earlier) > KEPT:
            del self._earlier[next(iter(self._earlier))]

    async def prepare(self, delivery: Delivery) -> Rendered:
        """Raises CannotRender, and Deferred when the products that it names cannot be read."""
        send = delivery.send
        template = self._current.get(send.template) or self._earlier.get(
            (send.template, delivery.version)
        )
        if template is None:
            raise CannotRender(f"rulebook {self.version} has no template {send.template}")
        about: dict[str, Any] = {
            "id": delivery.message_id,
            "key": send.key,
            "address": send.address,
            "scenario": send.scenario,
            "template": send.template,
            "unsubscribe_url": self.links.unsubscribe(send),
            "confirm_url": self.links.confirm(send),
            "tracking": send.tracking,
            **self.links.handoff(send),
        }
        subject, text, html = await self._rendered(template, {**send.variables, "message": about})
        return Rendered(
            send.key,
            delivery.message_id,
            send.address,
            subject,
            text,
            html,
            send.marketing,
            send.at,
            about["unsubscribe_url"],
            send.tracking,
        )

    async def _rendered(self, template: Template, given: dict[str, Any]) -> tuple[str, str, str]:
        """With the products that it asks for; those may name others, but not without end."""
        if self._catalog is None or not _names_products(template):
            return render(template, given)
        for _ in range(LOOKS):
            products = self._catalog.known()
            try:
                done = render(template, given, products)
            except CannotRender:
                if not products.unknown:
                    raise
            else:
                if not products.unknown:
                    return done
            await self._catalog.fetch(products.unknown)
        return render(template, given, self._catalog.known())


def _names_products(template: Template) -> bool:
    return any(path.startswith("products.") for path in template.variables)
