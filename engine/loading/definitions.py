"""A workspace folder -> checked Definitions, or every problem in it at once."""

from hashlib import blake2b
from pathlib import Path

import msgspec

from engine import settings as settings_of
from engine.clock import Clock, SystemClock
from engine.domain.consents.topic import ConsentRules
from engine.domain.duration import milliseconds
from engine.domain.language.retention import Retention
from engine.domain.language.team import Team
from engine.domain.language.template import Template
from engine.domain.rulebooks.definitions import Definitions
from engine.errors import DefinitionError, SettingsError
from engine.loading.check import check
from engine.loading.consent import published
from engine.loading.recurrence import calendars, holiday_problems
from engine.loading.settings import load_settings
from engine.loading.workspace import Workspace, collections_of, roots_of
from engine.rendering.check import variables_of
from engine.settings import Settings

_CLOCK = SystemClock()
"""Which years' public holidays are published."""


def _place(problem: str) -> tuple[str, int, str]:
    """``scenarios/cart.yaml:12: ...`` by file, then by the number of its line."""
    file, _, rest = problem.partition(":")
    line, _, text = rest.partition(":")
    return (file, int(line), text) if line.isdigit() else (file, 0, rest)


def load(folder: Path, clock: Clock = _CLOCK) -> Definitions:
    """Raises DefinitionError with all problems of all files, each as ``file:line: text``."""
    if not folder.is_dir():
        raise DefinitionError([f"{folder}: is no folder; make a workspace with relance init"])
    workspace = Workspace(folder)
    settings, problems = _settings(folder)
    problems += workspace.problems + check(workspace)
    problems += [
        written.problem(place, text)
        for written in workspace.scenarios
        for place, text in holiday_problems(written.definition.trigger, settings.workspace.country)
    ]
    if problems:
        raise DefinitionError(sorted(problems, key=_place))
    scenarios = tuple(written.definition for written in workspace.scenarios)
    return Definitions(
        segments=tuple(written.definition for written in workspace.segments),
        scores=tuple(written.definition for written in workspace.scores),
        scenarios=scenarios,
        calendars=calendars(scenarios, settings.workspace.country, clock.now()),
        templates=tuple(
            _compiled(written.definition, roots_of(workspace)) for written in workspace.templates
        ),
        aggregates=tuple(written.definition for written in workspace.aggregates),
        attributes=tuple(written.definition for written in workspace.attributes),
        collections=collections_of(workspace),
        company_scores=tuple(written.definition for written in workspace.company_scores),
        zone=settings.workspace.zone,
        country=settings.workspace.country,
        max_age=milliseconds(settings.workspace.max_age),
        late=milliseconds(settings.workspace.late),
        visit_gap=milliseconds(settings.workspace.visit_gap),
        consent=_consent(workspace, clock.now()),
        retention=_retention(settings.retention),
        lists=tuple(written.definition for written in workspace.lists),
        webhooks=tuple(written.definition for written in workspace.webhooks),
        stages=tuple(written.definition for written in workspace.stages),
        matrix=next((written.definition for written in workspace.matrix), None),
        team=next((written.definition for written in workspace.team), Team()),
    )


def _retention(written: settings_of.Retention) -> Retention:
    plain = msgspec.structs.asdict(written)
    periods = {key: 0 if text == "never" else milliseconds(text) for key, text in plain.items()}
    return Retention(**periods)


def _consent(workspace: Workspace, now: int) -> ConsentRules:
    for written in workspace.consent:
        return published(written.definition, now)
    return ConsentRules()


def _settings(folder: Path) -> tuple[Settings, list[str]]:
    """Only what the file says: definitions may not differ from process to process."""
    try:
        return load_settings(folder, {}), []
    except SettingsError as error:
        return Settings(), str(error).splitlines()


def _compiled(template: Template, roots: frozenset[str]) -> Template:
    """With the variables that its text names, and the hash of its text as version."""
    text = msgspec.json.encode(template)
    return msgspec.structs.replace(
        template,
        variables=variables_of(template, roots),
        version=blake2b(text, digest_size=8).hexdigest(),
    )
