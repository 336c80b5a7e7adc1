"""What `--help` tells of every command, and what a script may count on in each."""

import re
from collections.abc import Iterator
from typing import Any

from typer._click import Context
from typer.main import get_command

from engine.cli.main import app

FOR_PEOPLE_ALONE = {"console"}
TYPED = re.compile(r"--[a-z-]+ <(?:str|list|path)")
"""An option that shows its type."""
UNNAMED = re.compile(r"[{[][a-z|]+[]}]|\[\[")
"""A word that is called as its variable is, or is in brackets twice."""


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each that does something, by the words that call it."""
    children = getattr(command, "commands", {})
    if not children or command.invoke_without_command:
        yield name, command
    for part, child in children.items():
        yield from commands(child, f"{name} {part}".strip())


ALL = dict(commands(get_command(app)))


def test_every_command_says_what_it_does_and_what_each_of_its_words_means() -> None:
    assert [name for name, command in ALL.items() if not command.help] == []
    words = [(name, one) for name, command in ALL.items() for one in command.params]
    assert [(name, one.opts) for name, one in words if not getattr(one, "help", None)] == []


def test_what_is_to_be_written_has_a_name_in_capitals() -> None:
    for name, command in ALL.items():
        shown = command.get_help(Context(command, info_name=name))
        assert TYPED.findall(shown) == []
        assert UNNAMED.findall(shown.partition("\n\n")[0]) == []


def test_every_command_answers_scripts() -> None:
    silent = [
        n for n, c in ALL.items() if "--json" not in [o for one in c.params for o in one.opts]
    ]
    assert set(silent) == FOR_PEOPLE_ALONE
