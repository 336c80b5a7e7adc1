"""What the drafts of a contact share with it is replaced where it changes, never changed in place."""

import ast
from collections.abc import Iterator

from engine.domain.profile.contact import SHARED, Contact
from tests.architecture.tree import parsed

CHANGING = {
    "append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault", "sort", "update",
}  # fmt: skip
OTHERS = ("self", "demand")
"""What has fields of the same names, and is no contact."""


def changed(tree: ast.Module) -> Iterator[ast.expr]:
    """Whatever a module changes in place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield node.value
        elif isinstance(node, ast.AugAssign):
            yield node.target
        elif isinstance(node, ast.Attribute) and node.attr in CHANGING:
            yield node.value


def test_no_step_changes_in_place_what_drafts_share() -> None:
    found = [
        f"{name}:{one.lineno} {ast.unparse(one)}"
        for name, tree in parsed("engine/domain", "engine/replay")
        for one in changed(tree)
        if isinstance(one, ast.Attribute)
        and one.attr in SHARED
        and ast.unparse(one.value) not in OTHERS
    ]
    assert found == []


def test_every_container_of_a_contact_is_shared_or_copied() -> None:
    contact = Contact(1)
    draft = contact.draft()
    names = [
        name
        for name in contact.__struct_fields__
        if isinstance(getattr(contact, name), dict | list)
    ]
    shared = [name for name in names if getattr(draft, name) is getattr(contact, name)]
    assert sorted(shared) == sorted(SHARED)
