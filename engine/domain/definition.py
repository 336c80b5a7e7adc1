"""The habits of every struct that an operator writes: unknown keys are refused, text is data."""

from typing import Annotated

import msgspec

NAME = r"^[a-z][a-z0-9_]{0,63}$"
Name = Annotated[
    str, msgspec.Meta(pattern=NAME, description="a-z, 0-9 and _, starts with a letter")
]
Scalar = str | int | float | bool


class Definition(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One thing that an operator defines in ``config/``."""
