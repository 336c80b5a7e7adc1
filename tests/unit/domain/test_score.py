"""Scores: raised by events, lowered by time, whatever the order of arrival."""

from engine.domain.scores.score import decayed
from tests.unit.domain.builders import HOUR, NOON, life, rulebook, score, segment

HEAT = score("heat", {"event": "Ate", "points": 8}, half_life="1h")


def test_half_is_left_after_a_half_life() -> None:
    assert decayed(8.0, NOON, NOON + HOUR, HOUR) == 4.0
    assert decayed(8.0, NOON, NOON + 3 * HOUR, HOUR) == 1.0
    assert decayed(8.0, NOON, NOON - HOUR, HOUR) == 8.0


def test_points_are_added_to_what_time_has_left() -> None:
    ada = life(HEAT)
    ada.does("Ate")
    ada.passes("1h").does("Ate")
    assert ada.contact.scores == {"heat": (12.0, NOON + HOUR)}
    assert ada.subjects("scored") == ["heat", "heat"]


def test_the_points_of_a_late_event_arrive_decayed() -> None:
    ada = life(HEAT)
    ada.does("Ate")
    ada.does("Ate", ago="2h")
    assert ada.contact.scores == {"heat": (10.0, NOON)}


def test_without_a_half_life_a_score_keeps_its_value() -> None:
    ada = life(score("fit", {"event": "Ate", "points": 8}, {"event": "Left", "points": -3}))
    ada.does("Ate")
    ada.passes("52w").does("Left")
    assert ada.contact.scores["fit"][0] == 5.0


def test_only_rules_whose_properties_fit_give_points() -> None:
    rules = [
        {"event": "Ate", "points": 1},
        {"event": "Ate", "points": 10, "where": {"cost": {"at_least": 5}}},
    ]
    ada = life(score("heat", *rules))
    ada.does("Ate", properties={"cost": 4})
    ada.does("Ate", properties={"cost": 5})
    assert ada.contact.scores["heat"][0] == 12


def test_an_import_gives_points_too() -> None:
    ada = life(HEAT)
    ada.does("Ate", live=False)
    assert ada.contact.scores["heat"][0] == 8.0


def test_a_score_is_kept_under_the_next_rulebook() -> None:
    ada = life(HEAT)
    ada.does("Ate")
    ada.under(rulebook(HEAT, segment("s", did="Ate"), version=2)).does("Came")
    assert ada.contact.scores["heat"] == (8.0, NOON)
