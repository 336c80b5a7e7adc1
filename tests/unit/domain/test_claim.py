"""Claims: keys are asked for one at a time, and every answer has one consequence."""

import pytest

from engine.domain.effect import Adopt, AskYield, ClaimKey, Review, Witness
from engine.domain.event import PUBLIC, TOKEN
from engine.domain.merges.claim import belongs_to_another, yields
from engine.domain.message import (
    Adopted,
    AdoptionSettled,
    ClaimAnswered,
    Witnessed,
    YieldAnswered,
    YieldAsked,
)
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.dedupe import has_seen
from engine.domain.profile.identity import Binding, Claim, bound, holder_at
from tests.unit.domain.builders import NOON, Life, claim, details, event, life, print_of

DEVICE, USER, MAIL = "anonymous_id:d", "user_id:7", "email:ada@example.com"
ME, OTHER = 1 << 16, 2 << 16


def naming(*keys: str, **rest: int) -> Life:
    """A contact whose first event names these keys."""
    ada = life()
    ada.does("Came", keys=keys, fingerprint=print_of("Came"), **rest)
    return ada


def answered(one: Life, holder: int = 0, since: int = 0) -> None:
    """The directory answers the claim in front."""
    one.effects.clear()
    one.take(ClaimAnswered(one.contact.claims[0], holder, since))


def test_a_new_contact_has_the_key_that_it_was_addressed_by() -> None:
    ada = naming(DEVICE)
    assert (ada.contact.keys, ada.contact.claims, ada.effects) == ([DEVICE], [], [])
    assert ada.subjects("bound") == ["anonymous_id"]


def test_other_keys_are_claimed_in_their_order_one_at_a_time() -> None:
    ada = naming(USER, MAIL, DEVICE)
    assert ada.effects == [ClaimKey(claim(MAIL))]
    answered(ada)
    assert ada.effects == [ClaimKey(claim(DEVICE))]
    answered(ada)
    assert (ada.contact.keys, ada.contact.claims, ada.effects) == ([USER, MAIL, DEVICE], [], [])


def test_a_key_under_way_is_not_claimed_twice() -> None:
    ada = naming(USER, DEVICE)
    ada.passes("1s").does("Came", keys=(USER, DEVICE, MAIL))
    assert [claim.key for claim in ada.contact.claims] == [DEVICE, MAIL]
    assert len(ada.effects) == 1


def test_a_free_user_id_makes_the_anonymous_contact_known_in_place() -> None:
    ada = naming(DEVICE)
    ada.does("Signed Up", keys=(USER, DEVICE))
    assert not ada.contact.known
    answered(ada)
    assert ada.contact.known
    assert (ada.contact.keys, ada.subjects("identified")) == ([DEVICE, USER], ["user_id"])


def test_a_key_that_the_directory_has_for_me_already_is_mine() -> None:
    ada = naming(USER, MAIL)
    answered(ada, ada.contact.id)
    assert ada.contact.keys == [USER, MAIL]


def test_an_anonymous_contact_merges_into_the_holder_of_the_key() -> None:
    ada = naming(DEVICE)
    ada.does("Signed In", keys=(USER, DEVICE))
    answered(ada, OTHER)
    assert ada.contact.merged_into == OTHER
    assert [type(one) for one in ada.effects] == [Adopt]
    assert (ada.contact.keys, ada.contact.claims, ada.contact.due) == ([DEVICE], [], 0)


def test_a_known_contact_asks_the_holder_of_a_device_to_yield() -> None:
    ada = naming(USER, DEVICE)
    answered(ada, OTHER, 5)
    asked = claim(DEVICE, rebind=5)
    assert ada.effects == [AskYield(OTHER, asked)]
    ada.take(YieldAnswered(asked, "merging", by=OTHER))
    assert (ada.contact.keys, ada.contact.claims) == ([USER], [asked])
    ada.take(Adopted(OTHER, codec.encode(Contact(OTHER, keys=[DEVICE]))))
    assert (ada.contact.keys, ada.contact.claims) == ([USER, DEVICE], [])


def test_a_device_that_a_known_holder_lets_go_is_rebound() -> None:
    ada = naming(USER, DEVICE)
    answered(ada, OTHER, 5)
    ada.take(YieldAnswered(ada.contact.claims[0], "released", by=OTHER))
    again = claim(DEVICE, rebind=5)
    assert ada.effects[-1] == ClaimKey(again)
    ada.take(ClaimAnswered(again, 0))
    assert (ada.contact.keys, ada.contact.claims) == ([USER, DEVICE], [])


