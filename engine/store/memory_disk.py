"""Memory that outlives a store, as a file does: restarts, crashes and fencing without a file."""

from collections.abc import Iterable
from typing import Any

from engine.errors import OwnershipLost, StoreError, StoreFull, StoreLocked, StoreLost


class MemoryDisk:
    """Holds one store's content between its openings. Set ``full`` to let every commit fail, ``cut``
    to let the next one be kept without its owner hearing of it.

    ``content`` is the store's own; ``epoch`` and ``owner`` guard it as the ownership rows of a file do.
    """

    def __init__(self) -> None:
        self.full = False
        self.cut = False
        self.content: Any = None
        self.epoch = 0
        self.owner = ""
        self.slots: tuple[int, ...] = ()
        self._holder = ""

    def take(self, owner: str, slots: Iterable[int], *, fence_only: bool) -> int:
        """The new epoch. Raises StoreLocked while a store holds it, unless the epoch alone fences."""
        wanted = tuple(sorted(slots))
        if self._holder and not fence_only:
            message = f"This memory is in use by {self._holder}; close that store first."
            raise StoreLocked(message)
        if self.slots not in ((), wanted):
            message = (
                f"It holds {len(self.slots)} slots from {self.slots[0]} on, asked for were "
                f"{len(wanted)} from {wanted[0]} on: the number of hosts is fixed at init."
            )
            raise StoreError(message)
        self.check_writable()
        self.slots, self.owner, self._holder = wanted, owner, owner
        self.epoch += 1
        return self.epoch

    def check(self, owner: str, epoch: int) -> None:
        """What every commit asks first. Raises OwnershipLost, StoreFull."""
        if (self.owner, self.epoch) != (owner, epoch):
            message = (
                f"A newer owner has taken this memory from {owner} (epoch {epoch}); "
                "this process must write nothing more and end."
            )
            raise OwnershipLost(message)
        self.check_writable()

    def check_writable(self) -> None:
        if self.full:
            message = "The disk is full; nothing was acknowledged. Free space, then go on."
            raise StoreFull(message)

    def answer(self) -> None:
        """What a commit that is kept ends with. Raises StoreLost."""
        if self.cut:
            self.cut = False
            message = "This memory does not answer; start anew from what it holds."
            raise StoreLost(message)

    def release(self) -> None:
        """The process that held it has ended, in order or not: the next may open it."""
        self._holder = ""


class MemoryOwner:
    """A store's hold on its disk."""

    def __init__(self, disk: MemoryDisk | None, slots: Iterable[int], *, fence_only: bool) -> None:
        self.disk = disk or MemoryDisk()
        self._slots = tuple(slots)
        self._fence_only = fence_only
        self._owner = ""
        self._epoch = 0

    def take(self, owner: str) -> int:
        self._epoch = self.disk.take(owner, self._slots, fence_only=self._fence_only)
        self._owner = owner
        return self._epoch

    def check(self) -> None:
        """Raises StoreError when the store is not open; OwnershipLost, StoreFull."""
        if not self._epoch:
            message = "the store is not open"
            raise StoreError(message)
        self.disk.check(self._owner, self._epoch)

    def close(self) -> None:
        """Lets go of the disk, unless a newer owner has it."""
        if self._epoch and self.disk.epoch == self._epoch:
            self.disk.release()
        self._epoch = 0
