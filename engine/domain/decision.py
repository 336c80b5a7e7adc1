"""Steps that choose the way, as an operator writes them."""

import msgspec

from engine.domain.condition import Condition
from engine.domain.definition import Definition, Name


class Branch(Definition, frozen=True, kw_only=True, tag_field="do", tag="branch"):
    """Go to ``then`` if the condition holds now, else to ``else``; a missing one means the next step."""

    id: Name
    if_: Condition = msgspec.field(name="if")
    then: Name | None = None
    else_: Name | None = msgspec.field(name="else", default=None)
