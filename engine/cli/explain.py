"""The command that tells why: a message, a scenario that did not begin, what a contact was at an instant."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_report, print_rows
from engine.cli.standing import lines_of
from engine.domain.profile.calendar import written
from engine.errors import BadRequest, Unknown
from engine.replay.explain import message_ids, scenarios, why_not, why_sent
from engine.replay.joining import unions
from engine.replay.life import Life
from engine.replay.portrait import portrait

app = typer.Typer()
EVIDENCE = ("source", "basis", "method", "form", "wording", "confirmed", "note")
WENT = {
    "timed_out": "waited in vain at {step}",
    "run_taken": "went on in contact {contact} ({why})",
    "run_migrated": "moved from version {from} to version {to} at {step}",
    "arm": "drew {arm} at {step} ({chance})",
    "fallback": "took {channel} instead at {step} ({why})",
    "skipped": "sent nothing at {step} ({why})",
}
"""How each thing that a run did begins its line; whatever else it did, it came to a step."""
SHOWN = 20
"""Messages that are named when one is asked for that is not there."""


@app.command()
def explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The contact's key or id.")],
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
    from engine.rpc.grpc.lives import part_of

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
    found = why_sent(life, message)
    if found is None:
        listed = ", ".join(message_ids(life)[-SHOWN:]) or "none"
        text = f"no row tells of a message {message}; decided on were {listed}"
        raise Unknown("; ".join((text, *_elsewhere(life))))
    if json:
        print_json(found)
        return
    print("\n".join(_sentences(found)))


def _sentences(found: dict[str, Any]) -> Iterator[str]:
    what = (
        " to ".join(part for part in (found["template"], found["address"]) if part) or "a message"
    )
    yield f"{what} by {found['channel']}, decided {found['decided']}"
    yield from _caused(found["caused"]) if found["caused"] else _began(found)
    for step in found["way"]:
        yield f"  {_went(step)} at {step['at']}"
        yield from lines_of(step.get("because", []), 2)
    beside = found["caused"] and "confirms" not in found["caused"]
    allowed = "it does not go to the contact" if beside else _allowed(found["allowed"])
    yield f"  allowed: {allowed}"
    for one in found["then"]:
        told = ", ".join(map(_plain, one["detail"] or ()))
        yield f"  {one['what']} at {one['at']}{f': {told}' if told else ''}"


def _began(found: dict[str, Any]) -> Iterator[str]:
    entered = found["entered"]
    if "origin" in entered:
        yield f"  because contact {entered['origin']} had entered {found['scenario']}"
        yield f"  it came here at {entered['at']}: {entered['why']}"
        return
    version = f" in version {entered['version']}" if "version" in entered else ""
    yield f"  because {found['scenario']} was entered{version} at {entered['at']}, by {entered['by']}"
    if entered.get("properties"):
        yield f"    with {_plain(entered['properties'])}"
    yield from lines_of(entered.get("because", []), 2)


def _caused(caused: dict[str, Any]) -> Iterator[str]:
    if "handoff" in caused:
        became = caused.get("became", "open")
        why = f": {caused['reason']}" if caused.get("reason") else ""
        yield f"  because hand-off {caused['handoff']} was {became}{why}; it is {caused['owner']}'s"
    elif "webhook" in caused:
        named = f" {caused['name']}" if caused.get("name") else ""
        yield f"  because endpoint {caused['webhook']} is told of {caused['type']}{named}"
    else:
        yield f"  because consent to {caused['confirms']} is to be confirmed"
    yield f"  came of {caused['by']} at {caused['at']}"


def _went(step: dict[str, Any]) -> str:
    """What the run did, as the beginning of a line."""
    return WENT.get(step["what"], "came to {step}").format_map(step | _worded(step))


def _worded(step: dict[str, Any]) -> dict[str, str]:
    """What of a step is told in words of its own."""
    if step["what"] == "arm":
        shares = ", ".join(f"{name} {weight:g}" for name, weight in step["of"].items())
        first = "" if step["drawn"] in (None, step["at"]) else f", first on {step['drawn']}"
        return {"chance": f"of {shares}{first}"}
    if step["what"] == "fallback":
        why, channel = step["why"]
        return {"why": why, "channel": channel}
    return {}


def _allowed(allowed: dict[str, Any]) -> str:
    if allowed["transactional"]:
        return "it is transactional, which needs no consent"
    said = [_said(subject, told) for subject, told in allowed["consents"].items()]
    held = f"; held until {allowed['held_until']}" if allowed["held_until"] else ""
    return ("; ".join(said) or "rows that tell of consent are kept no longer") + held


def _said(subject: str, told: dict[str, Any]) -> str:
    """``email/news granted since 2026-03-02T09:00:00Z (source shop, method double)``."""
    rest = ", ".join(f"{name} {told[name]}" for name in EVIDENCE if name in told)
    return f"{subject} {told['status']} since {told['at']}" + (f" ({rest})" if rest else "")


def _scenario(life: Life, scenario: str, *, json: bool) -> None:
    known = scenarios(life)
    if scenario not in known:
        raise Unknown(f"there is no scenario {scenario}; there are {', '.join(known) or 'none'}")
    lines = why_not(life, scenario)
    if json:
        print_json(lines)
        return
    print_rows(lines, f"Nothing that would begin {scenario} ever happened to this contact.")


def _portrait(life: Life, instant: int, *, json: bool) -> None:
    found = portrait(life, instant)
    if found is None:
        raise Unknown(_unknown(life, instant))
    if json:
        print_json(found)
        return
    for other in (found, *found.pop("others")):
        print_report(other)
        print()


def _elsewhere(life: Life) -> list[str]:
    """Where to look for what happened while it was a part of another contact."""
    return [f"it has been a part of contact {one}: ask for that one too" for one in unions(life)]


def _unknown(life: Life, instant: int) -> str:
    since = min((row.now for row in life.rows()), default=0)
    if instant < since and not life.cut:
        return f"the contact came later, at {written(since)}"
    if elsewhere := _elsewhere(life):
        return f"what the contact was at {written(instant)} is not told here; {elsewhere[0]}"
    return f"what the contact was at {written(instant)} is not known: rows of that time are kept no longer"


def _instant(text: str) -> int:
    """RFC 3339; without an offset it is UTC. Raises BadRequest."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"--at takes an instant as 2026-03-02T09:00:00Z, not {text!r}") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
