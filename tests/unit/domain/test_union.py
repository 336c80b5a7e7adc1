"""Union: an operator makes one contact of two, whoever they are, and no circle comes of it."""

import pytest

from engine.domain.effect import Adopt, AskYield, ClaimKey
from engine.domain.message import Act, Adopted, ClaimAnswered, YieldAnswered, YieldAsked
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import Claim
from tests.unit.domain.builders import NOON, Life, details, life

ADA, BOB, CAT = 1 << 16, 2 << 16, 3 << 16


def person(number: int, *keys: str, **rest: list[int]) -> Life:
    return Life(life().book, Contact(number, keys=list(keys), **rest))


def united(one: Life, other: int) -> Claim:
    """An operator makes the other a part of this one."""
    one.take(Act("operator", "merge", "", other))
    return one.contact.claims[-1]


def adopted(one: Life, other: Life) -> None:
    state = next(asked.state for asked in other.effects if isinstance(asked, Adopt))
    one.take(Adopted(other.contact.id, state))


@pytest.mark.parametrize("keys", [("user_id:2",), ("anonymous_id:d",)])
def test_a_contact_known_or_not_becomes_a_part_of_the_one_that_an_operator_names(
    keys: tuple[str, ...],
) -> None:
    ada, bob = person(ADA, "user_id:1"), person(BOB, *keys)
    asked = united(ada, BOB)
    assert ada.effects == [AskYield(BOB, asked)]
    answer = bob.take(YieldAsked(asked, ADA)).answer
    assert answer == YieldAnswered(asked, "merging", by=BOB)
    ada.take(answer)
    adopted(ada, bob)
    assert (ada.contact.keys, ada.contact.claims) == (["user_id:1", *keys], [])
    assert (ada.contact.pasts, bob.contact.merged_into) == ([BOB], ADA)


def test_a_merge_waits_in_line_behind_the_keys_that_are_asked_for() -> None:
    ada = person(ADA)
    ada.does("Came", keys=("user_id:1", "email:a"))
    asked = united(ada, BOB)
    assert [type(one) for one in ada.effects] == [ClaimKey]
    ada.take(ClaimAnswered(ada.contact.claims[0], 0))
    assert ada.effects[-1] == AskYield(BOB, asked)


def test_begun_twice_or_with_oneself_a_merge_is_one_or_none() -> None:
    ada = person(ADA, "user_id:1", pasts=[CAT])
    united(ada, BOB)
    for other in (BOB, ADA, CAT):
        ada.take(Act("operator", "merge", "", other))
    assert [claim.key for claim in ada.contact.claims] == [f"#{BOB}"]
    assert len(ada.effects) == 1


def test_two_merges_that_cross_are_both_refused() -> None:
    ada, bob = person(ADA, "user_id:1"), person(BOB, "user_id:2")
    one, other = united(ada, BOB), united(bob, ADA)
    answers = [bob.take(YieldAsked(one, ADA)).answer, ada.take(YieldAsked(other, BOB)).answer]
    ada.take(answers[0])
    bob.take(answers[1])
    for life_, who in ((ada, BOB), (bob, ADA)):
        assert (life_.contact.merged_into, life_.contact.claims) == (0, [])
        assert details(life_.facts, "merge_refused") == [who]


def test_who_is_a_part_of_a_third_one_by_now_is_refused() -> None:
    bob = person(BOB, "anonymous_id:d")
    bob.take(YieldAsked(Claim("anonymous_id:d", NOON), CAT))
    asked = Claim(f"#{BOB}", NOON)
    assert bob.take(YieldAsked(asked, ADA)).answer == YieldAnswered(asked, "kept", by=BOB)
    assert bob.contact.merged_into == CAT


def test_a_key_that_was_bound_to_a_part_of_me_on_its_way_is_mine() -> None:
    ada, bob = person(ADA, "user_id:1"), person(BOB, "user_id:2")
    bob.does("Came", keys=("user_id:2", "email:b"))
    bob.take(YieldAsked(united(ada, BOB), ADA))
    adopted(ada, bob)
    assert [claim.key for claim in ada.contact.claims] == ["email:b"]
    ada.take(ClaimAnswered(ada.contact.claims[0], BOB))
    assert ada.contact.keys == ["user_id:1", "user_id:2", "email:b"]
    assert ada.subjects("review") == []
