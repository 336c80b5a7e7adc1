"""Errors, each with a stable code and a text that tells its reader what to do.

EngineError
  ConfigError (DefinitionError, SettingsError)
  RequestError (BadRequest, NotAllowed, Unknown, Busy)
  StoreError (StoreLocked, OwnershipLost (StoreLost), StateTooNew, StoreFull)
  ChannelError (Refused, Deferred, RouteDown, Unsure)

Anything else is a bug and may crash the batch; the docstring is the text when none is given.
"""

from typing import Any, ClassVar, Self


class EngineError(Exception):
    """The engine could not do what was asked."""

    code: ClassVar[str] = "E-ENGINE"

    def __init__(self, text: str = "") -> None:
        super().__init__(text or (self.__doc__ or "").strip())

    def __reduce__(self) -> tuple[Any, ...]:
        """Text and fields as they are, whatever the class's own parameters: it crosses processes."""
        return self._restored, (self.args, self.__dict__)

    @classmethod
    def _restored(cls, args: tuple[Any, ...], fields: dict[str, Any]) -> Self:
        error = cls.__new__(cls, *args)
        error.__dict__.update(fields)
        return error


class ConfigError(EngineError):
    """The configuration cannot be used."""

    code = "E-CONFIG"


class DefinitionError(ConfigError):
    """Definitions have problems; every one is listed with its place, in a file with its line."""

    code = "E-DEFINITION"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SettingsError(ConfigError):
    """A process setting cannot be used; correct engine.toml or the option named."""

    code = "E-SETTINGS"


class RequestError(EngineError):
    """A caller's request cannot be served."""

    code = "E-REQUEST"


class BadRequest(RequestError):
    """The request itself is wrong; sending it again will not help."""

    code = "E-BAD-REQUEST"


class NotAllowed(RequestError):
    """The key is missing, unknown, or of a kind that may not do this."""

    code = "E-NOT-ALLOWED"


class Unknown(RequestError):
    """Nothing goes by that name here."""

    code = "E-UNKNOWN"


class Busy(RequestError):
    """The engine takes no more at the moment; nothing of this request was kept: send it again."""

    code = "E-BUSY"

    def __init__(self, retry_after: float = 1.0, text: str = "") -> None:
        super().__init__(text)
        self.retry_after = retry_after


class StoreError(EngineError):
    """The store cannot be used."""

    code = "E-STORE"


class StoreLocked(StoreError):
    """Another process owns this data folder; stop it, or name another folder with --data."""

    code = "E-STORE-LOCKED"


class OwnershipLost(StoreError):
    """A newer owner has taken these slots; this process must write nothing more and end."""

    code = "E-OWNERSHIP-LOST"


class StoreLost(OwnershipLost):
    """The database does not answer; whether the last commit was kept is unknown: start anew from it."""

    code = "E-STORE-LOST"


class StateTooNew(StoreError):
    """The store was written by a newer version; start that version, or restore a backup."""

    code = "E-STATE-TOO-NEW"


class StoreFull(StoreError):
    """The disk is full or not writable; nothing was acknowledged. Free space, then go on."""

    code = "E-STORE-FULL"


class ChannelError(EngineError):
    """A message could not be handed over."""

    code = "E-CHANNEL"

    def __init__(self, text: str = "", *, reply: str = "") -> None:
        super().__init__(text)
        self.reply = reply


class Refused(ChannelError):
    """The next hop refuses this message for good."""

    code = "E-REFUSED"

    def __init__(self, text: str = "", *, reply: str = "", suppress: bool = False) -> None:
        super().__init__(text, reply=reply)
        self.suppress = suppress


class Deferred(ChannelError):
    """The next hop asks to try this message again later; it was not taken."""

    code = "E-DEFERRED"

    def __init__(
        self, text: str = "", *, reply: str = "", retry_after: int = 0, down: bool = False
    ) -> None:
        """``retry_after`` (ms) is what the next hop asked for, 0 when it did not say.

        ``down``: nobody answers there, which is no matter of this message alone.
        """
        super().__init__(text, reply=reply)
        self.retry_after = retry_after
        self.down = down


class RouteDown(ChannelError):
    """The route itself does not answer; no message is to blame and none was taken."""

    code = "E-ROUTE-DOWN"


class Unsure(ChannelError):
    """The connection broke while the message was on its way: it may have been taken."""

    code = "E-UNSURE"
