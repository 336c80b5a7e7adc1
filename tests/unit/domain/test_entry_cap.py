"""A cap on entries: the quota gives tickets, the contact uses them, waits with them, gives them back."""

import itertools

from msgspec.structs import asdict, replace

from engine.domain.effect import AskTicket
from engine.domain.language.entry_cap import EntryCap, period_at, read
from engine.domain.message import AdoptionSettled, TicketAnswered, TicketAsked
from engine.domain.runs import quota
from engine.domain.runs.quota import AHEAD, Quota
from tests.unit.domain.builders import (
    DAY,
    HOUR,
    NOON,
    Life,
    condition,
    details,
    life,
    rulebook,
    scenario,
    wait,
)
from tests.unit.domain.test_merge import merge, pair

TWO = {"most": 2, "per": "day", "then": "wait"}
EATS = scenario("s", {"event": "Ate"}, wait("w", for_="1h"), goal={"event": "Paid"}, cap=TWO)
ONCE = replace(EATS, reentry="never")
TOMORROW = NOON + DAY // 2


def asks(one: Life) -> list[AskTicket]:
    return [effect for effect in one.effects if isinstance(effect, AskTicket)]


def answers(one: Life, since: int = 0, until: int = 1 << 50, most: int = 2) -> None:
    told = asks(one)[-1]
    one.take(TicketAnswered(told.scenario, told.run, since, until, most, "day"))


class Door:
    """A quota, asked one by one; each hop has a number of its own."""

    def __init__(self, now: int = NOON) -> None:
        self.quota, self.now, self.asked = Quota(1, "s"), now, 0
        self.book = rulebook(EATS)

    def ask(self, number: int = 0, host: int = 0, **rest: object) -> tuple[int, int]:
        self.asked += 1
        told = {"most": 2, "then": "wait", "rulebook": 1, "at": self.now} | rest
        ask = AskTicket("s", "9.1", **told)  # type: ignore[arg-type]
        asked = TicketAsked(ask, host, number or self.asked)
        outcome = quota.step(self.quota, asked, self.book, self.now)
        self.quota = outcome.quota
        if isinstance(outcome.answer, AdoptionSettled):
            return 0, 0
        assert isinstance(outcome.answer, TicketAnswered)
        return outcome.answer.since, outcome.answer.until


def test_the_short_form_is_the_long_one() -> None:
    assert read("500 a day") == EntryCap(most=500)
    assert read("20 an hour") == EntryCap(most=20, per="hour")
    assert read(EATS.cap) == EntryCap(most=2, per="day", then="wait")
    assert read(None) is None


def test_periods_begin_by_the_clock_of_the_workspace() -> None:
    sunday = 1_711_843_200_000  # 2024-03-31T00:00Z; in Paris that day has 23 hours
    day = period_at(sunday, "day", "Europe/Paris")
    assert (day.since, day.until - day.since) == (sunday - HOUR, 23 * HOUR)
    week = period_at(sunday, "week", "Europe/Paris")
    assert (week.until, week.until - week.since) == (day.until, 7 * DAY - HOUR)
    assert period_at(sunday + 1, "hour", "Europe/Paris") == (sunday, sunday + HOUR)


def test_who_comes_late_waits_for_the_first_day_with_room() -> None:
    door = Door()
    days = [door.ask()[0] for _ in range(5)]
    assert days == [TOMORROW - DAY] * 2 + [TOMORROW] * 2 + [TOMORROW + DAY]
    assert door.ask(then="skip") == (0, 0)


def test_a_question_that_comes_again_is_answered_as_it_was() -> None:
    door = Door()
    first = door.ask(number=7)
    assert [door.ask(number=7), door.ask(number=7, host=1)] == [first, first]
    assert door.ask(number=7, host=2) == (TOMORROW, TOMORROW + DAY)


def test_leave_given_back_goes_to_the_next_and_once_only() -> None:
    door = Door()
    day, _ = door.ask()
    door.ask()
    for _ in range(2):
        door.ask(number=50, back=day, back_per="day", wants=False)
    assert [door.ask()[0], door.ask()[0]] == [day, TOMORROW]


def test_nobody_is_promised_a_turn_beyond_the_last_period_ahead() -> None:
    door = Door()
    told = [door.ask(most=1) for _ in range(AHEAD + 1)]
    assert told[-1] == (0, 0)
    assert len(set(told)) == AHEAD + 1


def test_an_old_question_is_answered_by_the_cap_in_force() -> None:
    door = Door()
    door.book = rulebook(replace(EATS, cap="1 a day"), version=2)
    assert [door.ask() != (0, 0), door.ask() != (0, 0)] == [True, False]
    door.book = rulebook(replace(EATS, cap=None), version=3)
    assert door.ask() == quota.ALWAYS


