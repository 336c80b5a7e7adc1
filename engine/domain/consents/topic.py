"""What the workspace says about consent: its topics, double opt-in, hours. Written in ``consent.yaml``."""

from typing import Annotated, Literal

import msgspec

from engine.domain.consents.quiet import Hours, Open
from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration

Country = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2, such as FR")
]
Basis = Literal["consent", "soft_opt_in", "legitimate_interest", "contract"]


class Title(Definition, frozen=True, kw_only=True):
    """How people read it, by language."""

    fr: str = ""
    en: str = ""


class Topic(Definition, frozen=True, kw_only=True):
    """What people subscribe to. ``basis`` holds for statements that name none."""

    topic: Name
    title: Title = Title()
    basis: Basis = "consent"


class DoubleOptIn(Definition, frozen=True, kw_only=True):
    """Who asks to be written to is sent ``template`` (transactional), whose link confirms it.

    The link holds for ``within``; at most ``per_day`` such messages go to one person a day.
    """

    template: Name
    within: Duration = "14d"
    per_day: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3


class ChannelRules(Definition, frozen=True, kw_only=True):
    """``hours``: when marketing may leave on this channel, besides what the country allows."""

    confirm: DoubleOptIn | None = None
    hours: tuple[Open, ...] = ()


class Channels(Definition, frozen=True, kw_only=True):
    """One for each channel that there is."""

    email: ChannelRules = ChannelRules()
    sms: ChannelRules = ChannelRules()


class ConsentFile(Definition, frozen=True, kw_only=True):
    """``consent.yaml``. The first country is that of contacts whose own is unknown.

    A marketing message that waits longer than ``hold`` for its hours is not sent any more.
    """

    countries: tuple[Country, ...] = ()
    hold: Duration = "3d"
    channels: Channels = Channels()
    topics: tuple[Topic, ...] = ()


class ConsentRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file as published: with what the countries' laws add.

    ``hours``: the workspace's own and the countries'; ``holidays``: country -> dates (ISO 8601).
    """

    countries: tuple[str, ...] = ()
    hold: Duration = "3d"
    confirm: dict[str, DoubleOptIn] = {}
    topics: tuple[Topic, ...] = ()
    hours: tuple[Hours, ...] = ()
    holidays: dict[str, tuple[str, ...]] = {}

    @property
    def summary(self) -> str:
        """In a line, for those who compare two of them."""
        days = [day for dates in self.holidays.values() for day in dates]
        told = {
            "countries": ", ".join(self.countries),
            "topics": ", ".join(topic.topic for topic in self.topics),
            "double opt-in": ", ".join(sorted(self.confirm)),
            "hours": ", ".join(f"{h.channel} {h.country}".strip() for h in self.hours),
            "holidays": f"{min(days)[:4]}-{max(days)[:4]}" if days else "",
            "hold": self.hold,
        }
        return "; ".join(f"{name} {value}" for name, value in told.items() if value)
