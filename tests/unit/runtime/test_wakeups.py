"""Wake-ups: the near window in memory, the rest in the store."""

from hypothesis import given
from hypothesis import strategies as st

from engine.ports.host_store import WakeUp
from engine.runtime.state.wakeups import PAGE, WINDOW, WakeUps


class Rows:
    """The stored wake-ups."""

    def __init__(self, *rows: WakeUp) -> None:
        self.rows = sorted(rows)

    def read(self, after: WakeUp, before: int, limit: int) -> list[WakeUp]:
        return [row for row in self.rows if row > after and row.due < before][:limit]


def all_due(wakeups: WakeUps, now: int) -> list[WakeUp]:
    """A window at a time, as the timers take them."""
    came: list[WakeUp] = []
    while some := wakeups.due(now, 100):
        came += some
    return came


def test_what_is_due_comes_in_order_and_no_more_than_asked_for() -> None:
    wakeups = WakeUps(Rows(*(WakeUp(due, due) for due in (30, 10, 20, 40))).read)
    assert [wake.due for wake in wakeups.due(35, 2)] == [10, 20]
    assert [wake.due for wake in wakeups.due(35, 9)] == [30]


def test_what_is_stored_within_the_window_is_added_and_what_lies_behind_it_is_read_later() -> None:
    rows = Rows()
    wakeups = WakeUps(rows.read)
    wakeups.due(0, 9)
    near, far = WakeUp(WINDOW - 1, 1), WakeUp(WINDOW + 1, 2)
    rows.rows = [near, far]
    for wake in (near, far):
        wakeups.add(wake)
    assert len(wakeups) == 1
    assert all_due(wakeups, 2 * WINDOW) == [near, far]


def test_the_next_look_is_at_the_next_wake_up_or_at_the_end_of_the_window() -> None:
    """dittofeed#995: an idle instance kept a processor busy."""
    wakeups = WakeUps(Rows(WakeUp(500, 1)).read)
    assert wakeups.next_due(0) == 500
    wakeups.due(500, 9)
    assert wakeups.next_due(500) == WINDOW - 1


def test_a_crowd_at_one_instant_is_read_in_pages_without_loss() -> None:
    crowd = [WakeUp(5, contact) for contact in range(PAGE + 10)]
    wakeups = WakeUps(Rows(*crowd).read)
    assert all_due(wakeups, 5) == crowd


def test_overdue_counts_what_waits_in_the_window() -> None:
    wakeups = WakeUps(Rows(WakeUp(10, 1), WakeUp(20, 2), WakeUp(30, 3)).read)
    wakeups.due(5, 9)
    assert wakeups.overdue(30) == 2


@given(
    st.lists(st.tuples(st.integers(0, 3 * WINDOW), st.integers(0, 3 * WINDOW)), max_size=20),
    st.lists(st.integers(1, WINDOW), min_size=6, max_size=6),
)
def test_every_wake_up_comes_once_whenever_it_was_stored(
    stored: list[tuple[int, int]], steps: list[int]
) -> None:
    """Each is a pair: due at, stored at; one stored too late is due at once."""
    rows, came, now = Rows(), [], 0
    wakeups = WakeUps(rows.read)
    waiting = sorted((at, WakeUp(max(due, at), n)) for n, (due, at) in enumerate(stored))
    for step in (*steps, 7 * WINDOW):
        while waiting and waiting[0][0] <= now + step:
            at, wake = waiting.pop(0)
            came += all_due(wakeups, at)
            rows.rows = sorted([*rows.rows, wake])
            wakeups.add(wake)
        now += step
        came += all_due(wakeups, now)
    assert sorted(wake.contact for wake in came) == list(range(len(stored)))
