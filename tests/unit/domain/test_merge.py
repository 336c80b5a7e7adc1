"""Merging: what a survivor takes over from an anonymous contact, and what it does not."""

from collections.abc import Callable
from typing import Any

from engine.domain.effect import Adopt, ClaimKey, Send
from engine.domain.message import Adopted, AdoptionSettled, YieldAsked
from engine.domain.profile import codec
from engine.domain.profile.contact import SEEN, Contact
from engine.domain.profile.dedupe import has_seen
from engine.domain.profile.identity import Claim
from engine.domain.rulebooks.rulebook import Rulebook
from tests.unit.domain.builders import (
    HOUR,
    NOON,
    Life,
    claim,
    details,
    event,
    print_of,
    rulebook,
    scenario,
    score,
    segment,
    wait,
)

DEVICE = "anonymous_id:d"
GUEST, ADA = 1 << 16, 2 << 16


def pair(*parts: Any, **rest: Any) -> tuple[Life, Life]:
    """An anonymous guest and the known Ada, on the same clock."""
    book: Rulebook = rulebook(*parts, **rest)
    guest, ada = Life(book, Contact(GUEST)), Life(book, Contact(ADA))
    guest.does("Opened", keys=(DEVICE,))
    ada.does("Opened", keys=("user_id:7",))
    return guest, ada


def merge(guest: Life, ada: Life, sends: tuple[Send, ...] = ()) -> Adopted:
    """The guest yields to Ada, and Ada adopts it."""
    guest.take(YieldAsked(Claim(DEVICE, NOON), ADA))
    state = next(one.state for one in guest.effects if isinstance(one, Adopt))
    adopted = Adopted(GUEST, state, sends)
    assert ada.take(adopted).answer == AdoptionSettled()
    return adopted


def each(*lives: Life) -> Callable[..., None]:
    def do(name: str, **rest: Any) -> None:
        for one in lives:
            one.does(name, **rest)

    return do


def test_the_survivors_attributes_win_and_the_guests_fill_the_gaps() -> None:
    guest, ada = pair()
    guest.tells(city="Lyon", plan="free", consent_email=True)
    ada.tells(plan="gold", consent_email=False)
    merge(guest, ada)
    assert ada.contact.attributes == {"city": "Lyon", "plan": "gold", "consent_email": False}


def test_counters_add_up_and_rings_keep_the_latest_of_both() -> None:
    guest, ada = pair(
        segment("total", did="Ate", at_least=5),
        segment("lately", did="Ate", at_least=3, within="1d"),
    )
    for _ in range(3):
        each(guest, ada)("Ate")
        guest.passes("1h")
        ada.passes("2h")
    guest.until(ada.now)
    merge(guest, ada)
    assert set(ada.contact.counts.values()) == {6}
    assert list(ada.contact.rings.values()) == [[NOON + 2 * HOUR] * 2 + [NOON + 4 * HOUR]]


def test_scores_are_added_each_decayed_to_the_later_instant() -> None:
    guest, ada = pair(score("heat", {"event": "Ate", "points": 8}, half_life="1h"))
    guest.does("Ate")
    ada.passes("1h").does("Ate")
    guest.passes("1h")
    merge(guest, ada)
    assert ada.contact.scores == {"heat": (12.0, NOON + HOUR)}


def test_what_both_together_enter_is_entered_quietly() -> None:
    guest, ada = pair(
        segment("keen", did="Ate", at_least=2),
        scenario("greet", {"enters": "keen"}, wait("hour", for_="1h")),
    )
    each(guest, ada)("Ate")
    merge(guest, ada)
    assert list(ada.contact.segments) == ["keen"]
    assert ada.standing == []


def test_a_guests_run_goes_on_where_it_stood_and_at_its_time() -> None:
    guest, ada = pair(scenario("s", {"event": "Ate"}, wait("a", for_="1h"), wait("b", for_="1h")))
    guest.does("Ate")
    run = guest.contact.runs[0]
    guest.passes("20m")
    ada.passes("20m")
    merge(guest, ada)
    assert ada.contact.runs == [run]
    ada.passes("1h")
    assert ada.said("step_out") == [("s/a", HOUR)]
    assert run.id.startswith(f"{GUEST}.")


def test_a_run_of_a_scenario_that_the_survivor_has_ever_entered_is_dropped() -> None:
    guest, ada = pair(scenario("s", {"event": "Ate"}, wait("a", for_="1h")))
    ada.does("Ate")
    ada.passes("2h")
    guest.until(ada.now).does("Ate")
    merge(guest, ada)
    assert ada.contact.runs == []
    assert ada.subjects("run_dropped") == ["s"]