def test_who_lets_a_device_go_is_told_what_was_taken_by_it() -> None:
    """By the device an old event goes to whom it belonged to then, and a retry of it too."""
    ada = naming(USER, DEVICE)
    answered(ada, OTHER, 5)
    ada.take(YieldAnswered(ada.contact.claims[0], "released", by=OTHER))
    [told] = [asked for asked in ada.effects if isinstance(asked, Witness)]
    assert told.to == OTHER
    assert has_seen(told.seen, print_of("Came"))


def test_a_holder_that_has_moved_is_followed() -> None:
    ada = naming(USER, DEVICE)
    answered(ada, OTHER)
    claim = ada.contact.claims[0]
    ada.take(YieldAnswered(claim, "moved", 3 << 16, OTHER))
    assert ada.effects[-1] == AskYield(3 << 16, claim, OTHER)


def test_a_device_that_was_adopted_and_let_go_again_is_rebound_like_any_other() -> None:
    ada = naming(USER)
    ada.take(Adopted(OTHER, codec.encode(Contact(OTHER, keys=[DEVICE]))))
    ada.take(YieldAsked(Claim(DEVICE, NOON), 3 << 16))
    ada.does("Came back", keys=(USER, DEVICE))
    answered(ada, OTHER, 5)
    asked = ada.contact.claims[0]
    ada.take(YieldAnswered(asked, "merging", by=OTHER))
    assert (ada.contact.keys, ada.effects[-1]) == ([USER], ClaimKey(asked))


def test_two_known_contacts_are_put_on_the_review_list() -> None:
    ada = naming(USER, MAIL, DEVICE)
    answered(ada, OTHER)
    assert details(ada.facts, "review") == [[MAIL, OTHER]]
    assert (ada.contact.keys, ada.contact.merged_into) == ([USER], 0)
    asked = Review(OTHER, MAIL, "test", f"Came-{NOON}")
    assert ada.effects == [asked, Witness(OTHER, ada.contact.seen), ClaimKey(claim(DEVICE))]


def test_who_was_first_to_claim_a_key_recognises_what_another_took_under_it() -> None:
    ada, other = naming(USER, MAIL), life()
    other.does("Asked", keys=(MAIL,))
    answered(ada, OTHER)
    told = next(effect for effect in ada.effects if isinstance(effect, Witness))
    assert other.take(Witnessed(ME, told.seen)).answer == AdoptionSettled()
    assert has_seen(other.contact.seen, print_of("Came"))


def test_a_second_device_that_another_holds_does_not_merge_an_anonymous_contact() -> None:
    ada = naming(DEVICE, "anonymous_id:e")
    answered(ada, OTHER)
    assert details(ada.facts, "review") == [["anonymous_id:e", OTHER]]
    assert ada.contact.merged_into == 0


def test_a_holder_that_is_anonymous_merges_into_the_one_who_asks() -> None:
    holder = naming(DEVICE)
    answer = holder.take(YieldAsked(Claim(DEVICE, NOON), OTHER)).answer
    assert answer == YieldAnswered(Claim(DEVICE, NOON), "merging", by=ME)
    assert holder.contact.merged_into == OTHER


def test_a_known_holder_lets_a_device_go_and_keeps_every_other_key() -> None:
    holder = naming(USER, DEVICE)
    answered(holder)
    asked = YieldAsked(Claim(DEVICE, NOON), OTHER), YieldAsked(Claim(USER, NOON), OTHER)
    answers = [holder.take(question).answer for question in asked]
    assert [answer.outcome for answer in answers] == ["released", "kept"]
    assert (holder.contact.keys, holder.contact.merged_into) == ([USER], 0)


def test_a_claimant_that_has_become_a_part_of_the_holder_takes_nothing_from_it() -> None:
    ada = naming(USER)
    ada.take(Adopted(OTHER, codec.encode(Contact(OTHER, keys=[DEVICE]))))
    ada.take(YieldAsked(Claim(DEVICE, NOON), OTHER))
    assert (ada.contact.keys, ada.contact.merged_into) == ([USER, DEVICE], 0)


