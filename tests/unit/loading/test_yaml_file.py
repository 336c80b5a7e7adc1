"""Reading one YAML file."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DefinitionError
from engine.loading.yaml_file import parse


class _Dumper(yaml.SafeDumper):
    """Writes a value twice rather than an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, data: str) -> yaml.ScalarNode:
        """Quoted where YAML 1.2 sees a number and PyYAML's 1.1 does not: ``0E0``."""
        number = re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", data)
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="'" if number else None)


_Dumper.add_representer(str, _Dumper.represent_text)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12:30", "12:30"), ("on", "on"), ("no", "no"), ("Yes", "Yes"), ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"), ("0o17", 15), ("0x1F", 31), ("010", 10), ("-3", -3), ("1e3", 1000.0),
        (".5", 0.5), ("true", True), ("null", None), ("~", None), ('"1"', "1"), (".inf", ".inf"),
        ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_a_scalar_means_what_yaml_1_2_says(written: str, meant: Any) -> None:
    value = parse(f"at: {written}", "a.yaml").data["at"]
    assert value == meant
    assert type(value) is type(meant)


@given(PLAIN)
def test_what_is_written_plainly_is_read_back(data: Any) -> None:
    text = yaml.dump({"data": data}, Dumper=_Dumper, allow_unicode=True)
    assert parse(text, "a.yaml").data["data"] == data


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse("{on: 1, 404: 2, null: 3}", "a.yaml").data == {"on": 1, "404": 2, "null": 3}


def test_a_problem_names_the_line_of_the_nearest_enclosing_value() -> None:
    document = parse("a:\n  - x: 1\n  - y: 2\n    z: 3\n", "dir/a.yaml")
    assert document.problem(("a", 1, "z"), "wrong") == "dir/a.yaml:4: a[1].z: wrong"
    assert document.problem(("a", 1, "w", "v"), "wrong") == "dir/a.yaml:3: a[1].w.v: wrong"
    assert document.problem((), "wrong") == "dir/a.yaml:1: wrong"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: a: this key was given already on line 1"),
        ("a: 1\nb: [\n", "a.yaml:3: is not YAML: expected the node content, but found "),
        ("a: &x 1\nb: *x\n", "a.yaml:2: b: an alias is not supported; write the value again"),
        ("a: !!binary aGk=\n", "a.yaml:1: a: the tag !!binary is not supported"),
        ("a: !python/name:os x\n", "a.yaml:1: a: the tag !python/name:os is not supported"),
        ("a: 99999999999999999999\n", "a.yaml:1: a: is too large"),
        ("a: 1e999\n", "a.yaml:1: a: is too large"),
        ("[a]: 1\n", "a.yaml:1: a key must be text"),
        ("a: 1\n---\nb: 1\n", "a.yaml:2: is not YAML: but found another document"),
        ("\x00", "a.yaml:1: is not YAML: special characters"),
        ("a: " + "[" * 5_000, "a.yaml:1: is not YAML: it is nested too deeply"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(text, "a.yaml")
    assert caught.value.problems[0].startswith(problem)


def test_every_problem_of_a_file_is_told_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse("a: 1\na: 2\nb: !x 1\n", "a.yaml")
    assert len(caught.value.problems) == 2
