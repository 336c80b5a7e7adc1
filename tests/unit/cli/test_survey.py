"""What the commands on all contacts print."""

import pytest

from engine.cli.survey import _print_difference, _print_preview, days_of, print_forecast
from engine.errors import BadRequest


@pytest.mark.parametrize(("text", "days"), [("14d", 14), ("48h", 2), ("1d", 1)])
def test_a_forecast_is_asked_for_in_days(text: str, days: int) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["0d", "36h", "soon"])
def test_what_is_no_number_of_days_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        days_of(text)


def test_a_preview_says_who_comes_who_stays_and_who_goes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = {
        "segment": "hot",
        "change": "changed",
        "size": 5,
        "before": 4,
        "stay": 3,
        "unknown": 0,
        "sample": [{"id": 7, "keys": ["user_id:1"]}],
        "overlap": [{"segment": "buyers", "size": 9, "both": 2, "percent_of_this": 40.0}],
    }
    _print_preview(one, {"contacts": 20, "whole_since": None})
    told = capsys.readouterr().out
    assert "hot (changed): 5 of 20 contacts." in told
    assert "4 are in it now: 3 stay, 1 leave, 2 come." in told
    assert "user_id:1" in told
    assert "buyers" in told


def test_a_forecast_is_a_row_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    days = [{"until": "2026-03-02T00:00:00.000Z", "enters": 1, "leaves": 2, "size": 4}]
    found = {"segment": "hot", "contacts": 20, "size": 5, "unknown": 3, "days": days}
    print_forecast(found)
    told = capsys.readouterr().out
    assert "3 cannot be told yet" in told
    assert "2026-03-02T00:00:00.000Z" in told


def test_a_difference_says_how_values_and_grades_are_spread_and_who_moves(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = {
        "score": "heat",
        "change": "changed",
        "contacts": 20,
        "changed": 3,
        "unknown": 0,
        "bars": [{"from": 0.0, "to": 1.0, "before": 17, "after": 20}],
        "movers": [{"id": 7, "keys": ["user_id:1"], "before": 9.25, "after": 0.5}],
    }
    _print_difference(one, {"whole_since": None})
    told = " ".join(capsys.readouterr().out.split())
    assert "heat (changed): 3 of 20 contacts with it change." in told
    assert "below 1 17 20" in told
    assert "7 user_id:1 9.25 0.5" in told
