"""A workspace folder as files: each definition decoded, with the place it stands at.

The folder::

    engine.toml
    schema/                        for editors, written by ``relance schema``
    attributes.yaml                attributes: [...]
    aggregates.yaml                aggregates: [...]
    collections.yaml               collections: [...], beside the built-in ones
    companies.yaml                 scores: [...] of companies
    scoring.yaml                   scores: [...], thresholds: [...], matrix: {...}
    lists.yaml                     lists: [...] that contacts are put on by hand
    webhooks.yaml                  webhooks: [...] endpoints that are told what happens
    consent.yaml                   topics, double opt-in, hours of marketing
    lifecycle.yaml                 stages: [...] in their order, each with the segment it stands on
    team.yaml                      who takes hot contacts over, and how they are offered
    segments/<any name>.yaml       one segment a file
    scenarios/<any name>.yaml      one scenario a file
    specs/<any name>.yaml          one example a file of what is to come of what happens
    templates/<name>/template.yaml channel, an email's subject; beside it text.txt, an email's html.html
"""

from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from engine.domain.channel import Channel
from engine.domain.conditions.contact_list import ContactList
from engine.domain.consents.topic import ConsentFile
from engine.domain.definition import Definition
from engine.domain.language.declared import DeclaredAggregate
from engine.domain.language.endpoint import Endpoint
from engine.domain.language.scenario import Scenario
from engine.domain.language.segment import Segment
from engine.domain.language.spec import Spec
from engine.domain.language.stage import Stage, segment_of
from engine.domain.language.team import Team
from engine.domain.language.template import Template
from engine.domain.language.threshold import Threshold, scenarios_of
from engine.domain.language.threshold import segment_of as segment_of_threshold
from engine.domain.profile.attribute import Attribute
from engine.domain.profile.collection import BUILT_IN, Collection
from engine.domain.scores.company_score import CompanyScore
from engine.domain.scores.matrix import Matrix, grades_of
from engine.domain.scores.score import Score
from engine.errors import DefinitionError
from engine.loading import shape
from engine.loading.nearest import meant
from engine.loading.yaml_file import Document, Place, read
from engine.rendering.environment import ROOTS

D = TypeVar("D", bound=Definition)

TEXT = "text.txt"
HTML = "html.html"
FOLDERS = {"segments", "scenarios", "specs", "templates"}
FILES = {
    "engine.toml",
    "aggregates.yaml",
    "attributes.yaml",
    "collections.yaml",
    "consent.yaml",
    "companies.yaml",
    "lifecycle.yaml",
    "lists.yaml",
    "webhooks.yaml",
    "scoring.yaml",
    "team.yaml",
}
SCHEMAS = "schema"
"""The folder for editors, which the engine does not read."""
EXAMPLES = "examples"
"""The folder of other workspaces, for `relance init --example`."""


class Written(NamedTuple, Generic[D]):
    """A definition and where it was written; ``root`` is its place in the document."""

    definition: D
    document: Document
    root: Place = ()

    def problem(self, place: Place, text: str) -> str:
        return self.document.problem((*self.root, *place), text)


class Implied(Written[D]):
    """What a definition stands for; ``root`` is where its steps are written, or the whole of it is."""

    def problem(self, place: Place, text: str) -> str:
        within = place[1:] if place[:1] == ("steps",) else ()
        return self.document.problem((*self.root, *within), text)


class TemplateFile(Definition, frozen=True, kw_only=True):
    """``template.yaml``: everything of a template but its name (the folder's) and its texts."""

    channel: Channel
    subject: str = ""
    transactional: bool = False


class ScoringFile(Definition, frozen=True, kw_only=True):
    """``scoring.yaml``: all scores of a workspace, what crossing their thresholds does, and their matrix."""

    scores: tuple[Score, ...]
    thresholds: tuple[Threshold, ...] = ()
    matrix: Matrix | None = None


class CollectionsFile(Definition, frozen=True, kw_only=True):
    """``collections.yaml``: collections of a workspace's own; one of a built-in name takes its place."""

    collections: tuple[Collection, ...]


class AttributesFile(Definition, frozen=True, kw_only=True):
    """``attributes.yaml``: what is expected of contacts' attributes."""

    attributes: tuple[Attribute, ...]


class AggregatesFile(Definition, frozen=True, kw_only=True):
    """``aggregates.yaml``: what is figured from contacts' events."""

    aggregates: tuple[DeclaredAggregate, ...]


