"""Both languages say everything; numbers and time are written as each writes them."""

import ast
import re
import string
from typing import get_args

import pytest

from engine.domain import message
from engine.domain.language.scenario import Step
from tests.architecture.tree import parsed
from tui.i18n.words import LANGUAGES, Words, language_of, texts_of
from tui.registry import ACTIONS, PLACES


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_with_the_same_gaps() -> None:
    english, french = texts_of("en"), texts_of("fr")
    assert english.keys() == french.keys()
    assert {k: fields(v) for k, v in english.items()} == {k: fields(v) for k, v in french.items()}


def test_every_text_that_the_console_asks_for_is_there() -> None:
    keys = texts_of("en").keys()
    asked = {
        node.args[0].value
        for _, tree in parsed("tui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if ast.unparse(node.func).split(".")[-1] == "words"
    }
    assert asked <= keys
    assert len(asked) > 50


def test_every_kind_of_step_has_its_word() -> None:
    kinds = {f"step.{kind.__struct_config__.tag}" for kind in get_args(Step)}
    assert kinds <= texts_of("en").keys()


def test_every_key_and_screen_has_its_texts() -> None:
    keys = texts_of("en").keys()
    wanted = {f"help.{action.id}" for action in ACTIONS}
    wanted |= {f"key.{action.id}" for action in ACTIONS if action.shown}
    wanted |= {f"{what}.{place.id}" for place in PLACES for what in ("screen", "about")}
    assert wanted <= keys


@pytest.mark.parametrize(
    ("language", "number", "rate", "short", "share"),
    [
        ("en", "1,234,567.5", "12.3", "1.2M", "12.5%"),
        ("fr", "1\u202f234\u202f567,5", "12,3", "1,2M", "12,5\u202f%"),
    ],
)
def test_numbers(language: str, number: str, rate: str, short: str, share: str) -> None:
    words = Words(language)
    assert words.number(1_234_567.5, 1) == number
    assert words.rate(12.345) == rate
    assert words.short(1_234_567) == short
    assert words.share(1, 8) == share
    assert (words.rate(None), words.share(1, 0)) == ("-", "-")


def test_french_has_one_for_nothing_and_english_has_many() -> None:
    assert Words("fr").counted("scores.of", 0) == "0 contact vu"
    assert Words("en").counted("scores.of", 0) == "0 contacts seen"
    assert Words("en").counted("scores.of", 1) == "1 contact seen"


def test_a_duration_is_told_in_its_largest_unit() -> None:
    words = Words("fr")
    assert [words.span(ms) for ms in (4, 4_000, 240_000, 7_200_000, 3 * 86_400_000)] == [
        "4 ms", "4 s", "4 min", "2 h", "3 j",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LC_ALL": "en_GB", "LANG": "fr_FR"}, "en"),
        ({"LANG": "de_DE"}, "en"),
        ({"LC_ALL": "", "LANG": "fr"}, "fr"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment(
    environment: dict[str, str], language: str
) -> None:
    assert language_of(environment) == language
    assert language in LANGUAGES


def test_no_text_has_a_straight_apostrophe_in_french() -> None:
    assert [text for text in texts_of("fr").values() if re.search(r"\w'\w", text)] == []


def test_whatever_the_core_notes_has_a_word() -> None:
    """A fact or a message that is new to the console would be shown by its raw name."""
    noted = {
        node.args[0].value
        for _, tree in parsed("engine")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if ast.unparse(node.func) in ("turn.note", "Fact")
    }
    consumed = {kind.__struct_config__.tag for kind in get_args(message.Logged)} - {"event"}
    assert len(noted) > 30
    keys = texts_of("en").keys()
    assert {f"fact.{what}" for what in noted} | {f"message.{kind}" for kind in consumed} <= keys
