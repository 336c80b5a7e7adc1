"""A message that the Sender holds."""

from engine.ports.sending import Delivery, Rendered


class InHand:
    """A delivery between offer and outcome; ``left`` once it can no longer be taken back.

    ``message`` is what left, at the instant ``at`` (ms); ``doubtful`` while it is being looked for.
    """

    __slots__ = ("at", "delivery", "doubtful", "host", "left", "message", "since")

    def __init__(self, delivery: Delivery, host: str, since: float) -> None:
        self.delivery = delivery
        self.host = host
        self.since = since
        self.left = False
        self.at = delivery.send.at
        self.message: Rendered | None = None
        self.doubtful = False

    @property
    def key(self) -> str:
        return self.delivery.send.key
