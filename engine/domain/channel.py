"""The channels that a message may take, and what each takes for an address."""

from typing import Literal, get_args

Channel = Literal["email", "sms"]
CHANNELS: tuple[str, ...] = get_args(Channel)

ADDRESSES = {"email": "email", "sms": "phone"}
"""The attribute, and the kind of key, that holds a contact's address."""

RECOGNISED = frozenset({"email"})
"""Channels whose receiver knows a repeated message by its Message-ID, so that it may leave twice."""
