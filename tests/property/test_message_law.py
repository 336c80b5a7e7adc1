"""Questions about messages equal brute force over what was told of them, at every instant."""

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.duration import milliseconds
from engine.domain.message import Receipt
from tests.property.deeds import windows
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON

SPAN = 70


class Told(NamedTuple):
    """``gap`` after what was told before; it had happened ``late`` before it is told."""

    gap: int
    late: int
    outcome: Any
    template: str
    step: str
    bot: bool


tellings = st.builds(
    Told,
    gap=st.sampled_from([0, 1, 5, 15, 40]),
    late=st.sampled_from([0, 0, 5, 30]),
    outcome=st.sampled_from(["sent", "delivered", "opened", "opened", "clicked", "undelivered"]),
    template=st.sampled_from(["hello", "other"]),
    step=st.sampled_from(["greet/mail", "greet/again", "bye/mail"]),
    bot=st.booleans(),
)
abouts = st.fixed_dictionaries(
    {},
    optional={
        "template": st.just("hello"), "scenario": st.just("greet"), "step": st.just("mail"),
    },
)  # fmt: skip
oftens = st.sampled_from(
    [{}, {"at_least": 2}, {"at_most": 1}, {"exactly": 2}, {"last": {"older_than": "25ms"}}]
)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    what = draw(st.sampled_from(["sent", "delivered", "opened", "clicked", "bounced"]))
    asked = {"message": what} | draw(oftens)
    if of := draw(abouts):
        asked["of"] = of
    if what in ("opened", "clicked") and draw(st.booleans()):
        asked["bots"] = True
    if "last" not in asked and draw(st.booleans()):
        asked["within"] = draw(windows)
    return asked


def brute(asked: dict[str, Any], told: list[tuple[int, Told]], at: int) -> bool:
    if "none" in asked:
        return not any(brute(part, told, at) for part in asked["none"])
    times = [happened for happened, one in told if _means(asked, one)]
    if "last" in asked:
        return bool(times) and at - max(times) >= milliseconds(asked["last"]["older_than"])
    window = milliseconds(asked["within"]) if "within" in asked else SPAN * 1_000
    count = sum(at < happened + window for happened in times)
    if "exactly" in asked:
        return count == asked["exactly"]
    return count <= asked["at_most"] if "at_most" in asked else count >= asked.get("at_least", 1)


def _means(asked: dict[str, Any], one: Told) -> bool:
    """What people did, unless machines count too; of the messages that are meant."""
    what = "bounced" if one.outcome == "undelivered" else one.outcome
    scenario, _, step = one.step.partition("/")
    known = {"template": one.template, "scenario": scenario, "step": step}
    by_machine = one.bot and what in ("opened", "clicked") and not asked.get("bots")
    fits = all(known[name] == wanted for name, wanted in asked.get("of", {}).items())
    return what == asked["message"] and fits and not by_machine


@settings(max_examples=100, deadline=None)
@given(questions() | questions().map(lambda one: {"none": [one]}), st.lists(tellings, max_size=7))
def test_membership_by_messages_equals_brute_force_at_every_instant(
    asked: dict[str, Any], history: list[Told]
) -> None:
    life, told = build.life(build.segment("s", **asked)), list[tuple[int, Told]]()
    life.does("Came")

    def look() -> None:
        assert ("s" in life.contact.segments) is brute(asked, told, life.now)

    for number, one in enumerate(history):
        for _ in range(one.gap):
            life.until(life.now + 1)
            look()
        happened = life.now - one.late
        told.append((happened, one))
        key, mark = f"1.{number}/mail/1", number.to_bytes(6, "big")
        life.take(
            Receipt(
                key, one.outcome, one.step, "email", template=one.template, bot=one.bot,
                at=happened, fingerprint=mark, hashed=b"hers",
            )
        )  # fmt: skip
        look()
    for _ in range(SPAN):
        life.until(life.now + 1)
        look()
    assert life.now >= NOON + SPAN
