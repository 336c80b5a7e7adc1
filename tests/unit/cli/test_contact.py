"""What people are shown of a contact."""

import pytest

from engine.cli.contact import _portrait
from engine.cli.survey import days_of
from engine.errors import BadRequest


def test_a_contact_is_shown_without_what_is_empty_or_for_the_engine_alone() -> None:
    found = {
        "id": 7, "keys": ["user_id:1", "email:a@b.fr"], "known": True, "zone": "", "claims": [],
        "capped": {"r": 1}, "attributes": {"plan": "pro"}, "scores": {"fit": [9.996, 1_800_000_000_000]},
        "timers": {"run:7.1": 1_800_000_000_000}, "consents": {}, "timeline": [],
    }  # fmt: skip

    assert _portrait(found) == {
        "id": 7,
        "keys": "user_id:1, email:a@b.fr",
        "known": True,
        "attributes": {"plan": "pro"},
        "scores": {"fit": 10.0},
    }


@pytest.mark.parametrize("written", ["soon", "36h", "0d"])
def test_a_forecast_of_no_whole_days_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(BadRequest, match="14d"):
        days_of(written)
