"""What every store of a host must do: on disk, in PostgreSQL and in memory."""

import pytest

from engine.domain.profile.identity import Binding, contact_id
from engine.errors import OwnershipLost, StoreError, StoreFull, StoreLocked
from engine.ports.host_store import (
    ContactRow,
    Erasure,
    HopRow,
    HostStore,
    LogRow,
    Opening,
    OutboxRow,
    QuarantineRow,
    ShelfRow,
    SuppressionRow,
    WakeUp,
    Write,
)
from tests.contract.places import Place

ADA, BOB = contact_id(1, 7), contact_id(2, 7)


def log_row(number: int, *, contact: int = ADA, klass: int = 0, prev: int = 0) -> LogRow:
    return LogRow(number, contact, klass, prev, 1_000 + number, 1, b"body", b"")


def contact_row(contact: int, state: bytes = b"state", last: int = 0) -> ContactRow:
    return ContactRow(contact, state, (last, 0, 0, 0), 0)


def test_a_new_store_starts_at_one_with_nothing_to_do(place: Place) -> None:
    assert place.store().open("host-0") == Opening(1, 0, 1, 1, 1, {}, [], [], [], [])


def test_a_commit_is_there_after_a_restart(place: Place, store: HostStore) -> None:
    ada = ContactRow(ADA, b"\x00\x01", (1, 0, 2, 0), 5_000)
    rows = [log_row(1), log_row(2, klass=2)]
    store.commit(Write(now=9, log=rows, contacts=[ada], wakeups=[WakeUp(5_000, ADA)]))
    again, opening = place.after_restart(store)
    assert again.contacts([ADA, BOB]) == {ADA: ada}
    assert again.log(0, 10) == rows
    assert again.log_row(2) == rows[1]
    assert again.log_row(3) is None
    assert again.wakeups(WakeUp(0, 0), 9_000, 10) == [WakeUp(5_000, ADA)]
    assert opening[:5] == (2, 9, 3, 2, 1)


def test_work_under_way_is_handed_to_the_next_owner(place: Place, store: HostStore) -> None:
    mail = OutboxRow("run/step/1", ADA, "queued", 0, 7, b"mail")
    hop = HopRow(4, ADA, BOB, 1, b"hop")
    ban = SuppressionRow(b"\x01" * 16, "email", "complained", 8)
    write = Write(outbox=[mail], hops=[hop], suppressions=[ban], replies=[("c", 3, b"ok")])
    write.counters = {"accepted": 12}
    store.commit(write)
    _, opening = place.after_restart(store)
    assert opening.outbox == [mail]
    assert opening.hops == [hop]
    assert opening.suppressions == [ban]
    assert opening.replies == [("c", 3, b"ok")]
    assert opening.counters == {"accepted": 12}
    assert opening.next_hop == 5


def test_finished_work_is_gone(place: Place, store: HostStore) -> None:
    mails = [OutboxRow(f"run/{n}", ADA, "queued", 0, 7, b"mail") for n in (1, 2)]
    hops = [HopRow(n, ADA, BOB, 1, b"hop") for n in (1, 2)]
    store.commit(Write(outbox=mails, hops=hops))
    store.commit(Write(outbox_gone=["run/1", "unheard of"], hops_gone=[1, 99]))
    _, opening = place.after_restart(store)
    assert opening.outbox == mails[1:]
    assert opening.hops == hops[1:]
    assert opening.next_hop == 3


def test_what_goes_and_comes_in_one_commit_is_there(place: Place, store: HostStore) -> None:
    sending = OutboxRow("run/1", ADA, "sending", 1, 7, b"mail")
    store.commit(Write(outbox=[sending._replace(state="queued")], wakeups=[WakeUp(5, ADA)]))
    write = Write(outbox_gone=["run/1"], outbox=[sending])
    write.wakeups_gone = write.wakeups = [WakeUp(5, ADA)]
    store.commit(write)
    assert store.wakeups(WakeUp(0, 0), 6, 10) == [WakeUp(5, ADA)]
    assert place.after_restart(store)[1].outbox == [sending]


