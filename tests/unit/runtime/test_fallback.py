"""A message that is refused as it is about to leave: its fallback is tried, by the same rules."""

from typing import Any

import pytest

from engine.domain.effect import Send
from engine.replay.explain import message_ids
from engine.runtime.sending.send_letter import HandOverLetter
from engine.runtime.state.outbox import send_of
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_life import ADA, life, told_of
from tests.unit.runtime.workbench import Workbench, placed

TEXT = build.template("text", channel="sms")
INSTEAD = {"fallback": {"channel": "sms", "template": "text"}}
S = build.scenario("s", {"event": "Ate"}, {**build.send("mail"), **INSTEAD})
PARTS = (S, build.template(), TEXT)
KEY = placed("user_id", 0, 1)
REACHABLE = {"email": "a@b.c", "phone": "+33612345678", "consent_email": True, "consent_sms": True}


def queued(**traits: Any) -> Workbench:
    """A mail that waits for credit, to a contact of whom this is known besides since then."""
    bench = Workbench(*PARTS)
    bench.push(build.event("Told", traits=REACHABLE, keys=(KEY,)))
    bench.push(build.event("Ate", keys=(KEY,)))
    if traits:
        bench.push(build.event("Told", traits=traits, keys=(KEY,)))
    return bench


def handed_over(bench: Workbench, attempts: int = 0) -> list[Send]:
    """What waits when the mail was asked for."""
    [row] = bench.memory.outbox.rows()
    bench.memory.outbox.put(row.key, row._replace(attempts=attempts))
    bench.take(HandOverLetter(row))
    return [send_of(one) for one in bench.memory.outbox.rows()]


def test_who_withdraws_while_a_mail_is_queued_gets_the_text_that_is_allowed() -> None:
    [text] = handed_over(queued(consent_email=False))
    assert (text.channel, text.template, text.address) == ("sms", "text", "+33612345678")
    assert text.key.endswith("/instead")


@pytest.mark.parametrize("since", [{"consent_sms": False}, {"phone": None}])
def test_what_stands_in_is_asked_about_anew(since: dict[str, Any]) -> None:
    assert handed_over(queued(consent_email=False, **since)) == []


def test_what_was_tried_once_is_not_sent_by_another_channel_too() -> None:
    assert handed_over(queued(consent_email=False), attempts=1) == []


def test_what_may_leave_leaves_alone() -> None:
    [mail] = handed_over(queued())
    assert mail.channel == "email"


def test_to_a_suppressed_address_the_fallback_leaves_and_both_are_explained(
    started: Started,
) -> None:
    engine = started(*PARTS)
    engine.run(engine.coordinator.consents.suppress("email", "a@b.c", "asked", "ops"))
    engine.run(engine.push(engine.event("Told", ADA, traits=REACHABLE), engine.event("Ate", ADA)))
    engine.run(engine.rest())
    mail, text = message_ids(life(engine, ADA))
    assert dict(engine.post.left) == {text: 1}
    assert (engine.run(engine.fsck()), text) == ([], f"{mail}/instead")
    told = told_of(engine, text)
    assert [one["what"] for one in told["then"]] == ["intended", "sent"]
    assert told["way"][-1]["what"] == "fallback"
    assert told["way"][-1]["why"] == ["suppressed", "sms"]
