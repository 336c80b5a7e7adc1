"""Merges and their undoing as a reader wants them: with whom, and what of the contact they explain."""

from collections.abc import Iterable

from engine.domain.message import Adopted, Rebuilt, Restored, Unmerged
from engine.replay.life import Life, Moment


def joining(moment: Moment) -> str:
    """In words; "" for a moment that is neither."""
    match moment.message:
        case Adopted(source=source):
            return f"contact {source} became a part of this one"
        case Unmerged(source=source):
            return f"contact {source} was parted from this one"
        case Restored(source=source):
            return f"this one was parted from contact {source}"
        case _:
            survivor = moment.after.merged_into if moment.after else 0
            return f"this one became a part of contact {survivor}" if survivor else ""


def quietly(moment: Moment) -> str:
    """Why what was found in a moment triggers nothing; "" where it may."""
    before = moment.before
    if words := joining(moment):
        return f"{words}: what that brings triggers nothing"
    if isinstance(moment.message, Rebuilt):
        return "it was found when older events were counted: that triggers nothing"
    if before is not None and before.rulebook not in (0, moment.row.rulebook):
        return f"it was found when rulebook {moment.row.rulebook} came into force: that triggers nothing"
    return ""


def unions(life: Life) -> list[int]:
    """The contacts that this one has ever been a part of."""
    found = (m.after.merged_into for m in life.moments(life.contact.id) if m.after is not None)
    return list(dict.fromkeys(filter(None, found)))


def origin(moments: Iterable[Moment], run: str) -> tuple[Moment, str] | None:
    """The moment in which a run came from another contact, and how; None when it began here."""
    for moment in moments:
        for fact in moment.facts:
            if fact.what == "run_taken" and fact.detail == run:
                return moment, joining(moment)
    return None
