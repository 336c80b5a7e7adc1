"""Grades as conditions name them."""

from typing import Annotated

import msgspec

Grade = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([A-I][1-9]?|[1-9])$",
        description="a grade of the matrix as A1, or A or 1 for all of its row or column",
    ),
]
