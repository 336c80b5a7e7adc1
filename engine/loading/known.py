"""What a scenario may name."""

import msgspec

from engine.domain.consents.topic import ConsentFile
from engine.domain.language.template import Template
from engine.domain.profile.attribute import Attribute


class Known:
    """All names of a workspace: also of what has problems of its own, which are told there."""

    def __init__(
        self,
        names: dict[str, set[str]],
        templates: list[Template],
        attributes: list[Attribute],
        consent: list[ConsentFile],
    ) -> None:
        files = [file.channels for file in consent]
        rules = {name: one for file in files for name, one in msgspec.structs.asdict(file).items()}
        self.confirmed = {name for name, one in rules.items() if one.confirm is not None}
        self.names = names
        self.templates = names["template"]
        self.attributes = {one.attribute: one for one in attributes}
        self.channels = {template.template: template.channel for template in templates}
        self.marketing = {one.template for one in templates if not one.transactional}
        self.topics = names["topic"]
