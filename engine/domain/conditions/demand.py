"""What compiled conditions have in common: what they answer, and what they read.

An answer is (holds, flips): ``flips`` is the exact instant (ms) at which time alone may change the
answer, 0 when it cannot. While what a condition reads is being rebuilt, ``holds`` is None: unknown.
"""

from collections.abc import Callable

import msgspec

from engine.domain.aggregates.aggregate import Aggregate
from engine.domain.aggregates.asked import Reading
from engine.domain.profile.collection import Collection
from engine.domain.profile.contact import Contact
from engine.domain.scores.matrix import Matrix
from engine.domain.scores.score import Score

Answer = tuple[bool | None, int]
Predicate = Callable[[Contact, int], Answer]

NO: Answer = (False, 0)
YES: Answer = (True, 0)
UNKNOWN: Answer = (None, 0)


class Demand(msgspec.Struct):
    """Aggregates by id, top-level attributes, other segments, collections.

    ``readings`` are the declared aggregates that conditions may ask about, by name; ``members`` is
    where they find how each of those segments is asked itself; ``zone`` is the workspace's.
    ``scores`` are those defined, ``scored`` those that are asked about; so are ``kept`` and ``collections``.
    ``stages`` are those of the lifecycle in their order, each with its segment.
    """

    aggregates: dict[int, Aggregate] = {}
    attributes: set[str] = set()
    segments: set[str] = set()
    readings: dict[str, Reading] = {}
    members: dict[str, Predicate] = {}
    collections: set[str] = set()
    zone: str = "UTC"
    scores: dict[str, Score] = {}
    scored: set[str] = set()
    kept: dict[str, Collection] = {}
    stages: dict[str, str] = {}
    matrix: Matrix | None = None
