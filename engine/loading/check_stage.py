"""What a struct's types cannot say about stages of the lifecycle."""

from engine.domain.language.stage import Stage
from engine.loading.check_condition import Names, unknown
from engine.loading.shape import Problems

STAGES = "the lifecycle"
"""What the stages together are called beside segments, which have no blank in their names."""


def stage_problems(stage: Stage, names: Names) -> Problems:
    """One segment, which is defined; a condition of its own is looked through as a segment's."""
    if stage.condition is not None and stage.segment is not None:
        yield ("segment",), "does not go with condition: name a segment, or say who is in it"
    place = ("segment",) if stage.segment else ("stage",)
    yield from unknown("segment", stage.held_by, place, names["segment"])
