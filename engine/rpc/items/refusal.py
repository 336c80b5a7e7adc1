"""How intake says no to one item. Each code is stable; each reason tells what to correct."""


class Refused(Exception):  # noqa: N818
    """This item cannot become an event; the others of its batch can."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
