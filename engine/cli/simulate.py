"""The command that lets a scenario run on a clock of its own, and shows each step and each message."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json
from engine.cli.starting import Properties, properties_of
from engine.cli.walk import lines_of, sentences
from engine.domain.duration import PATTERN, milliseconds
from engine.domain.profile.calendar import written
from engine.errors import BadRequest, RequestError, Unknown

if TYPE_CHECKING:
    from engine.domain.profile.contact import Contact
    from engine.domain.rulebooks.definitions import Definitions
    from engine.replay.simulation import Passed, Simulation

app = typer.Typer()
NOBODY = "simulated"
"""The user id of whoever no key names."""


@app.command()
def simulate(  # noqa: PLR0913, PLR0917 - each is an option of the command
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Which to follow.")],
    contact: Annotated[
        str, typer.Option("--contact", metavar="KEY", help="Begin with this contact as it is now.")
    ] = "",
    events: Annotated[
        Path | None,
        typer.Option(
            "--events",
            metavar="FILE",
            help='JSON lines that happen, as in specs: events, receipts, {"when": "2d"}; else it is started.',
        ),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", metavar="DIR", help="Definitions not published yet."),
    ] = None,
    lasts: Annotated[
        str, typer.Option("--for", metavar="30d", help="How long to look on afterwards.")
    ] = "30d",
    properties: Properties = None,
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
    passed = [
        *_happens(world, scenario, events, properties_of(properties)),
        *world.until(world.now + _span(lasts)),
    ]
    lines = list(lines_of(passed, scenario, rulebook))
    if json:
        print_json(lines)
        return
    zone = world.contact.zone or rulebook.zone
    print(f"{scenario}, as the clocks in {zone} show it")
    print("\n".join(one for line in lines for one in sentences(line, zone)))
    if not any(line["what"] in ("run_entered", "step_in") for line in lines):
        note(_silence(scenario, world))


def _silence(scenario: str, world: "Simulation") -> str:
    """What may help whose scenario did not begin."""
    [found] = [one for one in world.rulebook.definitions.scenarios if one.scenario == scenario]
    last = world.contact.entries.get(scenario)
    if last:
        return (
            f"{scenario} did not begin; the contact entered it at {written(last)}, see its reentry"
        )
    if found.key is not None:
        return f"{scenario} did not begin: it keeps runs apart by {found.key}; say --property {found.key}=..."
    return f"{scenario} did not begin; --events FILE may hold what begins it"


def _world(contact: str, workspace: Path | None, grpc: str, data: Path | None) -> "Simulation":
    if contact:
        return _of_contact(contact, workspace, grpc, data)
    return _of_engine(grpc, data) if workspace is None else _of_workspace(workspace)


def _span(text: Any, of: str = "--for") -> int:
    try:
        return milliseconds(msgspec.convert(text, Annotated[str, msgspec.Meta(pattern=PATTERN)]))
    except msgspec.ValidationError:
        raise BadRequest(f"{of} takes a duration as 12h or 30d, not {text!r}") from None


def _of_engine(grpc: str, data: Path | None) -> "Simulation":
    """Somebody of whom nothing is known yet, under the rulebook in force."""
    from engine.clock import SystemClock
    from engine.domain.profile.contact import Contact
    from engine.domain.rulebooks.definitions import Definitions
    from engine.domain.rulebooks.rulebook import Rulebook
    from engine.replay.simulation import Simulation

    try:
        with connected(grpc, data) as engine:
            force = engine.rulebook()
    except RequestError as error:
        if type(error) is not RequestError:
            raise
        text = f"{error}; or name a --workspace, which needs no engine"
        raise RequestError(text) from error
    definitions = msgspec.convert(force["definitions"], Definitions)
    rulebook = Rulebook(force["version"], definitions)
    return Simulation(Contact(1), rulebook, SystemClock().now())


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


def _happens(
    world: "Simulation", scenario: str, events: Path | None, properties: dict[str, Any]
) -> Iterator["Passed"]:
    """The events, each when its time has come; without any the scenario is started with ``properties``."""
    from engine.cli.rehearsal import judge
    from engine.domain.message import Act
    from engine.replay.happening import consumed
    from engine.rpc.items.instant import parse

    if events is None:
        yield from world.take(Act("simulate", "start", scenario, properties or None), world.now)
        return
    judged = judge(world.rulebook.definitions.country)
    user = next((key.partition(":")[2] for key in world.contact.keys), NOBODY)
    for number, item in _items(events):
        if "when" in item:
            yield from world.until(world.now + _span(item["when"], f"{events}:{number}: when"))
            continue
        at = max(world.now, parse(item.get("timestamp")) or world.now)
        yield from world.until(at)
        try:
            message = consumed(item, world, judged, user)
        except ValueError as error:
            raise BadRequest(f"{events}:{number}: {error}") from None
        if message is not None:
            yield from world.take(message, at)


def _items(events: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """With the numbers of their lines."""
    try:
        text = events.read_bytes()
    except OSError as error:
        raise BadRequest(f"{events} cannot be read: {error.strerror}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield number, msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise BadRequest(f"{events}:{number}: {error}") from None
