"""Hours of marketing: the exact instant of the next opening, by the contact's clock and calendar."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.consents.quiet import Hours, Open, opening
from engine.domain.consents.topic import ConsentRules
from engine.loading.country import holidays_of, hours_of
from tests.unit.domain.builders import Life, details, life, scenario, template

PARIS = ZoneInfo("Europe/Paris")
FRANCE = hours_of("FR")
HOLIDAYS = holidays_of("FR", 1_767_225_600_000)
"""Around 2026."""
TEXT = {"do": "send", "id": "text", "channel": "sms", "template": "text"}


def at(text: str, zone: ZoneInfo = PARIS) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ("2026-11-24 12:00", "2026-11-24 12:00"),
        ("2026-11-24 09:59:59.999", "2026-11-24 10:00"),
        ("2026-11-24 20:00", "2026-11-25 10:00"),
        ("2026-11-28 17:59", "2026-11-28 17:59"),
        ("2026-11-28 18:00", "2026-11-30 10:00"),
        ("2026-11-22 12:00", "2026-11-23 10:00"),
        ("2026-07-14 12:00", "2026-07-15 10:00"),
        ("2026-05-01 12:00", "2026-05-02 10:00"),
        ("2026-10-24 18:30", "2026-10-26 10:00"),
    ],
)
def test_text_messages_in_france_leave_when_the_charter_lets_them(asked: str, opens: str) -> None:
    assert opening(FRANCE, HOLIDAYS, at(asked), PARIS) == at(opens)


def test_overseas_the_clock_there_counts() -> None:
    reunion = ZoneInfo("Indian/Reunion")
    asked = at("2026-11-24 08:00")
    assert opening(FRANCE, HOLIDAYS, asked, reunion) == asked
    assert opening(FRANCE, HOLIDAYS, at("2026-11-24 18:00"), reunion) == at(
        "2026-11-25 10:00", reunion
    )


def test_an_hour_that_spring_skips_opens_when_the_clock_has_jumped() -> None:
    early = [Hours(channel="sms", open=(Open(days=("sun",), from_="02:30", to="04:00"),))]
    opens = opening(early, (), at("2026-03-29 00:00"), PARIS)
    assert datetime.fromtimestamp(opens / 1000, UTC).isoformat() == "2026-03-29T01:30:00+00:00"


def open_at(rules: list[Hours], instant: int) -> bool:
    local = datetime.fromtimestamp(instant / 1000, PARIS)
    day = "holiday" if local.date().isoformat() in HOLIDAYS else f"{local:%a}".lower()
    clock = f"{local:%H:%M}"
    return all(
        any(day in one.days and one.from_ <= clock < one.to for one in rule.open) for rule in rules
    )


opens = st.builds(
    Open,
    days=st.lists(st.sampled_from(["mon", "tue", "sat", "sun", "holiday"]), min_size=1).map(tuple),
    from_=st.sampled_from(["00:00", "08:00", "10:15"]),
    to=st.sampled_from(["11:00", "20:00", "24:00"]),
)
rules = st.lists(
    st.builds(Hours, channel=st.just("sms"), open=st.lists(opens, max_size=3).map(tuple)),
    max_size=2,
)


@given(rules, st.integers(at("2026-04-01 00:00"), at("2026-09-30 00:00")))
def test_nothing_opens_before_and_it_is_open_then(hours: list[Hours], asked: int) -> None:
    found = opening(hours, HOLIDAYS, asked, PARIS)
    quarter = 15 * 60_000
    missed = [
        instant
        for instant in range(asked, min(found, asked + 8 * 96 * quarter), quarter)
        if open_at(hours, instant)
    ]
    assert missed == []
    assert open_at(hours, found) or found > asked + 300 * 96 * quarter


def texter(now: str, **rest: str) -> Life:
    rules = ConsentRules(countries=("FR",), hours=FRANCE, holidays={"FR": HOLIDAYS})
    one = life(
        scenario("s", {"event": "Ate"}, TEXT),
        template("text", **rest),
        consent=rules,
        zone="Europe/Paris",
        now=at(now),
    )
    one.tells(phone="+33611111111", consent_sms=True)
    return one


def test_marketing_that_is_due_at_night_is_held_until_the_exact_opening() -> None:
    ada = texter("2026-11-24 21:00")
    ada.does("Ate")
    assert [mail.held for mail in ada.sends] == [at("2026-11-25 10:00")]
    assert details(ada.facts, "held") == [[ada.sends[0].key, at("2026-11-25 10:00")]]


def test_the_country_of_the_contact_counts_and_one_without_rules_has_no_hours() -> None:
    ada = texter("2026-11-22 12:00")
    ada.tells(country="BE")
    ada.does("Ate")
    assert [mail.held for mail in ada.sends] == [0]