def test_another_clock_of_the_workspace_leaves_no_instant_in_two_periods() -> None:
    door = Door()
    for zone in ("UTC", "Asia/Tokyo", "America/New_York", "UTC"):
        door.book = rulebook(EATS, zone=zone)
        for _ in range(3):
            door.ask()
    cells = sorted((since, until) for since, (until, _) in door.quota.cells["day"].items())
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(cells))
    assert all(out <= 2 for _, out in door.quota.cells["day"].values())


def test_a_contact_enters_when_leave_has_come_with_what_started_it() -> None:
    ada = life(EATS)
    ada.does("Ate", properties={"what": "cake"})
    assert ada.contact.runs == []
    answers(ada)
    [run] = ada.contact.runs
    assert (run.id, run.event) == (asks(ada)[0].run, b'{"what":"cake"}')
    assert ada.contact.tickets == []


def test_while_it_asks_it_asks_only_once() -> None:
    ada = life(EATS)
    ada.does("Ate")
    ada.does("Ate")
    assert len(asks(ada)) == 1
    ada.acts("start", "s")
    assert details(ada.facts, "start_refused") == ["asked"]


def test_who_is_turned_away_may_come_again() -> None:
    ada = life(ONCE)
    for _ in range(2):
        ada.does("Ate", message_id=f"m{ada.now}")
        answers(ada, until=0)
    assert details(ada.facts, "entry_capped") == [one.run for one in asks(ada)]
    assert (len(asks(ada)), ada.contact.entries) == (2, {})


def test_who_has_leave_for_later_enters_at_that_instant() -> None:
    ada = life(EATS)
    ada.does("Ate")
    answers(ada, TOMORROW, TOMORROW + DAY)
    assert details(ada.facts, "entry_waits") == [[asks(ada)[0].run, TOMORROW]]
    ada.until(TOMORROW - 1)
    assert ada.contact.runs == []
    ada.until(TOMORROW)
    assert [run.entered for run in ada.contact.runs] == [TOMORROW]


def test_leave_that_comes_too_late_is_asked_for_again() -> None:
    ada = life(EATS)
    ada.does("Ate")
    answers(ada, NOON - DAY, NOON)
    assert ada.contact.runs == []
    assert [(one.run, one.back) for one in asks(ada)] == [("65536.1", 0), ("65536.1", NOON - DAY)]
    answers(ada)
    assert len(ada.contact.runs) == 1


def test_the_goal_ends_the_waiting_and_gives_the_leave_back() -> None:
    ada = life(EATS)
    ada.does("Ate")
    answers(ada, TOMORROW, TOMORROW + DAY)
    ada.does("Paid")
    assert (ada.contact.tickets, ada.contact.timers) == ([], {})
    assert (asks(ada)[-1].wants, asks(ada)[-1].back) == (False, TOMORROW)
    assert details(ada.facts, "entry_refused") == ["exit"]


def test_whom_the_filter_fits_no_more_does_not_enter() -> None:
    ada = life(replace(EATS, if_=condition(attribute="plan", is_="pro")))
    ada.tells(plan="pro")
    ada.does("Ate")
    answers(ada, TOMORROW, TOMORROW + DAY)
    ada.acts("set", "plan", "free")
    ada.until(TOMORROW)
    assert (ada.contact.runs, details(ada.facts, "entry_refused")[-1]) == ([], "filter")
    assert not asks(ada)[-1].wants


def test_under_another_cap_who_waits_is_asked_anew_at_its_turn() -> None:
    ada = life(EATS)
    ada.does("Ate")
    answers(ada, TOMORROW, TOMORROW + DAY)
    ada.under(rulebook(replace(EATS, cap="1 a day"), version=2))
    ada.until(TOMORROW)
    assert ada.contact.runs == []
    assert (asks(ada)[-1].most, asks(ada)[-1].back) == (1, TOMORROW)


def test_a_merge_takes_what_the_other_waits_for_and_asks_for_what_is_not_answered() -> None:
    device, ada = pair(EATS)
    device.does("Ate")
    merge(device, ada)
    assert [one.run for one in asks(ada)] == [one.run for one in asks(device)]
    answers(ada)
    assert len(ada.contact.runs) == 1


def test_a_merge_gives_back_what_the_survivor_has_no_use_for() -> None:
    device, ada = pair(ONCE)
    ada.does("Ate")
    answers(ada)
    device.does("Ate")
    answers(device, TOMORROW, TOMORROW + DAY)
    merge(device, ada)
    assert (asks(ada)[-1].back, asks(ada)[-1].wants) == (TOMORROW, False)
    assert ada.contact.tickets == []


def test_an_answer_that_nobody_waits_for_is_given_back() -> None:
    ada = life(EATS)
    ada.does("Came")
    ada.take(TicketAnswered("s", "77.1", NOON, TOMORROW, 2, "day"))
    assert [asdict(one)["back"] for one in asks(ada)] == [NOON]
