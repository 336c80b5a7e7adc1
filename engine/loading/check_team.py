"""What the types of ``team.yaml`` cannot say: names that must exist, times that fit together."""

from collections.abc import Sequence

from engine.domain.duration import milliseconds
from engine.domain.language.team import Handoff, Owner, Team
from engine.domain.language.template import Template
from engine.domain.profile.phone import e164
from engine.loading.check_condition import Names, condition_problems, unknown
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

LINKS = ("message.handoff_url", "message.accept_url", "message.return_url", "message.reject_url")
HEAVIEST = 1_000


def team_problems(team: Team, names: Names, templates: dict[str, Template]) -> Problems:
    """Of owners, then of hand-offs."""
    yield from _twice("owner", [one.owner for one in team.owners])
    yield from _twice("handoff", [one.handoff for one in team.handoffs])
    yield from unknown("owner", team.default, ("default",), names["owner"])
    for at, owner in enumerate(team.owners):
        yield from _owner_problems(owner, ("owners", at), names)
    if team.handoffs and not any(one.active for one in team.owners):
        yield ("owners",), "nobody is active, so that no contact could be offered to anyone"
    owners = {one.owner: one for one in team.owners}
    for at, handoff in enumerate(team.handoffs):
        place: Place = ("handoffs", at)
        yield from _name_problems(handoff, place, names)
        yield from _time_problems(handoff, place)
        yield from _template_problems(handoff, place, templates, owners)


def _twice(key: str, written: Sequence[str]) -> Problems:
    for at, name in enumerate(written):
        if written.index(name) != at:
            yield (f"{key}s", at, key), f"{name} is already {key} {written.index(name)}"


def _owner_problems(owner: Owner, place: Place, names: Names) -> Problems:
    if owner.email.count("@") != 1 or owner.email != owner.email.strip():
        yield (*place, "email"), f"{owner.email!r} is no email address"
    if owner.phone and not e164(owner.phone):
        yield (*place, "phone"), f"{owner.phone!r} needs its country code, as in +33612345678"
    if not 1 <= owner.weight <= HEAVIEST:
        yield (*place, "weight"), f"{owner.weight} is no whole number from 1 to {HEAVIEST:,}"
    if owner.when is not None:
        yield from condition_problems(owner.when, (*place, "when"), names)


def _name_problems(handoff: Handoff, place: Place, names: Names) -> Problems:
    yield from unknown("owner", handoff.owner, (*place, "owner"), names["owner"])
    if handoff.escalation is not None:
        to = handoff.escalation.to
        yield from unknown("owner", to, (*place, "escalation", "to"), names["owner"])
    for at, scenario in enumerate(() if handoff.leaves == "all" else handoff.leaves):
        yield from unknown("scenario", scenario, (*place, "leaves", at), names["scenario"])


def _time_problems(handoff: Handoff, place: Place) -> Problems:
    """A reminder at or before the beginning would never be sent."""
    before = handoff.reminder.before if handoff.reminder else ()
    for at, span in enumerate(before):
        if milliseconds(span) >= milliseconds(handoff.deadline):
            text = f"{span} before a deadline of {handoff.deadline} is before it begins"
            yield (*place, "reminder", "before", at), text
    if handoff.reminder and not (before or handoff.reminder.after):
        yield (*place, "reminder"), "says neither before nor after: when is it sent?"


def _template_problems(
    handoff: Handoff, place: Place, templates: dict[str, Template], owners: dict[str, Owner]
) -> Problems:
    named: list[tuple[Place, str]] = [((*place, "alert"), handoff.alert)]
    for part, later in (("reminder", handoff.reminder), ("escalation", handoff.escalation)):
        if later is not None:
            named.append(((*place, part, "template"), later.template))
    for wrong, name in named:
        template = templates.get(name)
        if template is None:
            yield wrong, f"there is no template {name}; {meant(name, templates)}"
            continue
        if not template.transactional:
            yield wrong, f"template {name} must be transactional: it goes to somebody of the team"
        if not any(link in template.text for link in LINKS):
            yield wrong, f"template {name} names no {{{{ {LINKS[0]} }}}} in its text"
        if template.channel == "sms":
            for owner in (one for one in owners.values() if not one.phone):
                yield wrong, f"template {name} is a text message, and {owner.owner} has no phone"