def test_a_state_is_replaced_by_the_next_commit(store: HostStore) -> None:
    store.commit(Write(contacts=[contact_row(ADA, b"one"), contact_row(BOB, b"bob")]))
    store.commit(Write(contacts=[ContactRow(ADA, b"two" * 999, (9, 8, 7, 6), 5)]))
    assert store.contacts([ADA])[ADA] == ContactRow(ADA, b"two" * 999, (9, 8, 7, 6), 5)
    assert store.contacts([BOB])[BOB].state == b"bob"


@pytest.mark.parametrize("rows", [[log_row(3), log_row(3)], [log_row(3), log_row(2)], [log_row(1)]])
def test_a_commit_that_uses_a_log_number_again_leaves_nothing(
    place: Place, store: HostStore, rows: list[LogRow]
) -> None:
    store.commit(Write(now=1, log=[log_row(1), log_row(2)]))
    write = Write(now=2, log=rows, contacts=[contact_row(ADA)], wakeups=[WakeUp(1, ADA)])
    write.directory = [("user_id:1", (Binding(1, ADA),))]
    with pytest.raises(StoreError):
        store.commit(write)
    assert store.contacts([ADA]) == {}
    assert store.directory(["user_id:1"]) == {}
    assert store.wakeups(WakeUp(0, 0), 9, 9) == []
    assert [row.id for row in store.log(0, 9)] == [1, 2]
    assert place.after_restart(store)[1].now == 1


def test_a_hop_number_is_used_once(store: HostStore) -> None:
    store.commit(Write(hops=[HopRow(1, ADA, BOB, 1, b"first")]))
    store.commit(Write(hops_gone=[1]))
    with pytest.raises(StoreError, match="hop 1 was used before"):
        store.commit(Write(hops=[HopRow(1, ADA, BOB, 1, b"second")]))


def test_after_a_refused_commit_the_next_one_is_taken(store: HostStore) -> None:
    with pytest.raises(StoreError):
        store.commit(Write(log=[log_row(1), log_row(1)]))
    store.commit(Write(log=[log_row(1)]))
    assert store.log(0, 9) == [log_row(1)]


def test_numbers_are_not_used_again_after_their_rows_are_deleted(
    place: Place, store: HostStore
) -> None:
    store.commit(Write(log=[log_row(5)], hops=[HopRow(6, ADA, BOB, 1, b"")]))
    store.commit(Write(hops_gone=[6], contacts=[contact_row(contact_id(9, 3))]))
    assert store.forget_log(0, 100, 10) == 1
    _, opening = place.after_restart(store)
    assert (opening.next_log, opening.next_contact, opening.next_hop) == (6, 10, 7)


def test_committed_time_never_goes_back(place: Place, store: HostStore) -> None:
    store.commit(Write(now=50))
    store.commit(Write(now=40))
    assert place.after_restart(store)[1].now == 50


def test_wakeups_of_one_instant_are_paged_by_contact(store: HostStore) -> None:
    crowd = [WakeUp(100, n) for n in range(1, 8)]
    store.commit(Write(wakeups=[WakeUp(200, 1), *reversed(crowd), WakeUp(50, 9)]))
    seen, after = [], WakeUp(0, 0)
    while page := store.wakeups(after, 200, 3):
        seen += page
        after = page[-1]
    assert seen == [WakeUp(50, 9), *crowd]


def test_a_moved_wakeup_is_read_at_its_new_place_only(store: HostStore) -> None:
    store.commit(Write(wakeups=[WakeUp(100, ADA), WakeUp(100, BOB)]))
    store.commit(Write(wakeups_gone=[WakeUp(100, ADA)], wakeups=[WakeUp(300, ADA)]))
    assert store.wakeups(WakeUp(0, 0), 301, 9) == [WakeUp(100, BOB), WakeUp(300, ADA)]


def test_the_last_eight_replies_of_each_coordinator_are_kept(
    place: Place, store: HostStore
) -> None:
    for number in range(1, 21):
        store.commit(Write(replies=[("a", number, b"%d" % number)]))
    store.commit(Write(replies=[("b", 5, b"b5")]))
    _, opening = place.after_restart(store)
    kept = [("a", number, b"%d" % number) for number in range(13, 21)]
    assert opening.replies == [*kept, ("b", 5, b"b5")]


