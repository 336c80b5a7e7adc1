"""Reviews: whom an operator is asked about, once a pair, with the event that named the key."""

from engine.domain.effect import AskYield, ClaimKey, Review, ReviewOver
from engine.domain.event import PUBLIC
from engine.domain.intake.review import MOST
from engine.domain.message import Adopted, ClaimAnswered
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from tests.unit.domain.builders import NOON, Life, claim, details, event, life, print_of

ADA, BOB = 1 << 16, 2 << 16


def answered(one: Life, holder: int) -> None:
    """The directory answers the claim in front."""
    one.effects.clear()
    one.take(ClaimAnswered(one.contact.claims[0], holder))


def listed(one: Life) -> list[Review]:
    return [asked for asked in one.effects if isinstance(asked, Review)]


def test_a_key_of_another_known_contact_is_listed_with_its_evidence_once() -> None:
    ada = life()
    for said in ("Came", "Came back"):
        ada.does(said, keys=("user_id:1", "email:a"))
        answered(ada, BOB)
        expected = [Review(BOB, "email:a", "test", f"Came-{NOON}")] if said == "Came" else []
        assert listed(ada) == expected
    assert details(ada.facts, "review") == [["email:a", BOB]] * 2


def test_the_oldest_makes_room_on_a_contact_with_many() -> None:
    ada = life()
    for number in range(MOST + 1):
        ada.does("Came", keys=("user_id:1", f"email:{number}"))
        answered(ada, BOB + number)
    assert [one.other for one in ada.effects if isinstance(one, ReviewOver)] == [BOB]
    assert ada.contact.reviews == [BOB + number for number in range(1, MOST + 1)]


def test_what_is_merged_is_no_review_any_more_and_its_reviews_are_the_survivors() -> None:
    ada = Life(life().book, Contact(ADA, keys=["user_id:1"], reviews=[BOB, 7]))
    ada.take(Adopted(BOB, codec.encode(Contact(BOB, reviews=[ADA, 8, 7]))))
    assert ada.contact.reviews == [8, 7]
    assert ReviewOver(BOB) in ada.effects


def alias(one: Life, trust: int = 2) -> None:
    keys, told = ("user_id:1", "anonymous_id:old"), print_of("Aliased")
    one.take(event("Aliased", keys=keys, kind="alias", trust=trust, fingerprint=told))


def test_an_alias_joins_the_former_id_as_a_device_and_asks_who_has_it_as_a_user() -> None:
    ada = life()
    alias(ada)
    assert ada.effects == [ClaimKey(claim("?user_id:old", "Aliased"))]
    answered(ada, 0)
    assert ada.effects == [ClaimKey(claim("anonymous_id:old", "Aliased"))]
    answered(ada, BOB)
    assert isinstance(ada.effects[-1], AskYield)


def test_an_alias_of_two_known_ids_is_a_review_and_never_a_merge() -> None:
    ada = life()
    alias(ada)
    answered(ada, BOB)
    assert listed(ada) == [Review(BOB, "user_id:old", "test", f"Aliased-{NOON}")]
    assert (ada.contact.merged_into, ada.contact.keys) == (0, ["user_id:1"])


def test_an_alias_of_who_is_a_part_of_me_already_is_no_review() -> None:
    ada = Life(life().book, Contact(ADA, keys=["user_id:1"], pasts=[BOB]))
    alias(ada)
    answered(ada, BOB)
    assert listed(ada) == []


def test_a_page_cannot_put_others_on_the_review_list_by_an_alias() -> None:
    ada = life()
    alias(ada, trust=PUBLIC)
    assert [claimed.key for claimed in ada.contact.claims] == ["anonymous_id:old"]
