"""What a contact was at an instant of its past, as a reader wants it."""

from typing import Any

from engine.domain.profile.calendar import written
from engine.domain.profile.contact import Contact, timer_of
from engine.domain.rulebooks.rulebook import Rulebook
from engine.replay.evidence import evidence
from engine.replay.life import Life, Moment


def portrait(life: Life, instant: int) -> dict[str, Any] | None:
    """After the last row until ``instant`` (ms), under the rulebook of that row; None when not known.

    Those who became a part of it later stand under ``others``.
    """
    found = {one: _last(life, one, instant) for one in (life.contact.id, *life.pasts)}
    shown = [
        told(moment.after, life.rulebook(moment.row.rulebook), instant, moment)
        for moment in found.values()
        if moment is not None and moment.after is not None and not moment.after.merged_into
    ]
    return shown[0] | {"others": shown[1:]} if shown else None


def _last(life: Life, contact: int, instant: int) -> Moment | None:
    found = None
    for moment in life.moments(contact):
        if moment.row.now > instant:
            break
        found = moment
    return found


def told(contact: Contact, rulebook: Rulebook, now: int, moment: Moment) -> dict[str, Any]:
    """Times as RFC 3339; scores and aggregates as they were at ``now`` (ms)."""
    return {
        "id": contact.id,
        "at": written(now),
        "row": moment.row.id,
        "rulebook": rulebook.version,
        "keys": contact.keys,
        "attributes": contact.attributes,
        "consents": {name: evidence(said) for name, said in contact.consents.items()},
        "segments": {name: written(since) for name, since in sorted(contact.segments.items())},
        "stage": contact.stage,
        "lists": {name: written(since) for name, since in sorted(contact.lists.items())},
        "handoffs": {name: offer.status for name, offer in sorted(contact.handoffs.items())},
        "scores": {
            name: round(gauge.of(contact, now), 3) for name, gauge in rulebook.gauges.items()
        },
        "aggregates": {
            name: reading.value(contact, now) for name, reading in rulebook.readings.items()
        },
        "runs": [
            {
                "run": run.id,
                "scenario": run.scenario,
                "version": run.version,
                "step": run.step,
                "since": written(run.since),
                "due": written(contact.timers.get(timer_of(run), 0)),
            }
            for run in contact.runs
        ],
        "timers": {owner: written(due) for owner, due in sorted(contact.timers.items())},
    }
