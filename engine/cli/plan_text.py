"""A plan in words: what publishing would change, and what happens to contacts under way."""

from collections.abc import Iterator, Mapping

from engine.domain.surveys.plan import Change, Plan, ScenarioChange, SegmentChange, Touched, Verb

SIGNS: dict[Verb, str] = {"added": "+", "changed": "~", "removed": "-", "kept": "="}
_AGGREGATES: dict[Verb, str] = {
    "added": "is figured from the log, in the background",
    "changed": "is figured anew from the log, in the background",
    "removed": "is no longer figured",
}
_SCORES: dict[Verb, str] = {
    "added": "its points are given from the log, in the background",
    "changed": "points are given anew from the log, in the background; until then the old ones stay",
    "removed": "no more points are given",
}
_COLLECTIONS: dict[Verb, str] = {
    "added": "is filled from the log, in the background",
    "changed": "is filled anew from the log, in the background; until then what is in it stays",
    "removed": "goes, from each contact at its next message",
}
_TEMPLATES: dict[Verb, str] = {
    "added": "may be sent",
    "changed": "messages that have not left yet have the new text, in runs under way too",
    "removed": "no scenario names it",
    "kept": "is no longer written, but stays for runs under way",
}
_LISTS: dict[Verb, str] = {
    "added": "may be joined",
    "changed": "who is on it stays",
    "removed": "nobody may join; who was on it is again when it is declared again",
}
_CHOICES = "what becomes of runs under way, by --waiting NAME=CHOICE; > is chosen"
_ASKED = "each contact is asked in the background, quietly"
_PAUSED = "stays paused: no run starts, and waiting runs stay where they are"
Row = tuple[str, str, str]
"""Sign, name, text."""


def lines(plan: Plan) -> list[str]:
    if plan.next == plan.version:
        return [f"Nothing changes: version {plan.version} stays in force."]
    groups = {name: rows for name, rows in _groups(plan) if rows}
    told = [f"Version {plan.next} would follow version {plan.version}."]
    if not groups:
        told.append("Only the order of definitions changes, which changes nothing for contacts.")
    width = max((len(name) for rows in groups.values() for _, name, _ in rows), default=0)
    for group, rows in groups.items():
        told += [group, *(f"  {sign} {name:{width}}  {text}" for sign, name, text in rows)]
    if any(one.change in ("added", "changed") for one in plan.segments):
        told.append("relance preview tells whom the segments would hold.")
    if any(one.change in ("added", "changed") for one in plan.scores):
        told.append("relance preview tells whose scores and grades would change, and how.")
    return told


def _groups(plan: Plan) -> Iterator[tuple[str, list[Row]]]:
    yield "segments", [_row(one, _segment(one)) for one in plan.segments]
    yield "aggregates", [_row(one, _AGGREGATES[one.change]) for one in plan.aggregates]
    yield "scores", [_row(one, _SCORES[one.change]) for one in plan.scores]
    yield "collections", [_row(one, _COLLECTIONS[one.change]) for one in plan.collections]
    counted = f"is counted from {plan.rows:,} rows of the log; until then nobody knows"
    yield "lists", [_row(one, _LISTS[one.change]) for one in plan.lists]
    yield "from the log", [("+", name, counted) for name in plan.rebuilt]
    yield "scenarios", [_row(one, _scenario(one)) for one in plan.scenarios]
    yield _CHOICES, [row for one in plan.scenarios if one.choices for row in _choices(one)]
    yield "templates", [_row(one, _TEMPLATES[one.change]) for one in plan.templates]
    yield "settings", [("~", name, f"{old} -> {new}") for name, (old, new) in plan.settings.items()]
    yield "paused", [("=", name, _PAUSED) for name in plan.paused]


def _row(change: Change, text: str) -> Row:
    return SIGNS[change.change], change.name, text


def _segment(segment: SegmentChange) -> str:
    if segment.change == "added":
        return f"{_ASKED}: this starts no scenario"
    inside = f"{segment.inside} in it now"
    if segment.change == "changed":
        return f"{_ASKED}: this starts no scenario; {inside}"
    asked = ", ".join(segment.asked_by)
    lost = f"; runs under way in {asked} ask for it and find nobody in it" if asked else ""
    return f"contacts leave it, each at its next message; {inside}{lost}"


def _scenario(scenario: ScenarioChange) -> str:
    told = _version(scenario)
    runs = sum(scenario.waiting.values())
    if runs:
        told = f"{told}; {_runs(runs)} under way: see below"
    elif scenario.change != "added":
        told = f"{told}; no run is under way"
    if scenario.cap != scenario.capped:
        told += f"; entries are capped: {scenario.cap}" if scenario.cap else "; no cap on entries"
    if scenario.stray:
        stray = ", ".join(scenario.stray)
        told += f"; moves names steps that no version has: {stray}"
    return told


def _version(scenario: ScenarioChange) -> str:
    version = f"version {scenario.version}"
    share = "" if scenario.rollout == "100%" else f" for {scenario.rollout} of contacts"
    if scenario.change == "removed":
        return f"{version} was the last: nobody enters from now on"
    if scenario.before == scenario.rollout:
        return f"{version} stays"
    if scenario.before:
        return f"{version} is for {scenario.rollout} of contacts from now on, not {scenario.before}"
    begins = f"{version} begins{share}"
    return begins if scenario.change == "added" else f"{begins} for those who enter from now on"


def _choices(scenario: ScenarioChange) -> Iterator[Row]:
    """Where the runs wait, then how many of them each choice would touch."""
    runs = sum(scenario.waiting.values())
    share = "" if scenario.rollout == "100%" else f"; only of contacts in the {scenario.rollout}"
    yield "?", scenario.name, f"{_runs(runs)} under way: {_by_step(scenario.waiting)}"
    for choice, touched in scenario.choices.items():
        sign = ">" if choice == scenario.choice else " "
        whose = "" if choice == "pin" else share
        yield sign, "", f"{choice:7}  {_touched(scenario, choice, touched)}{whose}"


def _touched(scenario: ScenarioChange, choice: str, touched: Touched) -> str:
    told = []
    if touched.go_on:
        told.append(f"{_do(touched.go_on, 'go')} on in version {scenario.version}")
    if touched.end and choice == "migrate":
        moves = ", ".join(f"{step}: STEP" for step in scenario.gone)
        why = f"version {scenario.version} has no step of that name ({_by_step(scenario.gone)})"
        why += f"; moves: {{{moves}}} takes them on"
        told.append(f"{_do(touched.end, 'end')}: {why}")
    elif touched.end:
        told.append(f"{_do(touched.end, 'end')} now")
    if touched.finish and choice == "pin":
        told.append(f"{_do(touched.finish, 'finish')} on the version they began with")
    elif touched.finish:
        stay = _do(touched.finish, "stay")
        told.append(f"{stay}: their version is the same as {scenario.version}")
    return ", ".join(told)


def _do(count: int, verb: str) -> str:
    ending = "es" if verb in ("go", "finish") else "s"
    return f"{count} {verb}{ending if count == 1 else ''}"


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _by_step(runs: Mapping[str, int]) -> str:
    return ", ".join(f"{count} at {step}" for step, count in runs.items())
