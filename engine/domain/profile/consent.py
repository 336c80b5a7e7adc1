"""Consent: what a person has allowed, by channel or by ``channel/topic``, and what proves it.

Which statement stands is written here, and a merge goes by the same rules:

of two statements on one subject   the later one; of the same instant the withdrawal
a topic                            refines its channel: where nothing was said on it, the channel's holds
a channel's withdrawal             takes every topic along that was not granted after it
a channel's grant                  gives no topic back that was withdrawn
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from engine.domain.channel import CHANNELS

TRACKING = "tracking"
"""Whether opens and clicks of this person may be recorded: no unless it was said (CNIL 2026-042)."""
PURPOSES = frozenset({*CHANNELS, TRACKING})
OPTED_OUT = "opted_out"
"""STOP: the reason of such a suppression, and the source of such a withdrawal."""

Status = Literal["granted", "withdrawn"]
Method = Literal["", "single", "double"]


class Consent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The statement in force. ``at`` (ms) is when its status began, ``said`` when it was last repeated.

    ``source`` is who told it (the key's name, ``operator``, ``link``). ``basis``: consent,
    soft_opt_in, legitimate_interest or contract. ``wording`` names the version of the text that was
    agreed to. ``confirmed`` and ``confirmed_ip`` belong to a double opt-in.
    """

    status: Status
    at: int
    said: int
    source: str = ""
    basis: str = ""
    method: Method = ""
    form: str = ""
    wording: str = ""
    language: str = ""
    ip: str = ""
    note: str = ""
    confirmed: int = 0
    confirmed_ip: str = ""

    @property
    def granted(self) -> bool:
        return self.status == "granted"

    @property
    def proved(self) -> bool:
        """Whether it says what was agreed to and how: a bare flag does not undo an unsubscription."""
        return self.method == "double" or bool(self.form or self.wording or self.note)


class OptIn(msgspec.Struct, frozen=True, array_like=True):
    """A double opt-in that waits for its confirmation until ``expires`` (ms); ``asks`` are its latest.

    ``links`` are the keys of the messages that asked at ``address``: no other one's link confirms it.
    """

    consent: Consent
    expires: int
    asks: tuple[int, ...] = ()
    address: str = ""
    links: tuple[str, ...] = ()


def subject_of(channel: str, topic: str = "") -> str:
    return f"{channel}/{topic}" if topic else channel


def standing(held: Consent | None, said: Consent) -> Consent:
    """The statement in force after another one; what proves a status outlives its bare repetition."""
    if held is None:
        return said
    if said.said < held.said or (said.said == held.said and not held.granted):
        return held
    if said.status == held.status and not said.proved:
        return msgspec.structs.replace(held, said=said.said)
    return said


def allows(consents: Mapping[str, Consent], channel: str, topic: str = "") -> bool:
    """Whether the person has allowed messages of this topic (none: any) on this channel."""
    whole = consents.get(channel)
    part = consents.get(subject_of(channel, topic)) if topic else None
    if part is None:
        return whole is not None and whole.granted
    return part.granted and (whole is None or whole.granted or part.said > whole.said)
