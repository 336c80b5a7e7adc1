"""What a contact's scores are made of, told by its host. Its log is read beside the host, as for a rebuild."""

from typing import TYPE_CHECKING, Any

from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import encode
from engine.errors import EngineError
from engine.replay.scan import Order
from engine.replay.scorecard import Scorecard, names_of, parted
from engine.runtime.scanning.scans import ScanLost

if TYPE_CHECKING:
    from engine.runtime.host import ContactHost


async def told(host: "ContactHost", number: int) -> list[dict[str, Any]]:
    """A card for each score; nothing of a contact that is not there."""
    memory, resident = host.memory, host.memory.resident(number)
    if resident is None:
        return []
    rulebook, now = memory.rulebook, memory.clock.now()
    parts = parted(rulebook.definitions)
    order = Order(memory.host, 1, rulebook.version, encode(parts), names_of(parts))
    made = await _folded(host, order, number, memory.next_log)
    return Scorecard(resident.contact, made, rulebook, now).cards()


async def _folded(host: "ContactHost", order: Order, number: int, mark: int) -> Contact:
    try:
        scan = await host.scans.start(order)
        try:
            [(_, state)] = await scan.of([number], mark)
        finally:
            scan.close()
    except ScanLost as error:
        text = f"the contact's log could not be read: {error}; ask again"
        raise EngineError(text) from error
    return codec.decode(state)
