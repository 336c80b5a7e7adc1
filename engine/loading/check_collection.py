"""What a struct's types cannot say about collections, and about conditions that ask for them."""

import keyword
from collections import Counter
from collections.abc import Collection as Names

from engine.domain.language.condition import Condition, parts_of
from engine.domain.profile.collection import MOST, VERBS, Collection
from engine.loading.check_condition import event_problems
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place
from engine.rendering.environment import ROOTS

TAKEN = ("loop", "item", "true", "false", "none")
"""What templates call otherwise."""


def collection_problems(collection: Collection) -> Problems:
    """Names that templates can say, bounds, and one verb an event."""
    name = collection.collection
    if name in {*ROOTS, *TAKEN} or keyword.iskeyword(name):
        yield ("collection",), f"{name} has a meaning of its own in templates; take another name"
    if not 1 <= collection.keep <= MOST:
        yield ("keep",), f"{collection.keep} is not from 1 to {MOST}"
    if not collection.key:
        yield ("key",), "needs at least one property that tells items apart"
    for verb in VERBS:
        for at, event in enumerate(getattr(collection, verb)):
            yield from event_problems(event, (verb, at))
    verbs = Counter(event for verb in VERBS for event in set(getattr(collection, verb)))
    for event in sorted(event for event, count in verbs.items() if count > 1):
        yield (), f"{event} stands under {verbs[event]} verbs; an event does one thing"
    if not (collection.adds or collection.replaces):
        yield (), "is never filled; name events under adds or replaces"


def asked_problems(condition: Condition, place: Place, collections: Names[str]) -> Problems:
    """Collections that a condition asks for and nobody defined."""
    asked = condition.collection
    if asked is not None and asked not in collections:
        yield (*place, "collection"), f"there is no collection {asked}; {meant(asked, collections)}"
    for at, part in parts_of(condition):
        yield from asked_problems(part, (*place, *at), collections)
