"""JSON Schemas of the files of a workspace, for editors: made from the structs that check those files.

Draft 7, which language servers for YAML and TOML read. What only shows when definitions are seen
together (names that must exist, ways between steps) is left to ``relance check``.
"""

from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from engine.domain.consents.topic import ConsentFile
from engine.domain.language.scenario import Scenario
from engine.domain.language.segment import Segment
from engine.domain.language.spec import Spec
from engine.domain.language.team import Team
from engine.loading.workspace import (
    SCHEMAS,
    AggregatesFile,
    AttributesFile,
    CollectionsFile,
    CompaniesFile,
    LifecycleFile,
    ListsFile,
    ScoringFile,
    TemplateFile,
    WebhooksFile,
)
from engine.settings import Settings

DRAFT = "http://json-schema.org/draft-07/schema#"
FILES: dict[str, type] = {
    "scenario": Scenario,
    "segment": Segment,
    "spec": Spec,
    "attributes": AttributesFile,
    "aggregates": AggregatesFile,
    "collections": CollectionsFile,
    "companies": CompaniesFile,
    "scoring": ScoringFile,
    "lists": ListsFile,
    "lifecycle": LifecycleFile,
    "webhooks": WebhooksFile,
    "consent": ConsentFile,
    "team": Team,
    "template": TemplateFile,
    "engine": Settings,
}


def write(folder: Path) -> list[Path]:
    """Write every schema below a workspace folder; the files written."""
    (folder / SCHEMAS).mkdir(exist_ok=True)
    paths = []
    for name, struct in FILES.items():
        path = folder / SCHEMAS / f"{name}.schema.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(schema(struct)), indent=2) + b"\n")
        paths.append(path)
    return paths


def schema(struct: type) -> dict[str, Any]:
    """The schema of a file that holds one such struct."""
    _, parts = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    for part in parts.values():
        if "description" in part:
            part["description"] = cleandoc(part["description"]).replace("``", "`")
    if struct is Scenario:
        for told in ("version", "former"):  # at publication, written by nobody
            del parts["Scenario"]["properties"][told]
    return {"$schema": DRAFT, **parts.pop(struct.__name__), "$defs": parts}
