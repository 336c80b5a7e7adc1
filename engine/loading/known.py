"""What a scenario may name."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from engine.domain.consents.topic import ConsentFile
from engine.domain.language.template import Template
from engine.domain.profile.attribute import Attribute


class Known:
    """All names of a workspace: also of what has problems of its own, which are told there."""

    def __init__(
        self,
        names: dict[str, set[str]],
        templates: Sequence[Template],
        attributes: Sequence[Attribute],
        confirmed: Collection[str],
    ) -> None:
        """``confirmed``: channels with a double opt-in."""
        self.confirmed = confirmed
        self.names = names
        self.templates = names["template"]
        self.attributes = {one.attribute: one for one in attributes}
        self.channels = {template.template: template.channel for template in templates}
        self.marketing = {one.template for one in templates if not one.transactional}
        self.topics = names["topic"]


def confirmed_in(consent: Iterable[ConsentFile]) -> set[str]:
    """The channels that these files want a double opt-in for."""
    rules = [msgspec.structs.asdict(file.channels) for file in consent]
    return {name for file in rules for name, one in file.items() if one.confirm is not None}
