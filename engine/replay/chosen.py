"""What a rebuild folds: of a rulebook, just the parts of what it counts and collects that were chosen."""

from collections.abc import Iterable

import msgspec

from engine.domain.aggregates.aggregate import Aggregate, fold_aggregates, join
from engine.domain.conditions.counted import collection_of, count_of, measure_of, score_of, times_of
from engine.domain.event import Event
from engine.domain.intake import activity
from engine.domain.intake.collect import fill, join_collections
from engine.domain.intake.turn import Turn
from engine.domain.intake.visit import CAUSED, counts, take_visit
from engine.domain.message import Logged, Message, Receipt
from engine.domain.profile.collection import Collection, Verb
from engine.domain.profile.contact import Contact
from engine.domain.profile.session import joined
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.scores.points import ScorePlan, fold_scores, join_scores


class Chosen:
    """``names`` are those of ``engine.domain.conditions.counted``."""

    def __init__(self, rulebook: Rulebook, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._rulebook = rulebook
        self._aggregates: dict[int, Aggregate] = {}
        self._by_event: dict[str, list[Aggregate]] = {}
        self._scores: dict[str, list[ScorePlan]] = {}
        self._filled: dict[str, list[tuple[Collection, Verb]]] = {}
        self._kept = [c for c in rulebook.collections if collection_of(c) in self.names]
        for aggregate in rulebook.aggregates.values():
            self._choose(aggregate)
        scores = {s.score for s in rulebook.definitions.scores if score_of(s) in self.names}
        for event, plan in rulebook.events.items():
            rules = [rule for rule in plan.scores if rule.score in scores]
            if rules:
                self._scores[event] = rules
            touched = [one for one in plan.collections if collection_of(one[0]) in self.names]
            if touched:
                self._filled[event] = touched
        self._visits = any(name in {*self._by_event, *self._scores} for name in CAUSED)

    def _choose(self, aggregate: Aggregate) -> None:
        """Only the parts that are called for."""
        number = aggregate.id
        part = msgspec.structs.replace(
            aggregate,
            counted=aggregate.counted and count_of(number) in self.names,
            keep=aggregate.keep if times_of(number) in self.names else 0,
            form=aggregate.form if measure_of(number) in self.names else "",
        )
        if part.counted or part.keep or part.form:
            self._aggregates[number] = part
            self._by_event.setdefault(part.event, []).append(part)

    def reads(self, taken: Logged) -> bool:
        """Whether such a message changes anything, merges aside."""
        if isinstance(taken, Receipt):
            return self._asks_about(activity.name_of(taken))
        if not isinstance(taken, Event):
            return False
        return self._asks_about(taken.name) or (self._visits and counts(taken))

    def _asks_about(self, event: str) -> bool:
        return any(event in read for read in (self._by_event, self._scores, self._filled))

    def take(self, made: Contact, taken: Message, now: int) -> None:
        """A message consumed at ``now`` (ms): an event, a receipt, or what changes nothing here."""
        if isinstance(taken, Event):
            self.fold(made, taken, now)
        elif isinstance(taken, Receipt) and self.reads(taken):
            self.fold(made, activity.event_of(taken, activity.name_of(taken), now), now)

    def fold(self, made: Contact, event: Event, now: int) -> None:
        """Take an event, consumed at ``now`` (ms), and what comes of it, as the live step would."""
        turn = Turn(made, self._rulebook, now)
        if event.name in self._filled:
            fill(turn, event, self._filled[event.name])
        caused = take_visit(turn, event) if self._visits else ()
        for one in (event, *caused):
            aggregates = self._by_event.get(one.name, ())
            fold_aggregates(made, one, aggregates, turn.properties_of, now)
            fold_scores(made, one, self._scores.get(one.name, ()), turn.properties_of, now)

    def join(self, made: Contact, other: Contact, now: int) -> None:
        """As the live step does when it merges."""
        join(made, other, self._aggregates, now)
        join_collections(Turn(made, self._rulebook, now), other, self._kept)
        join_scores(made, other, self._rulebook.decays, self._rulebook.capped, now)
        made.visits = joined(made.visits, other.visits)


def bare(made: Contact) -> Contact:
    """Without what only folding on needs."""
    made.pasts, made.visits = [], None
    return made