def test_the_later_entry_counts_for_reentry() -> None:
    s = scenario("s", {"event": "Ate"}, wait("a", for_="1h"), reentry={"once_per": "1d"})
    guest, ada = pair(s)
    ada.does("Ate")
    guest.passes("12h").does("Ate")
    ada.until(guest.now)
    merge(guest, ada)
    ada.passes("23h").does("Ate")
    assert ada.standing == []
    ada.passes("1h").does("Ate")
    assert ada.standing == ["s/a"]


def test_an_inherited_zone_aims_waits_for_a_local_time_anew() -> None:
    guest, ada = pair(scenario("s", {"event": "Ate"}, wait("eve", at="18:00")))
    ada.does("Ate")
    guest.tells(timezone="Europe/Berlin")
    merge(guest, ada)
    assert ada.contact.due == NOON + 5 * HOUR


def test_a_guests_wait_for_a_local_time_aims_at_the_survivors_zone() -> None:
    guest, ada = pair(scenario("s", {"event": "Ate"}, wait("eve", at="18:00")))
    guest.does("Ate")
    ada.tells(timezone="America/New_York")
    merge(guest, ada)
    assert ada.contact.due == NOON + 11 * HOUR


def test_a_retry_of_eithers_events_is_recognised() -> None:
    guest, ada = pair()
    merge(guest, ada)
    for key in (DEVICE, "user_id:7"):
        assert has_seen(ada.contact.seen, event("Opened", NOON, keys=(key,)).fingerprint)


def test_the_youngest_fingerprints_of_both_are_kept() -> None:
    guest, ada = pair()
    for number in range(SEEN):
        ada.does("Ate", properties={"number": number})
    guest.passes("2h").does("Ate", properties={"late": True})
    ada.until(guest.now)
    merge(guest, ada)
    late = event("Ate", guest.now, properties={"late": True})
    assert has_seen(ada.contact.seen, late.fingerprint)


def test_queued_messages_change_hands() -> None:
    guest, ada = pair()
    queued = Send(f"{GUEST}.1/mail/1", GUEST, "s/mail", "email", "hello", "a@b.c", False, {}, NOON)
    merge(guest, ada, (queued,))
    sent = ada.sends[0]
    assert (sent.key, sent.contact, sent.address) == (queued.key, ADA, "a@b.c")


def test_keys_and_claims_of_both_are_the_survivors() -> None:
    guest, ada = pair()
    guest.does("Came", keys=(DEVICE, "email:ada@example.com"), fingerprint=print_of("Came"))
    merge(guest, ada)
    assert ada.contact.keys == ["user_id:7", DEVICE]
    assert ada.effects[-1] == ClaimKey(claim("email:ada@example.com"))


def test_the_merge_row_holds_the_survivors_state_before_it() -> None:
    guest, ada = pair()
    ada.tells(plan="gold")
    guest.tells(city="Lyon")
    before = codec.encode(ada.contact)
    merge(guest, ada)
    assert details(ada.facts, "merged") == [[GUEST, before]]
    assert ada.contact.pasts == [GUEST]


def test_a_contact_adopted_twice_counts_once() -> None:
    guest, ada = pair(segment("total", did="Ate", at_least=5))
    each(guest, ada)("Ate")
    adopted = merge(guest, ada)
    before = ada.contact
    again = ada.take(adopted)
    assert (again.contact, again.facts, again.effects) == (before, [], [])
    assert again.answer == AdoptionSettled()


def test_what_leaves_the_guest_is_told_so_that_figures_stay_true() -> None:
    guest, ada = pair(
        segment("eater", did="Ate"), scenario("s", {"event": "Ate"}, wait("a", for_="1h"))
    )
    guest.does("Ate")
    merge(guest, ada)
    assert guest.subjects("run_left", "segment_left") == ["s", "eater"]
    assert guest.subjects("step_in") == guest.subjects("step_out") == ["s/a"]
    assert ada.subjects("run_taken", "segment_entered") == ["s", "eater"]


def test_a_tombstone_keeps_its_keys_and_what_it_has_taken() -> None:
    guest, ada = pair(segment("eater", did="Ate"))
    guest.does("Ate")
    before = guest.contact
    merge(guest, ada)
    after = guest.contact
    assert (after.keys, after.seen, after.first) == (before.keys, before.seen, before.first)
    assert (after.attributes, after.segments, after.counts, after.timers) == ({}, {}, {}, {})
