"""Commands on what a person has allowed, and on addresses that must not be written to."""

from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, instant, nobody, print_json, print_rows
from engine.errors import BadRequest, Unknown

app = typer.Typer()
EVERYTHING = "all"
_EVIDENCE = ("source", "basis", "method", "form", "wording", "language", "ip", "note")


@app.command()
def consent(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The contact's key or id.")],
    give: Annotated[
        str, typer.Option("--give", metavar="CHANNEL[/TOPIC]", help="The person consents to it.")
    ] = "",
    withdraw: Annotated[
        str, typer.Option("--withdraw", metavar="CHANNEL[/TOPIC]", help="No longer.")
    ] = "",
    evidence: Annotated[
        str,
        typer.Option(
            "--evidence", metavar="TEXT", help="How it was said, for example: letter of 3 May."
        ),
    ] = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Show what a contact has consented to and what proves it; keep what the person says."""
    if give and not evidence:
        raise BadRequest("consent that nothing proves is none: say how it was given in --evidence")
    with connected(grpc, data) as engine:
        if give:
            engine.consent(key, give, "granted", evidence)
        if withdraw:
            engine.consent(key, withdraw, "withdrawn", evidence)
        found = engine.contact(key, 0)
    if found is None:
        raise Unknown(nobody(key))
    if json:
        print_json({name: found[name] for name in ("id", "consents", "suppressed")})
    else:
        print_consents(found)


def print_consents(contact: dict[str, Any]) -> None:
    """A line a subject, with the evidence."""
    suppressed: dict[str, bool] = contact["suppressed"]
    rows = [
        {
            "consent": subject,
            "status": told["status"],
            "since": told["at"],
            "suppressed": suppressed.get(subject.partition("/")[0], False),
            "evidence": _evidence(told),
        }
        for subject, told in sorted(contact["consents"].items())
    ]
    print_rows(rows, "Nothing was said on consent.")


def _evidence(told: dict[str, Any]) -> str:
    parts = [f"{name} {told[name]}" for name in _EVIDENCE if told.get(name)]
    if told.get("confirmed"):
        parts.append(f"confirmed {instant(told['confirmed'])} from {told.get('confirmed_ip', '?')}")
    if told.get("expires"):
        parts.append(f"until {instant(told['expires'])}")
    return ", ".join(parts)


@app.command()
def suppress(
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="ada@example.com, or a phone number.")
    ],
    channel: Annotated[
        str, typer.Option(metavar="CHANNEL[/TOPIC]", help="Where; `all` for everywhere.")
    ] = "email",
    reason: Annotated[
        str,
        typer.Option(
            metavar="REASON", help="complaint, hard_bounce or unsubscribe; any other is manual."
        ),
    ] = "manual",
    lift: Annotated[
        bool, typer.Option("--lift", help="Write to it again; only where the reason is manual.")
    ] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Never write to an address again."""
    scope = "" if channel == EVERYTHING else channel
    with connected(grpc, data) as engine:
        if lift:
            engine.lift(scope, address)
        else:
            engine.suppress(scope, address, reason)
    if json:
        print_json({"channel": channel, "address": address, "reason": reason, "lifted": lift})
    elif lift:
        print(f"{address} is written to again, as far as consent goes.")
    else:
        print(f"{address} is not written to any more.")