def test_a_suppression_is_kept_by_address_and_scope_until_it_is_lifted(
    place: Place, store: HostStore
) -> None:
    mail, everything = (SuppressionRow(b"h", scope, "manual", 1) for scope in ("email", ""))
    store.commit(Write(suppressions=[mail, everything]))
    heavier = mail._replace(reason="complaint", at=2)
    store.commit(Write(suppressions=[heavier], suppressions_gone=[(b"h", ""), (b"h", "sms")]))
    assert place.after_restart(store)[1].suppressions == [heavier]


def test_counters_stay_until_others_are_written(place: Place, store: HostStore) -> None:
    store.commit(Write(counters={"a": 1, "b": 2}))
    store.commit(Write(now=1))
    store, opening = place.after_restart(store)
    assert opening.counters == {"a": 1, "b": 2}
    store.commit(Write(counters={"b": 3}))
    assert place.after_restart(store)[1].counters == {"b": 3}


def test_quarantined_messages_are_shown_newest_first(store: HostStore) -> None:
    rows = [QuarantineRow(ADA, n, b"message", f"error {n}") for n in range(5)]
    for row in rows:
        store.commit(Write(quarantine=[row]))
    shown = store.quarantined(2)
    assert [row._replace(number=0) for row in shown] == [rows[4], rows[3]]
    store.commit(Write(erasure=Erasure(quarantine=[shown[0].number])))
    assert store.quarantined(1) == [shown[1]]
    assert len(store.quarantined()) == 4


@pytest.mark.parametrize("key", ["user_id:1", "email:ada@example.com", "x:'\"[]\\", "y:é\x00\n𝄞"])
def test_a_key_of_any_text_finds_its_bindings(store: HostStore, key: str) -> None:
    bindings = (Binding(0, ADA), Binding(1_000, BOB))
    store.commit(Write(directory=[(key, bindings[:1]), (key + "x", bindings)]))
    store.commit(Write(directory=[(key, bindings)]))
    assert store.directory([key, "user_id:unheard"]) == {key: bindings}
    assert store.directory([]) == {}


def test_more_keys_than_a_statement_has_parameters_are_found(store: HostStore) -> None:
    everyone = [contact_id(n, 1) for n in range(1, 3_001)]
    write = Write(contacts=[contact_row(contact) for contact in everyone])
    write.directory = [(f"user_id:{n}", (Binding(0, n),)) for n in everyone]
    store.commit(write)
    assert list(store.contacts(everyone)) == everyone
    assert len(store.directory(f"user_id:{n}" for n in everyone)) == 3_000


def test_everything_can_be_read_in_pages_in_order(store: HostStore) -> None:
    contacts = [contact_row(contact_id(n, 1)) for n in range(1, 6)]
    entries = [(f"user_id:{n}", (Binding(0, n),)) for n in range(5)]
    store.commit(Write(log=[log_row(n) for n in range(1, 6)], contacts=contacts[::-1]))
    store.commit(Write(directory=entries[::-1]))
    assert [row.id for row in store.log(2, 2)] == [3, 4]
    assert store.all_contacts(contacts[1].id, 2) == contacts[2:4]
    assert store.all_contacts(0, 99) == contacts
    assert store.all_directory("", 2) == entries[:2]
    assert store.all_directory("user_id:1", 99) == entries[2:]


def test_retention_deletes_one_class_below_a_cut_in_slices(store: HostStore) -> None:
    store.commit(Write(log=[log_row(n, klass=n % 2) for n in range(1, 11)]))
    assert [store.forget_log(1, 8, 3), store.forget_log(1, 8, 3)] == [3, 1]
    assert store.forget_log(1, 8, 3) == 0
    assert [row.id for row in store.log(0, 99)] == [2, 4, 6, 8, 9, 10]


def test_retention_goes_on_where_it_ended(place: Place, store: HostStore) -> None:
    store.commit(Write(log=[log_row(n, klass=1) for n in range(1, 5)]))
    assert store.forget_log(1, 1_000, 10) == 4
    store, _ = place.after_restart(store)
    store.commit(Write(log=[log_row(n, klass=1) for n in range(5, 8)]))
    assert store.forget_log(1, 7, 10) == 2
    assert [row.id for row in store.log(0, 9)] == [7]


