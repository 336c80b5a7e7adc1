"""Stages of the lifecycle as an operator writes them: an ordered set of segments."""

from collections.abc import Iterable, Sequence

from engine.domain.definition import Definition, Name
from engine.domain.language.condition import Condition, parts_of
from engine.domain.language.segment import Segment


class Stage(Definition, frozen=True, kw_only=True):
    """``segment`` says who may be in it; with a ``condition`` of its own it makes a segment of its name.

    Without either it is the segment of its name.
    """

    stage: Name
    title: str = ""
    segment: Name | None = None
    condition: Condition | None = None

    @property
    def held_by(self) -> str:
        """The segment that it stands on."""
        return self.segment or self.stage


def segments_of(stages: Iterable[Stage]) -> dict[str, str]:
    """Stage -> segment, in the order of the stages."""
    return {one.stage: one.held_by for one in stages}


def segment_of(stage: Stage) -> Segment | None:
    """What a condition of its own stands for."""
    if stage.condition is None:
        return None
    return Segment(segment=stage.stage, title=stage.title, condition=stage.condition)


def as_segments(wanted: Sequence[str], stages: dict[str, str]) -> Condition:
    """The question for a stage as the question for segments that it is: its own, and none after it.

    Nobody is in a stage that is defined no longer.
    """
    parts, after = list[Condition](), tuple[Condition, ...]()
    for stage, segment in reversed(stages.items()):
        held = Condition(segment=segment)
        if stage in wanted:
            parts.append(Condition(all=(held, Condition(none=after))))
        after = (held, *after)
    return Condition(any=tuple(parts))


def asked_in(condition: Condition) -> set[str]:
    """The stages that a condition asks about."""
    return {*wanted_of(condition)}.union(*(asked_in(part) for _place, part in parts_of(condition)))


def wanted_of(condition: Condition) -> tuple[str, ...]:
    """One stage, or any of several."""
    wanted = condition.stage
    return (wanted,) if isinstance(wanted, str) else wanted or ()
