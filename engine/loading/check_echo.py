"""A scenario must not start itself by what becomes of its own messages: it would never end."""

from engine.domain.language.action import Send
from engine.domain.language.receipt import Of
from engine.domain.language.scenario import Scenario
from engine.loading.shape import Problems

UNASKED = frozenset({"sent", "delivered", "bounced"})
"""What becomes of every message, or may, without anybody doing something."""


def echo_problems(scenario: Scenario) -> Problems:
    """Its first send that its trigger would hear of; ``where`` may tell them apart, and is trusted to."""
    trigger = scenario.trigger
    if trigger is None or trigger.message not in UNASKED or trigger.where is not None:
        return
    if scenario.reentry != "always":
        return
    for step in scenario.steps:
        if isinstance(step, Send) and _hears(trigger.of or Of(), scenario, step):
            again = f"step {step.id} would start this scenario again, without end"
            yield ("trigger", "message"), f"{again}; name other messages (of), or set reentry"
            return


def _hears(of: Of, scenario: Scenario, step: Send) -> bool:
    """Whether ``of`` fits one of the messages that this step may send."""
    if of.scenario not in (None, scenario.scenario) or of.step not in (None, step.id):
        return False
    sent = [(step.channel, name) for name in (step.template, *(step.variants or ())) if name]
    if step.fallback is not None:
        sent.append((step.fallback.channel, step.fallback.template))
    return any(of.channel in (None, one) and of.template in (None, name) for one, name in sent)
