"""Segments: entering and leaving are facts, once each, and moments for scenarios."""

from engine.domain.message import TimerFired
from tests.unit.domain.builders import DAY, life, rulebook, scenario, segment, wait, wait_for

ENTERS = scenario("greet", {"enters": "big"}, wait("hour", for_="1h"))


def test_an_attribute_change_enters_and_leaves_at_once() -> None:
    ada = life(segment("gold", attribute="plan", is_="gold"))
    ada.tells(plan="gold")
    ada.passes("1m").tells(plan="free")
    ada.passes("1m").tells(plan="free")
    assert ada.said("segment_entered", "segment_left") == [("gold", 0), ("gold", 60_000)]


def test_one_becomes_true_where_one_was_held() -> None:
    ada = life(segment("yes", attribute="agrees", is_=True))
    ada.tells(agrees=1)
    ada.tells(agrees=True)
    assert ada.subjects("segment_entered") == ["yes"]
    ada.tells(agrees=1)
    assert ada.subjects("segment_left") == ["yes"]


def test_the_same_holds_inside_a_list_or_an_object() -> None:
    ada = life(segment("yes", attribute="answers.agrees", is_=True))
    ada.tells(answers={"agrees": 1})
    ada.tells(answers={"agrees": True})
    assert ada.subjects("segment_entered") == ["yes"]


def test_a_segment_asked_about_is_settled_before_the_one_that_asks() -> None:
    ada = life(
        segment("a_asks", all=[{"segment": "z_asked"}, {"did": "Ate"}]),
        segment("z_asked", did="Ate"),
    )
    ada.does("Ate")
    assert ada.subjects("segment_entered") == ["z_asked", "a_asks"]


def test_a_segment_between_two_is_settled_before_the_later_one() -> None:
    ada = life(
        segment("a_last", all=[{"did": "Ate"}, {"not": {"segment": "between"}}]),
        segment("between", segment="z_first"),
        segment("z_first", did="Ate"),
    )
    ada.does("Came")
    ada.does("Ate")
    assert ada.subjects("segment_entered", "segment_left") == ["z_first", "between"]


def test_leaving_a_segment_leaves_the_one_that_asks_about_it_at_the_same_instant() -> None:
    ada = life(
        segment("recent", did="Ate", within="1h"),
        segment("regular", all=[{"segment": "recent"}, {"attribute": "x", "exists": True}]),
    )
    ada.tells(x=1)
    ada.does("Ate")
    ada.passes("2h")
    assert ada.said("segment_left") == [("recent", 3_600_000), ("regular", 3_600_000)]


def test_two_segments_that_flip_at_one_instant_show_no_state_between() -> None:
    ada = life(
        segment("a_torn", all=[{"segment": "recent"}, {"did_not": "Ate", "within": "1h"}]),
        segment("recent", did="Ate", within="1h"),
    )
    ada.does("Ate")
    ada.passes("2h")
    assert ada.subjects("segment_entered", "segment_left") == ["recent", "recent"]


def test_a_run_that_is_due_when_a_segment_flips_sees_it_flipped() -> None:
    ada = life(
        segment("recent", did="Ate", within="1h"),
        scenario(
            "ask",
            {"event": "Ate"},
            wait("hour", for_="1h"),
            {"do": "branch", "id": "still", "if": {"segment": "recent"}, "else": "later"},
            wait("inside", for_="1d"),
            wait("later", for_="1d"),
        ),
    )
    ada.does("Ate")
    ada.passes("1h")
    assert ada.standing == ["ask/later"]


def test_after_a_downtime_segments_flip_at_their_own_instants() -> None:
    ada = life(segment("recent", did="Ate", within="1h"), segment("day", did="Ate", within="1d"))
    ada.does("Ate")
    ada.misses("2d")
    assert ada.said("segment_left") == [("recent", 3_600_000), ("day", DAY)]


def test_a_wake_up_that_comes_too_early_changes_nothing() -> None:
    ada = life(segment("recent", did="Ate", within="1h"))
    before = ada.does("Ate").contact
    assert ada.take(TimerFired()).contact == before


def test_a_segment_entered_starts_a_scenario() -> None:
    ada = life(segment("big", did="Ate", at_least=2), ENTERS)
    ada.does("Ate")
    assert ada.standing == []
    ada.does("Ate")
    assert ada.standing == ["greet/hour"]


def test_an_import_enters_segments_and_starts_nothing() -> None:
    ada = life(
        segment("big", did="Ate"),
        ENTERS,
        scenario("thank", {"event": "Ate"}, wait("hour", for_="1h")),
    )
    ada.does("Ate", live=False)
    assert ada.subjects("segment_entered") == ["big"]
    assert ada.standing == []


def test_an_import_resumes_no_run_that_waits_for_a_segment() -> None:
    ada = life(
        segment("big", did="Ate"),
        scenario("greet", {"event": "Came"}, wait_for("grow", enters="big"), wait("x", for_="1h")),
    )
    ada.does("Came")
    ada.does("Ate", live=False)
    assert ada.standing == ["greet/grow"]


def test_a_new_segment_is_entered_quietly_by_those_who_are_here() -> None:
    ada = life(segment("big", did="Ate", at_least=2))
    ada.does("Ate")
    ada.does("Ate")
    ada.under(rulebook(segment("big", did="Ate", at_least=1), ENTERS, version=2))
    ada.take(TimerFired())
    assert ada.standing == []
    ada.under(rulebook(segment("eaters", did="Ate", at_least=1), version=3))
    ada.take(TimerFired())
    assert (list(ada.contact.segments), ada.standing) == (["eaters"], [])


def test_a_segment_that_is_gone_is_left_with_its_timer() -> None:
    ada = life(segment("recent", did="Ate", within="1h"))
    ada.does("Ate")
    ada.under(rulebook(version=2)).take(TimerFired())
    assert ada.subjects("segment_left") == ["recent"]
    assert (ada.contact.segments, ada.contact.timers) == ({}, {})


def test_a_timer_of_a_segment_that_is_gone_is_dropped_when_it_fires() -> None:
    ada = life(segment("torn", all=[{"did": "Ate", "within": "1h"}, {"did": "Drank"}]))
    ada.does("Ate")
    assert ada.contact.timers
    ada.under(rulebook(version=2)).passes("2h")
    assert ada.contact.timers == {}
