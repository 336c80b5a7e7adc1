"""Protections of what is kept: one owner, one commit, one reply."""

from tests.mutants.mutant import Mutant

MUTANTS = [
    Mutant(
        "an_epoch_guards_every_commit",
        "engine/store/sqlite_database.py",
        "if owned:\n                    self._check_ownership()",
        "if owned:\n                    pass",
        (
            "tests/contract/test_host_store.py::test_an_owner_that_was_overtaken_writes_nothing_more",
        ),
    ),
    Mutant(
        "a_lock_keeps_a_second_process_out",
        "engine/store/sqlite_database.py",
        "if not self._lock.take(owner) and not self._fence_only:",
        "if False:",
        ("tests/contract/test_host_store.py::test_a_store_in_use_is_locked_and_says_by_whom",),
    ),
    Mutant(
        "a_commit_is_whole_or_nothing",
        "engine/store/sqlite_database.py",
        'db.execute("ROLLBACK")',
        'db.execute("COMMIT")',
        (
            "tests/unit/store/test_database.py::test_an_error_in_a_transaction_undoes_it_and_is_not_hidden",
        ),
    ),
    Mutant(
        "a_number_of_the_log_is_used_once",
        "engine/store/marks.py",
        "if rows and (least := min(rows)[0]) < free:",
        "if (least := free) < free:",
        (
            "tests/contract/test_host_store.py::test_a_commit_that_uses_a_log_number_again_leaves_nothing",
        ),
    ),
    Mutant(
        "a_parcel_sent_again_gets_its_reply",
        "engine/runtime/host.py",
        "if kept is not None:\n            return kept",
        "if kept is not None:\n            pass",
        ("tests/unit/runtime/test_host.py::test_a_parcel_sent_again_gets_the_reply_that_it_got",),
    ),
    Mutant(
        "parcels_are_taken_in_their_order",
        "engine/runtime/host.py",
        "while parcel.after > max(self._arrived, kept):",
        "while False:",
        (
            (
                "tests/unit/runtime/test_host.py"
                "::test_parcels_are_taken_in_their_order_though_they_overtake_one_another"
            ),
        ),
    ),
    Mutant(
        "memory_follows_the_commit",
        "engine/runtime/batches/commit.py",
        "memory.store.commit(write)\n    _remember(batch, wakes)",
        "_remember(batch, wakes)\n    memory.store.commit(write)",
        ("tests/unit/runtime/test_batch.py::test_a_commit_that_fails_leaves_everything_as_it_was",),
    ),
]
