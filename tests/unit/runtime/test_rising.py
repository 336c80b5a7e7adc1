"""A merge, or its undoing, that is asked for twice, and comes late: the life that it is of is over."""

from engine.domain.effect import Adopt, AskYield, Restore
from engine.domain.merges.claim import Claim
from engine.domain.message import AdoptionSettled, Receipt, YieldAnswered, YieldAsked
from engine.domain.profile.dedupe import has_seen
from engine.domain.rulebooks import definitions
from engine.runtime import envelope
from engine.runtime.batches.hop_letter import HopLetter
from engine.runtime.desks.parting import DONE, PartLetter
from engine.runtime.envelope import Question
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON, event
from tests.unit.runtime.workbench import Workbench

USER, DEVICE = "user_id:1", "anonymous_id:d"


class Pair(Workbench):
    """Two contacts, of which one becomes a part of the other and itself again."""

    def __init__(self) -> None:
        super().__init__()
        words = self.push(event(keys=(USER,)), event(keys=(DEVICE,)))
        self.whole, self.part = (word.contact for word in words)

    def joins(self) -> Question:
        """What the part offered, which was taken."""
        self.apply(self.part, YieldAsked(Claim(DEVICE, NOON), self.whole))
        return self._asked(Adopt)

    def parts(self) -> Question:
        """What the whole gave back, which was taken."""
        books = {1: definitions.encode(build.definitions())}
        assert self.take(PartLetter(self.whole, 0, "ops", books)) == [(DONE, self.part)]
        return self._asked(Restore)

    def _asked(self, kind: type) -> Question:
        rows = list(self.memory.hops.values())
        asked = [
            Question(row.number, row.contact, row.to, row.depth, hop)
            for row in rows
            if isinstance(hop := envelope.hops.decode(row.body), kind)
        ]
        self.take(HopLetter(asked[-1]))
        return asked[-1]

    @property
    def held(self) -> tuple[list[str], list[str], int]:
        whole, part = self.contact(self.whole), self.contact(self.part)
        return whole.keys, part.keys, part.merged_into


def test_an_offer_that_comes_once_more_after_the_two_were_parted_gives_nobody_the_keys() -> None:
    pair = Pair()
    offer = pair.joins()
    pair.parts()
    assert pair.held == ([USER], [DEVICE], 0)
    assert pair.take(HopLetter(offer))[0].message == AdoptionSettled()
    assert pair.held == ([USER], [DEVICE], 0)


def test_who_was_parted_may_be_joined_and_parted_again() -> None:
    pair = Pair()
    for _ in range(2):
        pair.joins()
        assert pair.held == ([USER, DEVICE], [DEVICE], pair.whole)
        pair.parts()
        assert pair.held == ([USER], [DEVICE], 0)


def test_what_is_given_back_once_more_after_the_two_are_one_again_wakes_nobody() -> None:
    pair = Pair()
    pair.joins()
    back = pair.parts()
    pair.joins()
    answer = pair.take(HopLetter(back))[0].message
    assert isinstance(answer, YieldAnswered)
    assert answer.outcome == "restored"
    assert pair.held == ([USER, DEVICE], [DEVICE], pair.whole)


def test_an_offer_to_whom_it_had_joined_before_that_one_joined_another_is_settled() -> None:
    """It is a part of that one, and goes with it, also when the two part."""
    pair = Pair()
    offer = pair.joins()
    third = pair.push(event(keys=("user_id:3",)))[0].contact
    pair.apply(pair.whole, YieldAsked(Claim(f"#{pair.whole}", NOON), third))
    assert pair.contact(pair.whole).merged_into == third
    assert pair.take(HopLetter(offer))[0].message == AdoptionSettled()


def test_who_was_parted_answers_itself_when_a_claimant_had_been_led_past_it() -> None:
    """The survivor would wait for ever for what was to come with it."""
    pair = Pair()
    pair.joins()
    pair.parts()
    claim = Claim(DEVICE, NOON)
    question = Question(99, 7 << 16, pair.whole, 1, AskYield(pair.whole, claim, via=pair.part))
    answer = pair.take(HopLetter(question))[0].message
    assert answer == YieldAnswered(claim, "moved", to=pair.part)


def test_both_remember_what_came_while_they_were_one_also_after_outcomes_of_messages() -> None:
    """A Sender's outcome has no fingerprint, unlike what a provider tells."""
    pair = Pair()
    pair.joins()
    pair.apply(pair.whole, Receipt("1.1/mail/2", "sent", "s/mail", "email"))
    came = event("Came", keys=(USER, DEVICE))
    pair.push(came, contact=pair.whole)
    pair.parts()
    for one in (pair.whole, pair.part):
        assert has_seen(pair.contact(one).seen, came.fingerprint)
