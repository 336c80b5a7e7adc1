"""The workspace that the demo runs: the one given, but patient with the machine."""

import re
import shutil
from pathlib import Path

PATIENCE = "60d"
"""A second in which the machine does something else is hours of the shop: nobody is late by that."""
_LIMITS = re.compile(r'^(late|max_age) = "[^"]*"', re.MULTILINE)


def furnished(workspace: Path, folder: Path) -> Path:
    """A copy in ``folder``."""
    made = shutil.copytree(workspace, folder / "shop")
    settings = made / "engine.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(_LIMITS.sub(rf'\1 = "{PATIENCE}"', text), encoding="utf-8")
    return made
