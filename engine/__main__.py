"""``python -m engine`` is the command ``relance``."""

from engine.cli.main import run

run()