def test_a_tombstone_says_where_it_went() -> None:
    holder = naming(DEVICE)
    holder.take(YieldAsked(Claim(DEVICE, NOON), OTHER))
    third = YieldAsked(Claim(DEVICE, NOON), 3 << 16)
    assert holder.take(third).answer == YieldAnswered(third.claim, "moved", OTHER, ME)


def test_a_tombstone_points_on_to_whom_its_survivor_has_become_a_part_of() -> None:
    holder = naming(DEVICE)
    holder.take(YieldAsked(Claim(DEVICE, NOON), OTHER))
    holder.take(AdoptionSettled(3 << 16))
    assert holder.contact.merged_into == 3 << 16


def test_what_a_tombstone_has_not_adopted_is_still_on_its_way_to_the_next() -> None:
    holder, coming = naming(DEVICE), 4 << 16
    holder.take(YieldAsked(Claim(DEVICE, NOON), OTHER))
    asked = YieldAsked(Claim(DEVICE, NOON), 3 << 16, coming)
    assert holder.take(asked).answer == YieldAnswered(asked.claim, "moved", OTHER, coming)


def test_an_anonymous_contact_does_not_yield_while_it_claims() -> None:
    ada, question = naming(DEVICE), YieldAsked(Claim(DEVICE, NOON), OTHER)
    assert yields(ada.contact, question)
    ada.does("Signed Up", keys=(USER, DEVICE))
    assert not yields(ada.contact, question)
    answered(ada)
    assert yields(ada.contact, question)


def test_a_known_contact_does_not_yield_a_key_that_is_on_its_way_to_it() -> None:
    ada = naming(USER, DEVICE, "anonymous_id:e")
    assert not yields(ada.contact, YieldAsked(Claim(DEVICE, NOON), OTHER))
    assert yields(ada.contact, YieldAsked(Claim("anonymous_id:e", NOON), OTHER))


def test_a_survivor_does_not_yield_what_it_has_not_adopted_yet() -> None:
    ada = naming(USER)
    question = YieldAsked(Claim(DEVICE, NOON), 3 << 16, via=OTHER)
    assert not yields(ada.contact, question)
    ada.take(Adopted(OTHER, codec.encode(Contact(OTHER, keys=[DEVICE]))))
    assert yields(ada.contact, question)


def test_an_adoption_settles_the_claims_of_the_keys_that_it_brings() -> None:
    ada = naming(USER, DEVICE, MAIL)
    late = ada.contact.claims[0]
    ada.take(Adopted(OTHER, codec.encode(Contact(OTHER, keys=[DEVICE]))))
    assert ada.effects[-1] == ClaimKey(claim(MAIL))
    ada.take(ClaimAnswered(late, OTHER, 5))
    assert [claim.key for claim in ada.contact.claims] == [MAIL]


def test_what_an_adoption_was_to_bring_and_did_not_is_asked_of_the_directory_anew() -> None:
    """Who became a part of it had let go of the device by then."""
    ada = naming(USER, DEVICE)
    answered(ada, OTHER, 5)
    ada.take(YieldAnswered(ada.contact.claims[0], "merging", by=OTHER))
    ada.take(Adopted(OTHER, codec.encode(Contact(OTHER))))
    assert ada.contact.claims == [claim(DEVICE)]
    assert ada.effects[-1] == ClaimKey(claim(DEVICE))


def test_a_claim_that_came_with_an_adoption_takes_nothing_that_its_holder_has_not_let_go_of() -> (
    None
):
    """Who merged had asked the holder, which would answer that one."""
    ada = naming(USER)
    claims = [claim(DEVICE, rebind=5)]
    ada.take(Adopted(OTHER, codec.encode(Contact(OTHER, keys=[MAIL], claims=claims))))
    assert (ada.contact.claims, ada.effects[-1]) == ([claim(DEVICE)], ClaimKey(claim(DEVICE)))


def test_who_is_itself_again_and_has_no_key_asks_for_the_device_by_which_it_is_reached() -> None:
    ada = naming(DEVICE)
    ada.contact.keys = []
    ada.does("Ate", keys=(DEVICE,))
    assert ada.contact.keys == []
    assert [one.key for one in ada.contact.claims] == [DEVICE]


