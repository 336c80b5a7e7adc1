"""Lists: joined and quit by an operator or an event, asked by conditions, moments for scenarios."""

from typing import Any

from engine.domain.conditions.contact_list import ContactList
from engine.domain.effect import Half, Restore
from engine.domain.event import PUBLIC
from engine.domain.message import Restored, Unmerged
from engine.domain.profile import codec
from tests.unit.domain.builders import DAY, NOON, Life, details, life, scenario, segment, wait
from tests.unit.domain.test_merge import merge, pair

LISTS = (ContactList(list="fair"), ContactList(list="board"))
guests = segment("guests", list="fair")
invited = scenario("invited", {"joins": "fair"}, wait("day", for_="1d"))


def listing(*parts: Any, **rest: Any) -> Life:
    return life(*parts, lists=LISTS, **rest)


def test_a_segment_of_a_list_is_entered_and_left_with_the_list() -> None:
    one = listing(guests)
    one.acts("join", "fair")
    assert "guests" in one.contact.segments
    one.acts("quit", "fair")
    assert "guests" not in one.contact.segments
    assert one.subjects("list_joined", "list_left") == ["fair", "fair"]


def test_joining_twice_is_one_fact_and_the_first_time_stays() -> None:
    one = listing()
    one.acts("join", "fair")
    one.passes("1h").acts("join", "fair")
    assert one.contact.lists == {"fair": NOON}
    assert one.subjects("list_joined") == ["fair"]


def test_joining_starts_a_scenario_and_quitting_ends_it() -> None:
    leaving = scenario(
        "invited", {"joins": "fair"}, wait("day", for_="1d"), exits=[{"quits": "fair"}]
    )
    one = listing(leaving)
    one.acts("join", "board")
    assert one.standing == []
    one.acts("join", "fair")
    assert one.standing == ["invited/day"]
    one.acts("quit", "fair")
    assert one.standing == []


def test_an_imported_row_joins_and_starts_nothing() -> None:
    one = listing(invited, guests)
    one.does("List Joined", properties={"list": "fair"}, live=False)
    assert list(one.contact.lists) == ["fair"]
    assert "guests" in one.contact.segments
    assert one.standing == []


def test_an_event_joins_since_it_happened_and_leaves() -> None:
    one = listing(segment("fresh", list="fair", in_last="2d"))
    one.does("List Joined", ago="1d", properties={"list": "fair"})
    assert one.contact.lists == {"fair": NOON - DAY}
    assert one.contact.due == NOON + DAY
    one.does("List Left", properties={"list": "fair"})
    assert one.contact.lists == {}


def test_neither_a_public_key_nor_an_unknown_name_changes_a_list() -> None:
    one = listing()
    one.does("List Joined", properties={"list": "fair"}, trust=PUBLIC)
    one.does("List Joined", properties={"list": "fare"})
    assert one.contact.lists == {}
    assert details(one.facts, "list_refused") == [
        "a public key changes no list: fair", "lists.yaml declares no list fare",
    ]  # fmt: skip


def test_a_merge_joins_the_lists_of_both_quietly_and_every_figure_stays_true() -> None:
    guest, ada = pair(guests, invited, lists=LISTS)
    guest.does("List Joined", ago="1d", properties={"list": "fair"}, live=False)
    guest.acts("join", "board")
    ada.passes("1h").acts("join", "board")
    merge(guest, ada)
    assert ada.contact.lists == {"fair": NOON - DAY, "board": NOON}
    assert ada.standing == []
    figures = [one.subjects(what) for one in (guest, ada) for what in ("list_joined", "list_left")]
    assert figures == [["fair", "board"], ["board", "fair"], ["board", "fair"], []]


def test_an_unmerge_gives_the_lists_back() -> None:
    guest, ada = pair(guests, lists=LISTS)
    guest.acts("join", "fair")
    before, half = codec.whole(ada.contact), Half(codec.whole(guest.contact))
    merge(guest, ada)
    ada.take(Unmerged("operator", guest.contact.id, before, (), half))
    [restore] = [one for one in ada.effects if isinstance(one, Restore)]
    guest.take(Restored(ada.contact.id, restore.claim, restore.half))
    assert (ada.contact.lists, list(guest.contact.lists)) == ({}, ["fair"])
    assert ada.subjects("list_joined") == ada.subjects("list_left") == ["fair"]
