"""Messages that go along when their contact becomes a part of another one."""

from engine.domain.message import YieldAsked
from engine.domain.profile.identity import Claim
from engine.ports.sending import Outcome
from engine.runtime import envelope
from engine.runtime.batches.hop_letter import HopLetter
from engine.runtime.envelope import Question
from engine.runtime.sending.send_letter import HandOverLetter, OutcomeLetter
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON, event
from tests.unit.runtime.workbench import Workbench

USER, DEVICE = "user_id:1", "anonymous_id:d"
GREET = build.scenario("s", {"event": "Ate"}, build.send("mail"))


def test_a_message_that_moves_with_its_contact_has_had_its_attempts() -> None:
    """A Sender that has not been acknowledged would answer to a first one with the outcome of the last."""
    bench = Workbench(GREET, build.template(transactional=True))
    whole = bench.push(event(keys=(USER,)))[0].contact
    part = bench.push(event("Ate", keys=(DEVICE,), traits={"email": "a@b.c"}))[0].contact
    [row] = bench.memory.outbox.rows()
    bench.take(HandOverLetter(row))
    bench.take(OutcomeLetter(Outcome(row.key, "deferred", retry_after=50), part))
    bench.apply(part, YieldAsked(Claim(DEVICE, NOON), whole))
    [offered] = bench.memory.hops.values()
    hop = envelope.hops.decode(offered.body)
    bench.take(HopLetter(Question(offered.number, part, whole, 1, hop)))
    assert [(one.contact, one.attempts) for one in bench.memory.outbox.rows()] == [(whole, 1)]
