"""``consent.yaml``: its problems, and what of it is published."""

from engine.domain.channel import CHANNELS
from engine.domain.consents.quiet import Hours, ever_open
from engine.domain.consents.topic import ChannelRules, ConsentFile, ConsentRules, DoubleOptIn, Topic
from engine.domain.language.template import Template
from engine.loading.country import holidays_of, hours_of, is_known
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

LINK = "message.confirm_url"


def published(file: ConsentFile, now: int) -> ConsentRules:
    """With hours and holidays of the countries, as they are around an instant (ms)."""
    rules = {channel: _of(file, channel) for channel in CHANNELS}
    hours = [Hours(channel=channel, open=one.hours) for channel, one in rules.items() if one.hours]
    for country in file.countries:
        hours += hours_of(country)
    return ConsentRules(
        countries=file.countries,
        hold=file.hold,
        confirm={channel: one.confirm for channel, one in rules.items() if one.confirm},
        topics=file.topics,
        hours=tuple(hours),
        holidays={country: holidays_of(country, now) for country in file.countries},
    )


def consent_problems(file: ConsentFile, templates: dict[str, Template]) -> Problems:
    """What its types cannot say."""
    yield from _topic_problems(file.topics)
    for at, country in enumerate(file.countries):
        if not is_known(country):
            yield ("countries", at), f"no public holidays are known of {country}"
    for channel in CHANNELS:
        place: Place = ("channels", channel)
        confirm = _of(file, channel).confirm
        if confirm is not None:
            wrong = (*place, "confirm", "template")
            yield from _confirm_problems(confirm, channel, wrong, templates)
        yield from _hours_problems(file, channel, (*place, "hours"))


def _of(file: ConsentFile, channel: str) -> ChannelRules:
    rules: ChannelRules = getattr(file.channels, channel)
    return rules


def _topic_problems(topics: tuple[Topic, ...]) -> Problems:
    names = [topic.topic for topic in topics]
    for at, name in enumerate(names):
        if names.index(name) != at:
            yield ("topics", at, "topic"), f"{name} is already topic {names.index(name)}"


def _confirm_problems(
    confirm: DoubleOptIn, channel: str, place: Place, templates: dict[str, Template]
) -> Problems:
    name = confirm.template
    template = templates.get(name)
    if template is None:
        yield place, f"there is no template {name}; {meant(name, templates)}"
        return
    if template.channel != channel:
        yield place, f"template {name} is for {template.channel}, not {channel}"
    if not template.transactional:
        yield place, f"template {name} must be transactional: nobody has consented to it yet"
    if LINK not in template.text:
        yield place, f"template {name} names no {{{{ {LINK} }}}} in its text"


def _hours_problems(file: ConsentFile, channel: str, place: Place) -> Problems:
    own = _of(file, channel).hours
    for at, one in enumerate(own):
        if one.from_ >= one.to:
            yield (*place, at), f"from {one.from_} to {one.to} is no time"
    if not own:
        return
    for country in file.countries or ("",):
        laws = [one for one in hours_of(country) if one.channel == channel] if country else []
        if not ever_open([Hours(channel=channel, open=own), *laws]):
            yield place, f"never open together with the rules of {country or 'the workspace'}"
