"""The clock rule: which instant an event gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rpc.items.instant import happened, parse

NOW = 1_800_000_000_000  # 2027-01-15T08:00:00Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.0015Z", 2),
        ("1970-01-01T02:00:00+02:00", 0),
        ("2012-12-02T00:30:08.276123456Z", 1_354_408_208_276),
        ("2100-01-01", 4_102_444_800_000),
        ("yesterday", None),
        (1_700_000_000, None),
        (None, None),
    ],
)
def test_iso_8601_is_read_and_nothing_else(text: object, expected: int | None) -> None:
    assert parse(text) == expected


def test_without_a_time_an_event_happened_when_it_came() -> None:
    assert happened(None, None, NOW) == (NOW, False)
    assert happened("", "2027-01-15T08:00:00Z", NOW) == (NOW, False)


def test_a_device_clock_that_is_wrong_by_years_is_cancelled() -> None:
    assert happened("1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z", NOW) == (NOW - 60_000, False)
    assert happened("2100-01-01T00:00:00Z", "2100-01-01T00:01:00Z", NOW) == (NOW - 60_000, False)


def test_an_old_event_keeps_its_time() -> None:
    assert happened("1970-01-01T00:00:00Z", None, NOW) == (0, False)
    assert happened("2019-05-01T00:00:00Z", None, NOW) == (1_556_668_800_000, False)


def test_an_event_of_the_future_happened_when_it_came() -> None:
    assert happened("2100-01-01T00:00:00Z", None, NOW) == (NOW, False)
    assert happened("2027-01-15T08:00:00Z", "1970-01-01T00:00:00Z", NOW) == (NOW, False)


def test_a_time_that_is_none_is_told() -> None:
    assert happened("soon", None, NOW) == (NOW, True)
    assert happened("1950-01-01T00:00:00Z", None, NOW) == (NOW, True)


@given(st.text() | st.datetimes().map(str) | st.integers(), st.text() | st.datetimes().map(str))
def test_an_instant_is_never_before_1970_nor_after_receipt(original: object, sent: object) -> None:
    at, _ = happened(original, sent, NOW)

    assert 0 <= at <= NOW
