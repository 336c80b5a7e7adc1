"""What a rulebook asks to be counted of contacts, by names that stay the same in every version.

``count:<id>``             how often, over all time
``times:<id>``             the latest event times; its size is how many
``measure:<id>``           a measure; the size of a sliding one is how far back it reaches (ms)
``score:<name>:<digest>``  a score under these very rules
``collection:<name>:<digest>``  a collection under these very rules

``segment:``, ``trigger:`` and ``runs:<scenario>`` count nothing: every contact has to be met because of
them; the last when runs come to another version.
"""

from hashlib import blake2b

import msgspec

from engine.domain.language.segment import Segment
from engine.domain.language.stage import Stage, segments_of
from engine.domain.profile.collection import Collection
from engine.domain.scores.matrix import Matrix
from engine.domain.scores.score import Score

RUNS = "runs:"


def count_of(aggregate: int) -> str:
    return f"count:{aggregate}"


def times_of(aggregate: int) -> str:
    return f"times:{aggregate}"


def measure_of(aggregate: int) -> str:
    return f"measure:{aggregate}"


def score_of(score: Score) -> str:
    """Other rules or another decay are another score; a title and bounds are not."""
    return f"score:{score.score}:{_digest([score.half_life, score.linear, score.rules])}"


def collection_of(collection: Collection) -> str:
    """Other events, keys, fields or bounds make another collection; a title does not."""
    untitled = msgspec.structs.replace(collection, title="")
    return f"collection:{collection.collection}:{_digest(untitled)}"


def is_met(name: str) -> bool:
    """Whether nothing is counted under this name: to be met is enough."""
    return name.startswith(("segment:", "trigger:", RUNS))


def segment_of(segment: Segment) -> str:
    """Nothing counted, but asked: when the condition is another every contact has to be asked anew."""
    return f"segment:{segment.segment}:{_digest(segment.asks)}"


def stages_of(stages: tuple[Stage, ...]) -> str:
    """As for a segment, under no segment's name: another order puts contacts elsewhere."""
    return f"segment:/{_digest([*segments_of(stages).items()])}"


def trigger_of(scenario: str, asked: object) -> str:
    """Nothing counted, but set in every contact: a trigger that is a date, see ``Dates.asked``."""
    return f"trigger:{scenario}:{_digest(asked)}"


def matrix_of(matrix: Matrix) -> str:
    """As of a segment: under other bounds every contact has another grade."""
    return f"segment:/matrix:{_digest([matrix.letter, matrix.digit])}"


def _digest(asked: object) -> str:
    plain = msgspec.json.encode(asked, order="deterministic")
    return blake2b(plain, digest_size=5).hexdigest()
