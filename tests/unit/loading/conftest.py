"""A workspace on disk, written from the files that a test names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import DefinitionError
from engine.loading.definitions import load

WORKING = {
    "segments/buyers.yaml": "segment: buyers\ncondition: {did: Order Completed}\n",
    "scenarios/hello.yaml": """\
scenario: hello
trigger: {event: Signed Up}
steps:
  - {do: wait, id: hour, for: 1h}
  - {do: exit, id: done}
""",
}
TEMPLATE = {
    "templates/hello/template.yaml": "channel: email\nsubject: Hello\ntransactional: true\n",
    "templates/hello/text.txt": "Hello {{ contact.first_name }}\n",
}

Write = Callable[..., Path]
Problems = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a working workspace with these files changed; None leaves one out."""

    def write_files(files: dict[str, str | None] | None = None) -> Path:
        for name, text in {**WORKING, **(files or {})}.items():
            if text is not None:
                path = tmp_path / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return tmp_path

    return write_files


@pytest.fixture
def template() -> dict[str, str | None]:
    """The files of a template; checking one takes a process, so that few tests have it."""
    return dict(TEMPLATE)


@pytest.fixture
def problems(write: Write) -> Problems:
    """The problems of a working workspace with these files changed."""

    def problems_of(files: dict[str, str | None]) -> list[str]:
        folder = write(files)
        with pytest.raises(DefinitionError) as caught:
            load(folder)
        return caught.value.problems

    return problems_of


@pytest.fixture
def step_problems(problems: Problems) -> Callable[..., list[str]]:
    """The problems of a scenario with these steps, each a line of YAML, the first on line 4."""

    def problems_of(*steps: str, **files: str | None) -> list[str]:
        head = "scenario: hello\ntrigger: {event: Signed Up}\nsteps:\n"
        text = head + "".join(f"  - {step}\n" for step in steps)
        return problems({"scenarios/hello.yaml": text, **files})

    return problems_of
