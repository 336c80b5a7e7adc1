"""Words that do not belong in the tree. A letter in brackets keeps a pattern from finding itself."""

import re

import pytest

from tests.architecture.tree import CODE, ROOT, sources, texts

UNWANTED = {
    "a path of one machine": r"(?<![\w.:/}-])/(?:wor[k]|hom[e]|roo[t])/",
    "something left undone": r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b",
    "a package registry": r"pyp[i]\.org|pythonhoste[d]\.org",
    "a tool it was written with": r"(?i)\b(?:cla[u]de|anthro[p]ic|copi[l]ot|chatg[p]t|open[a]i)\b",
}
DRAWERS = {"utils", "helpers", "common", "misc", "manager", "base"}


@pytest.mark.parametrize("what", UNWANTED)
def test_the_tree_holds_no(what: str) -> None:
    pattern = re.compile(UNWANTED[what])
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_file_is_a_drawer() -> None:
    drawers = [str(p.relative_to(ROOT)) for p in sources(*CODE) if p.stem in DRAWERS]
    assert drawers == []
