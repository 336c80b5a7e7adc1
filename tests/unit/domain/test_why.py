"""Why a contact is in a segment, since when, and until when if nothing happens."""

from typing import Any

from engine.cli.standing import sentence
from engine.domain.surveys.why import memberships, why
from tests.unit.domain.builders import DAY, NOON, Life, life, scenario, score, segment, wait


def told(one: Life, name: str = "s") -> dict[str, Any]:
    return why(one.contact, name, one.book, one.now)


def test_a_member_by_visits_knows_since_when_and_when_it_ends() -> None:
    one = life(segment("s", did="Visit", at_least=2, within="7d"))
    one.does("Visit")
    one.passes("1d").does("Visit")
    assert told(one) == {
        "member": True,
        "since": "2023-11-16T12:00:00.000Z",
        "until": "2023-11-22T12:00:00.000Z",
        "because": [
            {
                "asks": "did Visit at least 2 times within 7d",
                "holds": True,
                "until": "2023-11-22T12:00:00.000Z",
                "saw": {"times": 2, "last": "2023-11-16T12:00:00.000Z", "or_more": True},
            }
        ],
    }
    assert sentence("s", "user_id:1", told(one)) == (
        "user_id:1 is in s since 16 November 2023 12:00:00 UTC because did Visit at least 2 times"
        " within 7d; leaves on 22 November 2023 12:00:00 UTC if nothing happens"
    )


def test_the_end_is_looked_for_over_flips_that_change_nothing() -> None:
    one = life(
        segment("s", any=[{"did": "Visit", "within": "1d"}, {"did": "Order", "within": "9d"}])
    )
    one.does("Visit")
    one.does("Order")
    assert one.contact.due == one.now + 86_400_000
    assert told(one)["until"] == "2023-11-24T12:00:00.000Z"
    assert [part["asks"] for part in told(one)["because"]] == ["any of these"]
    assert [part["until"][:10] for part in told(one)["because"][0]["parts"]] == [
        "2023-11-16", "2023-11-24",
    ]  # fmt: skip


def test_who_is_outside_is_told_when_time_lets_them_in() -> None:
    one = life(segment("s", did_not="Visit", within="3d"))
    one.does("Visit")
    found = told(one)
    assert (found["member"], found["since"]) == (False, None)
    assert found["until"] == "2023-11-18T12:00:00.000Z"
    assert sentence("s", "user_id:1", found) == (
        "user_id:1 is not in s because not: did not Visit within 3d;"
        " enters on 18 November 2023 12:00:00 UTC if nothing happens"
    )


def test_time_alone_never_ends_what_was_done_once() -> None:
    one = life(segment("s", did="Visit"))
    one.does("Visit")
    assert told(one)["until"] is None
    assert sentence("s", "42", told(one)).endswith("time alone does not change that")


def test_the_end_of_a_segment_that_another_asks_about_is_its_own() -> None:
    one = life(segment("warm", did="Visit", within="2d"), segment("s", not_={"segment": "warm"}))
    one.does("Visit")
    assert told(one)["until"] == told(one, "warm")["until"] == "2023-11-17T12:00:00.000Z"
    assert told(one)["because"][0]["parts"][0]["saw"] == {"since": "2023-11-15T12:00:00.000Z"}


def test_every_part_tells_what_it_saw() -> None:
    one = life(
        score("heat", {"event": "Visit", "points": 10}, half_life="1h"),
        scenario("welcome", {"event": "Visit"}, wait("pause", for_="1d")),
        segment(
            "s",
            all=[
                {"attribute": "plan", "in": ["pro", "team"]},
                {"attribute": "ends", "in_next": "30d"},
                {"score": "heat", "at_least": 5},
                {"scenario": "welcome", "is": "inside"},
                {"weekday": ["wednesday", "friday"]},
                {"did": "Visit", "first": {"in_last": "1d"}},
                {"did": "Visit", "where": {"page": "/prices"}, "exactly": 0},
                {"percent": 99.9, "lot": "spring"},
            ],
        ),
    )
    one.tells(plan="pro", ends="2023-11-20")
    one.does("Visit")
    found = told(one)
    saw = [part["saw"] for part in found["because"]]
    assert saw[:5] == ["pro", "2023-11-20", 10.0, "inside", "wednesday"]
    assert saw[5:7] == [{"first": "2023-11-15T12:00:00.000Z"}, {"times": 0}]
    assert 0 <= saw[7] < 100
    assert [part["asks"] for part in found["because"]] == [
        "attribute plan is one of pro, team",
        "attribute ends in next 30d",
        "score heat at least 5",
        "scenario welcome is inside",
        "weekday is wednesday, friday",
        "did Visit first in last 1d",
        "did Visit exactly 0 times where page is /prices",
        "in the first 99.9 % of lot spring",
    ]
    assert found["until"] == "2023-11-15T13:00:00.001Z"


def test_what_asking_finds_leaves_the_contact_as_it_was() -> None:
    one = life(segment("s", did="Visit", within="2d"))
    one.does("Visit")
    one.now += 3 * 86_400_000
    assert told(one)["member"] is False
    assert "s" in one.contact.segments


def test_a_contact_tells_of_each_of_its_segments_how_long_it_stays() -> None:
    one = life(
        segment("s", did="Visit", within="7d"),
        segment("t", any=[{"did": "Visit"}, {"did": "Order"}]),
    )
    one.does("Visit")
    assert memberships(one.contact, one.book, one.now) == [
        {
            "segment": "s", "since": NOON, "until": NOON + 7 * DAY,
            "because": "did Visit within 7d",
        },
        {"segment": "t", "since": NOON, "until": None, "because": "any of these"},
    ]  # fmt: skip
