"""What the types cannot say about the step ``send``: templates, channels, topics, variants."""

from collections.abc import Iterator

from engine.domain.language.action import Send
from engine.loading.known import Known
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place


def send_problems(step: Send, topic: str | None, place: Place, known: Known) -> Problems:
    """``topic`` is the scenario's."""
    if (step.template is None) == (step.variants is None):
        yield place, "a send needs either template or variants"
    if step.variants is not None and not any(step.variants.values()):
        yield (*place, "variants"), "needs at least one template with a weight above 0"
    for where, template, channel in _sent(step):
        yield from _template_problems(template, channel, (*place, *where), known)
    templates = {template for _, template, _ in _sent(step)}
    named: list[tuple[Place, str | None]] = [(("topic",), step.topic)]
    if step.fallback is not None:
        named.append((("fallback", "topic"), step.fallback.topic))
        if step.fallback.channel == step.channel:
            yield (*place, "fallback", "channel"), f"is {step.channel} too; name another channel"
    for where, one in named:
        if one is not None and one not in known.topics:
            yield (*place, *where), no_topic(one, known)
    if known.topics and not (step.topic or topic) and templates & known.marketing:
        topics = ", ".join(sorted(known.topics))
        yield place, f"marketing needs a topic, here or at the scenario; known are {topics}"


def no_topic(topic: str, known: Known) -> str:
    return f"there is no topic {topic} in consent.yaml; {meant(topic, known.topics)}"


def _sent(step: Send) -> Iterator[tuple[Place, str, str]]:
    """(where its name is written, template, channel) of everything that it may send."""
    if step.template is not None:
        yield ("template",), step.template, step.channel
    for template in step.variants or ():
        yield ("variants", template), template, step.channel
    if step.fallback is not None:
        yield ("fallback", "template"), step.fallback.template, step.fallback.channel


def _template_problems(template: str, channel: str, place: Place, known: Known) -> Problems:
    if template not in known.templates:
        yield place, f"there is no template {template}; {meant(template, known.templates)}"
    actual = known.channels.get(template, channel)
    if actual != channel:
        where = (*place[:-1], "channel") if place[-1] == "template" else place
        yield where, f"template {template} is for {actual}, not {channel}"
