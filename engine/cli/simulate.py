"""The command that lets a scenario run on a clock of its own, and shows each step and each message."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json
from engine.domain.duration import PATTERN, milliseconds
from engine.errors import BadRequest, Unknown

if TYPE_CHECKING:
    from engine.domain.profile.contact import Contact
    from engine.domain.rulebooks.definitions import Definitions
    from engine.domain.rulebooks.rulebook import Rulebook
    from engine.replay.simulation import Passed, Simulation

app = typer.Typer()
TOLD = {
    "run_entered", "entry_refused", "step_in", "skipped", "timed_out", "goal_reached", "run_ended",
    "held", "arm", "fallback", "start_refused",
}  # fmt: skip


@app.command()
def simulate(
    scenario: Annotated[str, typer.Argument(help="The scenario to follow.")],
    contact: Annotated[
        str, typer.Option("--contact", metavar="KEY", help="Begin with this contact as it is now.")
    ] = "",
    events: Annotated[
        Path | None,
        typer.Option(
            "--events",
            metavar="FILE",
            help="JSON lines that happen, events and receipts; without, it is started.",
        ),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", metavar="DIR", help="Definitions not published yet."),
    ] = None,
    lasts: Annotated[str, typer.Option("--for", help="How long to look on afterwards.")] = "30d",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Let a scenario run on a clock of its own: nothing is sent, nothing is changed."""
    world = _world(contact, workspace, grpc, data)
    rulebook = world.rulebook
    names = [one.scenario for one in rulebook.definitions.scenarios]
    if scenario not in names:
        raise Unknown(f"there is no scenario {scenario}; there are {', '.join(names) or 'none'}")
    passed = [*_happens(world, scenario, events), *world.until(world.now + _span(lasts))]
    lines = list(_lines(passed, scenario, rulebook))
    if json:
        print_json(lines)
        return
    print("\n".join(map(_sentence, lines)))
    if not lines:
        note(_silence(scenario, world.contact))


def _silence(scenario: str, contact: "Contact") -> str:
    from engine.domain.profile.calendar import written

    last = contact.entries.get(scenario)
    entered = f"; the contact entered it at {written(last)}, see its reentry" if last else ""
    return f"{scenario} did not begin{entered}"


def _world(contact: str, workspace: Path | None, grpc: str, data: Path | None) -> "Simulation":
    if contact:
        return _of_contact(contact, workspace, grpc, data)
    if workspace is None:
        raise BadRequest("name a --contact of a running engine, a --workspace, or both")
    return _of_workspace(workspace)


def _span(text: str) -> int:
    try:
        return milliseconds(msgspec.convert(text, Annotated[str, msgspec.Meta(pattern=PATTERN)]))
    except msgspec.ValidationError:
        raise BadRequest(f"--for takes a duration as 12h or 30d, not {text!r}") from None


def _of_workspace(workspace: Path) -> "Simulation":
    """Somebody of whom nothing is known yet, now."""
    from engine.clock import SystemClock
    from engine.domain.profile.contact import Contact
    from engine.loading.definitions import load

    return _simulation(Contact(1), None, load(workspace), 0, SystemClock().now())


def _of_contact(key: str, workspace: Path | None, grpc: str, data: Path | None) -> "Simulation":
    """The contact as it is now, under the rulebook in force or the one that would be the next."""
    from engine.domain.rulebooks.definitions import decode
    from engine.loading.definitions import load
    from engine.replay.life import Life
    from engine.replay.simulation import Simulation
    from engine.rpc.grpc.lives import part_of

    with connected(grpc, data) as engine:
        life = Life(map(part_of, engine.lives.read(key)))
    if workspace is None:
        return Simulation(life.contact, life.rulebook(life.version), life.now)
    published = decode(life.definitions(life.version))
    return _simulation(life.contact, published, load(workspace), life.version, life.now)


def _simulation(
    contact: "Contact",
    published: "Definitions | None",
    written: "Definitions",
    version: int,
    now: int,
) -> "Simulation":
    from engine.domain.rulebooks.definitions import succeed
    from engine.domain.rulebooks.rulebook import Rulebook
    from engine.domain.rulebooks.since import dated
    from engine.replay.simulation import Simulation

    definitions = dated(published, succeed(published, written), version + 1)
    return Simulation(contact, Rulebook(version + 1, definitions), now)


def _happens(world: "Simulation", scenario: str, events: Path | None) -> Iterator["Passed"]:
    """The events, each when its time has come; without any the scenario is started."""
    from engine.cli.rehearsal import judge
    from engine.domain.message import Act
    from engine.replay.became import heard, is_about_a_message
    from engine.rpc.items.instant import parse

    if events is None:
        yield from world.take(Act("simulate", "start", scenario), world.now)
        return
    judged = judge(world.rulebook.definitions.country)
    user = next((key.partition(":")[2] for key in world.contact.keys), "simulated")
    for number, item in enumerate(_items(events), 1):
        at = max(world.now, parse(item.get("timestamp")) or world.now)
        yield from world.until(at)
        named = item if {"userId", "anonymousId"} & {*item} else {"userId": user, **item}
        try:
            message = (
                heard(item, world.sent, world.contact, at)
                if is_about_a_message(item)
                else judged(named, at)
            )
        except ValueError as error:
            raise BadRequest(f"{events}:{number}: {error}") from None
        yield from world.take(message, at)


def _items(events: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(events.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise BadRequest(f"{events}:{number}: {error}") from None


def _lines(
    passed: Iterable["Passed"], scenario: str, rulebook: "Rulebook"
) -> Iterator[dict[str, Any]]:
    """What concerns the scenario: facts, and messages with their texts."""
    from engine.domain.effect import Send
    from engine.domain.profile.calendar import written

    for one in passed:
        for fact in one.outcome.facts:
            name, _, step = fact.subject.partition("/")
            if fact.what in TOLD and name == scenario:
                told = {"at": written(fact.at), "what": fact.what, "step": step}
                yield told | {"detail": fact.detail}
        for effect in one.outcome.effects:
            if isinstance(effect, Send) and effect.scenario.partition("/")[0] == scenario:
                yield {"at": written(max(effect.at, effect.held)), "what": "sent"} | _message(
                    rulebook, effect
                )


def _message(rulebook: "Rulebook", send: Any) -> dict[str, Any]:
    from engine.rendering.render import CannotRender
    from engine.replay.rendered import rendered

    told = {
        "step": send.scenario.partition("/")[2],
        "channel": send.channel,
        "template": send.template,
        "to": send.address,
    }
    try:
        return told | rendered(rulebook.templates[send.template], send)._asdict()
    except CannotRender as error:
        return told | {"problem": str(error)}


def _sentence(line: dict[str, Any]) -> str:
    """``2026-03-02T10:00:00Z  sent  reminder  cart_reminder by email to lea@example.org``, and its text."""
    head = f"{line['at']}  {line['what']:<13} {line['step']}"
    if line["what"] != "sent":
        return f"{head}  {_plain(line['detail'])}".rstrip()
    head += f"  {line['template']} by {line['channel']} to {line['to']}"
    if "problem" in line:
        return f"{head}\n    cannot be rendered: {line['problem']}"
    text = "\n".join(f"    {words}" for words in line["text"].rstrip().splitlines())
    return f"{head}\n    {line['subject']}\n\n{text}\n"


def _plain(value: Any) -> str:
    return (
        ""
        if value is None
        else value
        if isinstance(value, str)
        else msgspec.json.encode(value).decode()
    )
