"""Heights: values counted by powers of two, so that bars tell of any score."""

from math import floor, log2

LOW = -1
"""The height of what is less than 1; others are the whole logarithm of the value."""


def height_of(value: float) -> int:
    return floor(log2(value)) if value >= 1 else LOW
