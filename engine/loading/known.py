"""What a scenario may name."""

from engine.domain.attribute import Attribute
from engine.domain.template import Template


class Known:
    """All names of a workspace: also of what has problems of its own, which are told there."""

    def __init__(
        self, names: dict[str, set[str]], templates: list[Template], attributes: list[Attribute]
    ) -> None:
        self.names = names
        self.templates = names["template"]
        self.attributes = {one.attribute: one for one in attributes}
        self.channels = {template.template: template.channel for template in templates}
        self.marketing = {one.template for one in templates if not one.transactional}
        self.topics = names["topic"]
