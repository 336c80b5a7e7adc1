"""A dossier as a file: a zip with a JSON document a table, and a page that a person can read."""

import os
import zipfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import msgspec

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Dossier</title>
<style>body{{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}
pre{{background:#f4f4f4;padding:.5em;overflow:auto;white-space:pre-wrap}}</style>
<h1>Everything held of {key}</h1>
<p>Times are milliseconds since 1970 UTC; each table is also a JSON file beside this page.</p>
{body}
</html>
"""


def write(path: Path, key: str, parts: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Readable by its owner alone; nothing is left of one that failed. Answers rows a table."""
    draft = path.with_name(f"{path.name}.part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        counts = _write(draft, key, parts)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return counts


def _write(path: Path, key: str, parts: Iterable[dict[str, Any]]) -> dict[str, int]:
    tables: dict[str, list[Any]] = {}
    for part in parts:
        tables.setdefault(part["table"], []).extend(part["rows"])
    counts = {name: len(rows) for name, rows in tables.items() if name != "notes"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            archive.writestr(f"{name}.json", _json(rows))
        archive.writestr("counts.json", _json(counts))
        archive.writestr("index.html", PAGE.format(key=escape(key), body=_body(tables)))
    return counts


def _body(tables: dict[str, list[Any]]) -> str:
    sections = (
        f"<h2>{escape(name)} ({len(rows)})</h2>"
        + "".join(f"<pre>{escape(_json(row).decode())}</pre>" for row in rows)
        for name, rows in tables.items()
    )
    return "\n".join(sections)


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)
