"""Segments: sets of contacts by condition. Entering and leaving are facts, at the exact instant."""

from engine.domain.condition import Condition
from engine.domain.definition import Definition, Name


class Segment(Definition, frozen=True, kw_only=True):
    segment: Name
    title: str = ""
    condition: Condition