def test_the_log_is_whole_since_the_first_row_that_retention_has_not_passed(
    store: HostStore,
) -> None:
    rows = [log_row(n, klass=n % 2)._replace(now=100 * n) for n in range(1, 11)]
    store.commit(Write(log=rows))
    assert store.whole_since() == 0
    store.forget_log(1, 1, 3)
    assert store.whole_since() == 0
    store.forget_log(1, 8, 3)
    assert store.whole_since() == 600
    store.forget_log(1, 8, 3)
    assert store.whole_since() == 800


def test_what_was_rebuilt_is_remembered_and_may_fall(place: Place, store: HostStore) -> None:
    store.commit(Write(rebuilt=3))
    store.commit(Write(now=5))
    store, opening = place.after_restart(store)
    assert opening.rebuilt == 3
    store.commit(Write(rebuilt=2))
    assert place.after_restart(store)[1].rebuilt == 2


def test_a_store_in_use_is_locked_and_says_by_whom(place: Place, store: HostStore) -> None:
    second = place.store()
    with pytest.raises(StoreLocked, match=r"in use by .*host-0"):
        second.open("host-1")
    store.commit(Write(now=5))
    assert place.after_restart(store)[1][:2] == (2, 5)


def test_an_owner_that_was_overtaken_writes_nothing_more(place: Place, store: HostStore) -> None:
    store.commit(Write(log=[log_row(1)]))
    successor = place.store(fence_only=True)
    assert successor.open("host-0-again").epoch == 2
    with pytest.raises(OwnershipLost):
        store.commit(Write(log=[log_row(2)], contacts=[contact_row(ADA)]))
    with pytest.raises(OwnershipLost):
        store.forget_log(0, 9, 9)
    successor.commit(Write(log=[log_row(2, contact=BOB)]))
    store.close()
    assert successor.log(0, 9) == [log_row(1), log_row(2, contact=BOB)]
    assert successor.contacts([ADA]) == {}


def test_the_same_name_does_not_make_a_former_owner_the_owner(
    place: Place, store: HostStore
) -> None:
    place.store(fence_only=True).open("host-0")
    with pytest.raises(OwnershipLost):
        store.commit(Write(now=1))


def test_a_full_disk_keeps_nothing_and_takes_commits_again_when_freed(
    place: Place, store: HostStore
) -> None:
    store.commit(Write(log=[log_row(1)]))
    place.fill(store, True)
    big = [log_row(n)._replace(body=b"x" * 5_000) for n in range(2, 99)]
    with pytest.raises(StoreFull):
        store.commit(Write(now=7, log=big))
    assert store.log(0, 9) == [log_row(1)]
    place.fill(store, False)
    store.commit(Write(now=8, log=big))
    assert place.after_restart(store)[1][1:3] == (8, 99)


def test_a_store_is_not_opened_for_other_slots(place: Place, store: HostStore) -> None:
    store.close()
    with pytest.raises(StoreError, match="256 slots from 0"):
        place.store(range(128)).open("host-0")
    assert place.store().open("host-0").epoch == 2


def test_a_store_that_is_not_open_takes_no_commit(place: Place, store: HostStore) -> None:
    store.close()
    for closed in (store, place.store()):
        with pytest.raises(StoreError, match="not open"):
            closed.commit(Write(now=1))
    store.close()


def test_a_shelf_is_put_replaced_and_taken_away(store: HostStore) -> None:
    store.commit(Write(shelves=[ShelfRow(ADA, b"cart"), ShelfRow(BOB, b"orders")]))
    store.commit(Write(shelves=[ShelfRow(ADA, b"fuller cart")]))
    assert store.shelves([ADA, BOB, 99]) == {ADA: b"fuller cart", BOB: b"orders"}
    store.commit(Write(shelves=[ShelfRow(ADA, b"")]))
    assert store.shelves([ADA, BOB]) == {BOB: b"orders"}
