"""What users of other engines reported: a live scenario is edited, and those inside are sent wrong."""

from engine.domain.language.scenario import Scenario
from engine.domain.profile.contact import Contact
from tests.unit.domain import builders as build
from tests.unit.domain.builders import Life, reachable, rulebook


def inside() -> Life:
    """Has had the first mail and waits for the second."""
    steps = (build.send("one"), build.wait("w", for_="1d"), build.send("two"))
    ada = reachable(build.scenario("s", {"event": "Ate"}, *steps))
    ada.does("Ate")
    return ada


def test_a_step_that_is_deleted_sends_no_old_message_again() -> None:
    """mautic#6054: contacts were processed again when events of a live campaign were deleted."""
    ada = inside()
    shorter = build.scenario("s", {"event": "Ate"}, build.send("two"), version=2)
    ada.under(rulebook(shorter, version=2, retired=(first(ada),)))
    ada.does("Slept")
    ada.passes("9d")
    assert [mail.scenario for mail in ada.sends] == ["s/one", "s/two"]


def test_an_edit_loses_nobody_s_place() -> None:
    """Parcelvoy, migration 20220730041531: a deleted step took the places of its users along."""
    ada = inside()
    due = ada.contact.due
    ada.under(rulebook(version=2, retired=(first(ada),)))
    ada.does("Slept")
    assert (ada.standing, ada.contact.due) == (["s/w"], due)


def test_new_shares_move_nobody_to_another_variant() -> None:
    """Braze, canvas FAQ: changing the percentages of variants may distribute users anew."""
    names = ("a", "b")
    texts = [build.template(name) for name in names]

    def shared(a: int, b: int) -> Scenario:
        mail = {"do": "send", "id": "m", "channel": "email", "variants": {"a": a, "b": b}}
        return build.scenario("s", {"event": "Ate"}, mail, reentry="always")

    for number in range(20):
        ada = Life(rulebook(shared(1, 1), *texts), Contact(number))
        ada.tells(email="ada@example.com", consent_email=True)
        ada.does("Ate")
        other = (9, 1) if ada.sends[0].template == "b" else (1, 9)
        ada.under(rulebook(shared(*other), *texts, version=2)).does("Ate", ago="1ms")
        assert len({mail.template for mail in ada.sends}) == 1
        assert len(ada.sends) == 2


def first(one: Life) -> Scenario:
    return one.book.definitions.scenarios[0]
