from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import StoreLocked
from engine.ports.sending import Outcome
from engine.runtime.sending.spool import COMPACT_FROM, Entry, Spool

SENT = Outcome("run/step/1", "sent", reply="250 queued")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Spool]]:
    """Opens the same file as a new life of the Sender would; the earlier life is closed first."""
    spools: list[Spool] = []

    def again(boot: str = "boot-1") -> Spool:
        if spools:
            spools.pop().close()
        spools.append(Spool(tmp_path / "sender.spool", boot))
        return spools[-1]

    yield again
    for spool in spools:
        spool.close()


def test_what_left_without_an_outcome_is_found_by_the_next_life(
    opened: Callable[..., Spool],
) -> None:
    opened().left("run/step/1", 0, "host-0")

    assert opened().entries == {("run/step/1", 0): Entry("host-0", None)}


def test_an_outcome_is_kept_until_the_host_knows_it(opened: Callable[..., Spool]) -> None:
    spool = opened()
    spool.left("run/step/1", 0, "host-0")
    spool.settled(0, "host-0", SENT)
    spool = opened()

    assert spool.entries == {("run/step/1", 0): Entry("host-0", SENT)}
    spool.known([("run/step/1", 0)])
    assert opened().entries == {}


def test_a_later_attempt_at_the_same_message_is_an_entry_of_its_own(
    opened: Callable[..., Spool],
) -> None:
    spool = opened()
    spool.left("run/step/1", 0, "host-0")
    spool.settled(0, "host-0", Outcome("run/step/1", "deferred", retry_after=60_000))
    spool.left("run/step/1", 1, "host-0")
    spool.known([("run/step/1", 0)])

    assert opened().entries == {("run/step/1", 1): Entry("host-0", None)}


def test_a_torn_last_line_is_passed_over(opened: Callable[..., Spool], tmp_path: Path) -> None:
    spool = opened()
    spool.left("run/step/1", 0, "host-0")
    with (tmp_path / "sender.spool").open("ab") as file:
        file.write(b'["left","run/step/2",0,"ho')

    assert set(opened().entries) == {("run/step/1", 0)}


def test_a_torn_line_does_not_spoil_what_is_written_after_it(
    opened: Callable[..., Spool], tmp_path: Path
) -> None:
    opened().left("run/step/1", 0, "host-0")
    with (tmp_path / "sender.spool").open("ab") as file:
        file.write(b'["left","run/st')
    opened().left("run/step/2", 0, "host-0")

    assert set(opened().entries) == {("run/step/1", 0), ("run/step/2", 0)}


def test_another_boot_of_the_machine_puts_what_is_not_in_the_file_in_doubt(
    opened: Callable[..., Spool],
) -> None:
    opened("boot-1").trust("host-0")

    assert not opened("boot-1").in_doubt("host-0")
    assert opened("boot-2").in_doubt("host-0")
    assert opened("boot-2").in_doubt("host-0")


def test_trust_is_a_hosts_own_and_outlives_a_rewriting(opened: Callable[..., Spool]) -> None:
    spool = opened()
    assert spool.in_doubt("host-0")
    spool.trust("host-0")
    for number in range(COMPACT_FROM):
        spool.left(f"run/{number}/1", 0, "host-0")
        spool.known([(f"run/{number}/1", 0)])

    spool = opened()
    assert not spool.in_doubt("host-0")
    assert spool.in_doubt("host-1")


def test_two_senders_cannot_have_the_same_spool(
    opened: Callable[..., Spool], tmp_path: Path
) -> None:
    opened()

    with pytest.raises(StoreLocked, match="another Sender"):
        Spool(tmp_path / "sender.spool", "boot-1")


def test_the_file_is_rewritten_when_most_of_it_is_history(
    opened: Callable[..., Spool], tmp_path: Path
) -> None:
    spool = opened()
    spool.left("kept", 0, "host-0")
    for number in range(COMPACT_FROM):
        spool.left(f"run/{number}/1", 0, "host-0")
        spool.known([(f"run/{number}/1", 0)])

    assert (tmp_path / "sender.spool").stat().st_size < 100 * COMPACT_FROM // 2
    spool.left("after", 0, "host-0")
    assert set(opened().entries) == {("kept", 0), ("after", 0)}


ACTS = st.lists(
    st.tuples(st.sampled_from(["left", "settled", "known", "reopen"]), st.sampled_from("abc")),
    max_size=30,
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_the_next_life_knows_exactly_what_the_last_one_knew(
    tmp_path: Path, acts: list[tuple[str, str]]
) -> None:
    path = tmp_path / "law.spool"
    path.unlink(missing_ok=True)
    spool = Spool(path, "boot")
    for act, key in acts:
        match act:
            case "left":
                spool.left(key, 0, "host-0")
            case "settled":
                spool.settled(0, "host-0", Outcome(key, "sent"))
            case "known":
                spool.known([(key, 0)])
            case _:
                before = dict(spool.entries)
                spool.close()
                spool = Spool(path, "boot")
                assert spool.entries == before
    before = dict(spool.entries)
    spool.close()
    again = Spool(path, "boot")
    again.close()
    assert again.entries == before


def test_an_endpoint_that_wants_nothing_more_is_known_until_it_is_enabled(
    opened: Callable[..., Spool],
) -> None:
    opened().stop("webhook/crm", "https://crm.example/")

    for _ in range(2):
        assert opened().stopped == {"webhook/crm": "https://crm.example/"}
    opened().enable("webhook/crm")
    assert opened().stopped == {}