class CompaniesFile(Definition, frozen=True, kw_only=True):
    """``companies.yaml``: what companies are worth, from the scores of their contacts."""

    scores: tuple[CompanyScore, ...]


class ListsFile(Definition, frozen=True, kw_only=True):
    """``lists.yaml``: the lists that contacts may be put on."""

    lists: tuple[ContactList, ...]


class LifecycleFile(Definition, frozen=True, kw_only=True):
    """``lifecycle.yaml``: the stages of the lifecycle, in their order; of those that hold the last counts."""

    stages: tuple[Stage, ...]


class WebhooksFile(Definition, frozen=True, kw_only=True):
    """``webhooks.yaml``: who else is told what happens to contacts."""

    webhooks: tuple[Endpoint, ...]


class Workspace:
    """Everything that could be read; ``problems`` say what could not.

    ``names`` holds every name that was written, also in a file that has problems, so that one
    mistake is not reported twice.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self._read: dict[str, list[Written[Any]]] = {}
        self.names: dict[str, set[str]] = {
            "segment": set(),
            "template": set(),
            "aggregate": set(),
            "topic": set(),
            "score": set(),
            "scenario": set(),
            "threshold": set(),
            "list": set(),
            "webhook": set(),
            "owner": set(),
            "handoff": set(),
            "stage": set(),
            "grade": set(),
        }
        self._check_entries()
        self.segments = self._each("segments", Segment, "segment")
        self.scenarios = self._each("scenarios", Scenario, "scenario")
        self.specs = self._each("specs", Spec, "spec")
        self.attributes = self._listed("attributes", AttributesFile, Attribute)
        self.aggregates = self._listed("aggregates", AggregatesFile, DeclaredAggregate)
        self.collections = self._listed("collections", CollectionsFile, Collection)
        self.scores = self._listed("scoring", ScoringFile, Score)
        self.thresholds = self._listed("scoring", ScoringFile, Threshold, "thresholds")
        self._imply_thresholds()
        self.stages = self._listed("lifecycle", LifecycleFile, Stage)
        self._imply_stages()
        self.matrix = self._matrix()
        self.company_scores = self._listed("companies", CompaniesFile, CompanyScore)
        self.webhooks = self._listed("webhooks", WebhooksFile, Endpoint)
        self.lists = self._listed("lists", ListsFile, ContactList)
        self.templates = self._templates()
        self.consent = self._consent()
        self.team = self._team()

    def _check_entries(self) -> None:
        for entry in sorted(self.folder.iterdir()):
            known = {*FOLDERS, SCHEMAS, EXAMPLES} if entry.is_dir() else FILES
            if entry.name not in known and not entry.name.startswith(".") and _read(entry):
                self.problems.append(
                    f"{entry.name}:1: not read; {meant(entry.name, FOLDERS | FILES)}"
                )

    def _each(self, folder: str, kind: type[D], key: str) -> list[Written[D]]:
        found = []
        for path in sorted((self.folder / folder).glob("*")):
            if path.name.startswith("."):
                continue
            source = f"{folder}/{path.name}"
            if path.suffix != ".yaml":
                self.problems.append(f"{source}:1: not read; name it {path.stem}.yaml")
                continue
            document = self._document(path, source)
            if document is None:
                continue
            if isinstance(document.data, dict):
                self.names.setdefault(key, set()).add(str(document.data.get(key)))
            found += self._converted(document, kind, document.data)
        return found

    def _imply_thresholds(self) -> None:
        """The segments and scenarios that they stand for."""
        self.names["segment"] |= self.names["threshold"]
        for written in self.thresholds:
            one, document, root = written.definition, written.document, written.root
            if (one.above is None) == (one.below is None):
                continue
            self.segments.append(Implied(segment_of_threshold(one), document, root))
            for key, scenario in scenarios_of(one).items():
                self.names["scenario"].add(scenario.scenario)
                self.scenarios.append(Implied(scenario, document, (*root, key)))

    def _imply_stages(self) -> None:
        """The segments that conditions of their own stand for."""
        for written in self.stages:
            segment = segment_of(written.definition)
            if segment is not None:
                self.names["segment"].add(segment.segment)
                self.segments.append(Written(segment, written.document, written.root))

    def _matrix(self) -> list[Written[Matrix]]:
        """At most one; of a file that has problems its grades are not known."""
        found = [
            Written(one.definition.matrix, one.document, ("matrix",))
            for one in self._read.get("scoring.yaml", [])
            if one.definition.matrix is not None
        ]
        for one in found:
            grades = grades_of(one.definition)
            self.names["grade"] = {*grades, *"".join(grades)}
        if not self._read.get("scoring.yaml", [None]):
            del self.names["grade"]
        return found

    def _listed(
        self, name: str, file: type[Definition], kind: type[D], key: str = ""
    ) -> list[Written[D]]:
        """The items of a file's list of definitions, its first or that of this ``key``."""
        path = self.folder / f"{name}.yaml"
        document = self._document(path, path.name) if path.exists() else None
        if document is None:
            return []
        key = key or file.__struct_fields__[0]
        if kind is not CompanyScore:
            self.names[key[:-1]] = _names(document.data, key)
        return [
            Written(one, document, (key, at))
            for written in self._whole(document, file)
            for at, one in enumerate(getattr(written.definition, key))
            if isinstance(one, kind)
        ]

    def _whole(self, document: Document, file: type[D]) -> list[Written[D]]:
        """A file of lists; its problems are told once, however many lists are taken from it."""
        if document.source not in self._read:
            self._read[document.source] = self._converted(document, file, document.data)
        return self._read[document.source]

    def _consent(self) -> list[Written[ConsentFile]]:
        path = self.folder / "consent.yaml"
        document = self._document(path, path.name) if path.exists() else None
        if document is None:
            return []
        self.names["topic"] = _names(document.data, "topics")
        return self._converted(document, ConsentFile, document.data)

    def _team(self) -> list[Written[Team]]:
        path = self.folder / "team.yaml"
        document = self._document(path, path.name) if path.exists() else None
        if document is None:
            return []
        self.names["owner"] = _names(document.data, "owners")
        self.names["handoff"] = _names(document.data, "handoffs")
        return self._converted(document, Team, document.data)

    def _templates(self) -> list[Written[Template]]:
        found = []
        for folder in sorted((self.folder / "templates").glob("*")):
            if not folder.name.startswith("."):
                self.names["template"].add(folder.name)
                found += self._template(folder)
        return found

    def _template(self, folder: Path) -> list[Written[Template]]:
        source = f"templates/{folder.name}"
        if not folder.is_dir():
            self.problems.append(f"{source}:1: a template is a folder with template.yaml in it")
            return []
        document = self._document(folder / "template.yaml", f"{source}/template.yaml")
        if document is None:
            return []
        heads = self._converted(document, TemplateFile, document.data)
        texts = [self._text(folder, source, name) for name in (TEXT, HTML)]
        plain = {"template": folder.name, "text": texts[0], "html": texts[1]}
        for head in heads:
            plain |= msgspec.to_builtins(head.definition)
        if not heads or texts[0] is None or texts[1] is None:
            return []
        return self._converted(document, Template, plain)

    def _text(self, folder: Path, source: str, name: str) -> str | None:
        path = folder / name
        if name == HTML and not path.exists():
            return ""
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
            self.problems.append(f"{source}/{name}:1: cannot be read: {reason}")
            return None

    def _document(self, path: Path, source: str) -> Document | None:
        try:
            return read(path, source)
        except DefinitionError as error:
            self.problems += error.problems
            return None

    def _converted(self, document: Document, kind: type[D], data: Any) -> list[Written[D]]:
        problems = [document.problem(place, text) for place, text in shape.problems(data, kind)]
        self.problems += problems
        if problems:
            return []
        return [Written(msgspec.convert(data, kind), document)]


def _names(data: Any, key: str) -> set[str]:
    """Those in a list of definitions, also of one with problems."""
    listed = data.get(key) if isinstance(data, dict) else None
    items = listed if isinstance(listed, list) else []
    return {str(item.get(key[:-1])) for item in items if isinstance(item, dict)}


def _read(entry: Path) -> bool:
    """Whether somebody may believe that the engine reads this."""
    return entry.is_dir() or entry.suffix in (".yaml", ".yml", ".toml")


def collections_of(workspace: Workspace) -> tuple[Collection, ...]:
    """The built-in ones and those written, which go before."""
    named = {one.collection: one for one in BUILT_IN}
    named |= {one.definition.collection: one.definition for one in workspace.collections}
    return tuple(named.values())


def roots_of(workspace: Workspace) -> frozenset[str]:
    """The names that its templates may start from."""
    return ROOTS | {one.collection for one in collections_of(workspace)}
