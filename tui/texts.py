"""Longer texts: the help of a screen, the question before an act, a row of the log in full."""

import json
from typing import Any

from tui.i18n.words import Words
from tui.registry import PLACES, actions_of
from tui.scene import Scene
from tui.screens.contact import cause_of, fact_of
from tui.screens.view import Subject


def help_text(words: Words, place: str) -> str:
    """Generated from the registry, so that it cannot be wrong about a key."""
    lines = [words(f"about.{place}"), ""]
    lines += [f"{one.face:>7}  {words(f'help.{one.id}')}" for one in actions_of(place)]
    lines += ["", words("help.places")]
    lines += [f"{one.key:>7}  {words(f'screen.{one.id}')}" for one in PLACES]
    return "\n".join(lines)


def confirmation(words: Words, subject: Subject) -> tuple[str, str, str]:
    """Title, what exactly will happen, and the word on the button."""
    verb = "resume" if subject.paused else "pause"
    waiting = words.number(subject.waiting)
    text = words(f"act.{subject.kind}.{verb}", name=subject.name, n=waiting)
    return words(f"act.{verb}_title", name=subject.name), text, words(f"act.{verb}")


def details(scene: Scene, row: dict[str, Any]) -> str:
    """What was consumed, and every fact that it caused."""
    words = scene.words
    lines = [cause_of(scene, row), words("details.rulebook", version=row["rulebook"]), ""]
    lines += [f"{words('details.facts')}:"]
    for fact in row["facts"]:
        detail = "" if fact[3] is None else f"  {json.dumps(fact[3], ensure_ascii=False)}"
        lines.append(f"  {words.clock(fact[2])}  {fact_of(scene, fact)}{detail}")
    if not row["facts"]:
        lines.append(f"  {words('details.no_facts')}")
    body = json.dumps(row["fields"], ensure_ascii=False, indent=2)
    return "\n".join([*lines, "", f"{words('details.message')}:", body])