def test_a_guest_who_said_which_user_it_is_joins_nobody_before_that_is_settled() -> None:
    guest = naming(DEVICE)
    guest.does("Asked for news", keys=(MAIL, DEVICE))
    guest.does("Signed Up", keys=("user_id:8", DEVICE), fingerprint=print_of("Signed Up"))
    answered(guest, OTHER)
    assert (guest.contact.merged_into, guest.effects) == (
        0,
        [ClaimKey(claim("user_id:8", "Signed Up"))],
    )
    answered(guest)
    answered(guest, OTHER)
    assert details(guest.facts, "review") == [[MAIL, OTHER]]


@pytest.mark.parametrize(
    ("keys", "another"),
    [((USER, DEVICE), False), (("user_id:8", DEVICE), True), ((MAIL,), False)],
)
def test_an_event_with_another_user_id_belongs_to_another(
    keys: tuple[str, ...], another: bool
) -> None:
    ada = naming(USER)
    assert belongs_to_another(ada.contact, event(keys=keys)) is another
    assert not belongs_to_another(Contact(id=2, keys=[DEVICE]), event(keys=keys))


def test_a_public_key_claims_what_is_new_and_is_refused_what_is_held() -> None:
    for holder, keys in ((0, [DEVICE, USER]), (OTHER, [DEVICE])):
        ada = naming(DEVICE)
        ada.does("Signed Up", keys=(USER, DEVICE), trust=PUBLIC)
        answered(ada, holder)
        assert (ada.contact.keys, ada.contact.merged_into) == (keys, 0)
    assert details(ada.facts, "claim_refused") == [USER]


def test_a_signed_token_joins_as_a_server_does() -> None:
    ada = naming(DEVICE)
    ada.does("Signed In", keys=(USER, DEVICE), trust=TOKEN)
    answered(ada, OTHER)
    assert ada.contact.merged_into == OTHER


def test_a_public_key_gives_a_known_contact_no_address() -> None:
    ada = naming(USER)
    ada.does("Came", keys=(USER, MAIL, "phone:+33"), trust=PUBLIC)
    assert (ada.contact.claims, ada.effects) == ([], [])
    assert details(ada.facts, "claim_refused") == [MAIL, "phone:+33"]
    ada.does("Came", keys=(USER, MAIL), trust=TOKEN)
    assert [claim.key for claim in ada.contact.claims] == [MAIL]


def test_a_public_key_names_a_new_person_with_an_address() -> None:
    ada = naming(USER, MAIL, trust=PUBLIC)
    assert ada.effects == [ClaimKey(claim(MAIL, public=True))]


def test_the_directory_binds_what_is_free_and_rebinds_when_told() -> None:
    first = bound((), Claim(DEVICE, 10), ME, 15)
    assert first == (Binding(10, ME),)
    assert bound(first, Claim(DEVICE, 20), OTHER, 25) is None
    second = bound(first, Claim(DEVICE, 20, rebind=10), OTHER, 25)
    assert second == (*first, Binding(26, OTHER))
    assert bound(second, Claim(DEVICE, 20, rebind=10), OTHER, 30) is second


def test_of_two_claimants_of_one_release_the_second_has_to_ask_again() -> None:
    taken = (Binding(10, ME), Binding(26, OTHER))
    assert bound(taken, Claim(DEVICE, 20, rebind=10), 3 << 16, 30) is None


def test_a_holder_that_claims_its_key_again_undoes_its_release() -> None:
    for key in (DEVICE, USER):
        again = bound((Binding(10, ME),), Claim(key, 20), ME, 25)
        assert again == (Binding(10, ME), Binding(26, ME))
        assert bound(again, Claim(key, 20, rebind=10), OTHER, 30) is None


def test_a_key_given_up_in_an_unmerge_goes_to_the_other_unless_it_was_claimed_again() -> None:
    given = Claim(USER, 20, rebind=-ME)
    assert bound((Binding(10, ME),), given, OTHER, 25) == (Binding(10, ME), Binding(26, OTHER))
    assert bound((Binding(10, ME), Binding(21, ME)), given, OTHER, 25) is None
    assert bound((Binding(10, ME), Binding(15, 3 << 16)), given, OTHER, 25) is None


def test_a_retry_after_a_rebind_reaches_the_person_it_belonged_to() -> None:
    bindings = (Binding(10, ME), Binding(20, OTHER), Binding(30, ME))
    holders = [holder_at(bindings, at) for at in (5, 10, 19, 20, 29, 30, 99)]
    assert holders == [ME, ME, ME, OTHER, OTHER, ME, ME]
