"""When an event happened: the sender's texts and the server's clock become one instant (ms)."""

from datetime import UTC, datetime


def parse(given: object) -> int | None:
    """ISO 8601 text to ms since 1970 UTC; text without an offset is UTC. None when it is no instant."""
    if not isinstance(given, str):
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000)


def happened(original: object, sent: object, received: int) -> tuple[int, bool]:
    """The event's instant, and whether ``original`` had to be given up as unreadable.

    Segment's rule: received - (sent - original), which cancels a device clock that is wrong. Nothing
    happens after it was received, and nothing we hear of happened before 1970.
    """
    if original is None or original == "":
        return received, False
    at = parse(original)
    if at is None:
        return received, True
    departed = parse(sent)
    if departed is not None:
        at = received - (departed - at)
    if at < 0:
        return received, True
    return min(at, received), False
