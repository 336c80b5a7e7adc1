"""The command that tells why: a message, a scenario that did not begin, what a contact was at an instant."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_report, print_rows
from engine.cli.standing import lines_of
from engine.errors import BadRequest, Unknown
from engine.replay.explain import message_ids, why_not, why_sent
from engine.replay.life import Life
from engine.replay.portrait import portrait

app = typer.Typer()
SHOWN = 20
"""Messages that are named when one is asked for that is not there."""


@app.command()
def explain(
    key: Annotated[str, typer.Argument(help="The contact's key or id.")],
    message: Annotated[
        str, typer.Option("--message", metavar="ID", help="Why this message was sent.")
    ] = "",
    scenario: Annotated[
        str,
        typer.Option("--scenario", metavar="NAME", help="Why it began, did not, or sent nothing."),
    ] = "",
    at: Annotated[
        str,
        typer.Option("--at", metavar="TIME", help="What the contact was then: 2026-03-02T09:00Z."),
    ] = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Live a contact's past again and tell why: a message, a scenario, or the state at an instant."""
    if bool(message) + bool(scenario) + bool(at) > 1:
        raise BadRequest("ask for one of --message, --scenario and --at")
    from engine.rpc.lives import part_of

    instant = _instant(at) if at else 0
    with connected(grpc, data) as engine:
        life = Life(map(part_of, engine.lives.read(key)))
    if message:
        _message(life, message, json=json)
    elif scenario:
        _scenario(life, scenario, json=json)
    else:
        _portrait(life, instant or life.now, json=json)


def _message(life: Life, message: str, *, json: bool) -> None:
    known = message_ids(life)
    wanted = message.strip("<>").partition("@")[0]
    found = why_sent(life, wanted)
    if found is None:
        listed = ", ".join(known[-SHOWN:]) or "none"
        raise Unknown(f"no row tells of a message {message}; decided on were {listed}")
    if json:
        print_json(found)
        return
    print("\n".join(_sentences(found)))


def _sentences(found: dict[str, Any]) -> Iterator[str]:
    entered = found["entered"]
    yield f"{found['template']} to {found['address']} by {found['channel']}, decided {found['decided']}"
    yield f"  because {found['scenario']} was entered at {entered['at']}, by {entered['by']}"
    if entered.get("properties"):
        yield f"    with {_plain(entered['properties'])}"
    yield from lines_of(entered.get("because", []), 2)
    for step in found["way"]:
        verb = "waited in vain at" if step["what"] == "timed_out" else "came to"
        yield f"  {verb} {step['step']} at {step['at']}"
        yield from lines_of(step.get("because", []), 2)
    yield f"  allowed: {_allowed(found['allowed'])}"
    for one in found["then"]:
        yield f"  {one['what']} at {one['at']} {_plain(one['detail']) if one['detail'] else ''}".rstrip()


def _allowed(allowed: dict[str, Any]) -> str:
    if allowed["transactional"]:
        return "it is transactional, which needs no consent"
    consents = allowed["consents"]
    said = [f"{subject} {_plain(statement)}" for subject, statement in consents.items()]
    return ", ".join(said) or "consent was given by an attribute"


def _scenario(life: Life, scenario: str, *, json: bool) -> None:
    lines = why_not(life, scenario)
    if json:
        print_json(lines)
        return
    print_rows(lines, f"Nothing that would begin {scenario} ever happened to this contact.")


def _portrait(life: Life, instant: int, *, json: bool) -> None:
    found = portrait(life, instant)
    if found is None:
        told = datetime.fromtimestamp(instant / 1_000, UTC).isoformat()
        raise Unknown(
            f"what the contact was at {told} is not known: it came later, or rows are gone"
        )
    if json:
        print_json(found)
    else:
        print_report(found)


def _instant(text: str) -> int:
    """RFC 3339; without an offset it is UTC. Raises BadRequest."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"--at takes an instant as 2026-03-02T09:00:00Z, not {text!r}") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000)


def _plain(value: Any) -> str:
    return msgspec.json.encode(value).decode()
