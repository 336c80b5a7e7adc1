"""Which reply of a coordinator takes the place of which: only the last few are kept."""

KEPT = 8
"""As many batches of one coordinator as can be on their way to a host at once."""


def place(number: int) -> int:
    """The place of the reply to a coordinator's batch of this number."""
    return number % KEPT
