"""Taking over what was rebuilt from the log: the values are put in, the segments asked, quietly."""

from typing import Any

from engine.domain.intake.collect import take_collection
from engine.domain.intake.turn import Turn
from engine.domain.message import Rebuilt
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.runs import run
from engine.domain.runs.giving import give_back
from engine.domain.scores import points
from engine.domain.settle import settle


def take_rebuilt(turn: Turn, message: Rebuilt) -> None:
    """Starts no scenario, unless whoever published the rulebook asked for that; waiting runs go on."""
    contact, rest = turn.contact, dict(turn.contact.pending)
    made = codec.decode(message.state) if message.state else Contact(contact.id)
    for name in message.names:
        if rest.pop(name, None) is not None:
            put(contact, made, name)
            if name.startswith("score:"):
                turn.scored = True
                give_back(turn, name.split(":")[1])
    contact.pending = rest
    turn.note("rebuilt", "")
    turn.quiet = not turn.rulebook.backfill
    turn.stale.update(turn.rulebook.asked)
    settle(turn)
    run.decide(turn)


def put(contact: Contact, made: Contact, name: str) -> None:
    """One value, from one contact into the other. Raises Absent."""
    kind, _, rest = name.partition(":")
    match kind:
        case "count":
            _copy(made.counts, contact.counts, int(rest))
        case "times":
            _copy(made.rings, contact.rings, int(rest))
        case "measure":
            _copy(made.measures, contact.measures, int(rest))
        case "score":
            points.copy(made, contact, rest.rpartition(":")[0])
        case "collection":
            take_collection(contact, made, rest.rpartition(":")[0])
        case _:
            text = f"a contact holds no {kind}"
            raise ValueError(text)


def _copy(made: dict[Any, Any], into: dict[Any, Any], key: int | str) -> None:
    if key in made:
        into[key] = made[key]
    else:
        into.pop(key, None)
