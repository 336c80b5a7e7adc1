"""The command line: its commands, and how an error becomes a text and an exit code.

0 done - 1 a finding, or it failed - 2 wrong usage or configuration - 3 no engine answers -
4 the key may not do this - 130 interrupted. Data goes to stdout, everything else to stderr.
"""

import sys
from typing import NoReturn

import typer

from engine.cli import (
    bench,
    company,
    consent,
    console,
    contact,
    definitions,
    doctor,
    events,
    explain,
    export,
    forget,
    fsck,
    handoff,
    import_,
    keys,
    lifecycle,
    list_,
    merge,
    publish,
    push,
    receipt,
    rejected,
    review,
    score,
    simulate,
    status,
    survey,
    up,
    webhook,
    workspace,
)
from engine.cli.demo import command as demo
from engine.errors import BadRequest, ConfigError, EngineError, NotAllowed, RequestError

WIDTH = 112
"""Columns that `--help` fills, where a terminal is that wide."""

app = typer.Typer(
    name="relance",
    help="Self-hosted marketing automation: a contact is an actor, a scenario is its timers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": WIDTH},
)
for module in (
    workspace,
    publish,
    survey,
    up,
    demo,
    keys,
    push,
    rejected,
    events,
    import_,
    export,
    status,
    contact,
    lifecycle,
    score,
    receipt,
    webhook,
    consent,
    list_,
    review,
    handoff,
    merge,
    forget,
    company,
    definitions,
    explain,
    simulate,
    fsck,
    doctor,
    bench,
    console,
):
    app.add_typer(module.app)


def run() -> None:
    """The entry point ``relance``. A file or folder that cannot be used is an error of whoever named it."""
    try:
        app()
    except EngineError as error:
        _fail(error)
    except OSError as error:
        if error.filename is None:
            raise
        _fail(BadRequest(f"{error.filename}: {error.strerror}"))


def _fail(error: EngineError) -> NoReturn:
    print(f"{error.code}: {error}", file=sys.stderr)
    sys.exit(exit_code_of(error))


def exit_code_of(error: EngineError) -> int:
    match error:
        case ConfigError() | BadRequest():
            return 2
        case NotAllowed():
            return 4
        case RequestError() if type(error) is RequestError:
            return 3  # its children are answers; itself it says that none came
        case _:
            return 1
