"""What a struct's types cannot say about thresholds."""

from engine.domain.language.threshold import Threshold
from engine.loading.shape import Problems


def threshold_problems(threshold: Threshold) -> Problems:
    """One bound, and on its other side the one that takes back."""
    if (threshold.above is None) == (threshold.below is None):
        yield (), "needs either above or below"
        return
    for way, back in (("above", "until_below"), ("below", "until_above")):
        bound, until = getattr(threshold, way), getattr(threshold, back)
        if bound is None and until is not None:
            yield (back,), f"goes with {way}"
        elif bound is not None and until is not None and _beyond(way, bound, until):
            yield (back,), f"{until:g} lies beyond {way} {bound:g}"


def _beyond(way: str, bound: float, until: float) -> bool:
    return until > bound if way == "above" else until < bound
