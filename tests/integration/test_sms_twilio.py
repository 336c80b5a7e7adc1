"""The SMS channel through the official client, against a local server that answers as Twilio."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from channels.sms import Sms
from channels.twilio_route import TwilioRoute
from engine.clock import ManualClock
from engine.domain.profile.consent import OPTED_OUT
from engine.errors import Deferred, Refused, RouteDown, Unsure
from engine.ports.sending import Rendered
from tests.twilio_server import ACCOUNT, PUBLIC, SERVICE, TOKEN, Day, TwilioServer, twilio_server

AT = ManualClock().now()
ADA = "+33611111111"


@asynccontextmanager
async def twilio(
    *days: Day, token: str = TOKEN, clock: ManualClock | None = None, **options: Any
) -> AsyncIterator[tuple[Sms, TwilioServer]]:
    async with twilio_server(clock or ManualClock(), days) as server:
        route = TwilioRoute(ACCOUNT, (token,), SERVICE, PUBLIC, server.url)
        sms = Sms(route, per_second=1_000.0, **{"timeout": 5.0} | options)
        try:
            yield sms, server
        finally:
            await sms.close()


def message(number: int = 1, text: str = "Bonjour\n", address: str = ADA) -> Rendered:
    return Rendered(f"1.{number}/text/1", "<1@x>", address, "", text, "", marketing=True, at=AT)


def never() -> None:
    """Nothing has to be known of it."""


async def test_a_message_is_posted_as_the_messages_resource_asks() -> None:
    async with twilio(validity=600) as (sms, server):
        reply = await sms.send(message(), never)

        (form,) = server.forms
    assert form == {
        "To": ADA, "Body": "Bonjour", "MessagingServiceSid": SERVICE, "ValidityPeriod": "600",
        "StatusCallback": f"{PUBLIC}/v1/receipts/twilio/MS4xL3RleHQvMQ",
    }  # fmt: skip
    assert reply == f"SM{0:032x} accepted, 1 parts"


async def test_leaving_is_said_once_before_the_post_and_may_forbid_it() -> None:
    async with twilio() as (sms, server):
        seen: list[int] = []
        await sms.send(message(), lambda: seen.append(len(server.posts)))
        assert seen == [0]

        def withheld() -> None:
            raise Deferred("paused")

        with pytest.raises(Deferred, match="paused"):
            await sms.send(message(2), withheld)
        assert len(server.posts) == 1


@pytest.mark.parametrize(
    ("day", "error", "told"),
    [
        (Day(False, 400, code=21_211), Refused, "not a number"),
        (Day(False, 400, code=21_614), Refused, "not a number"),
        (Day(False, 400, code=21_610), Refused, OPTED_OUT),
        (Day(False, 400, code=21_408), Refused, "21408"),
        (Day(False, 429, code=20_429), Deferred, "fewer"),
        (Day(False, 400, code=21_611), Deferred, "full"),
        (Day(False, 401, code=20_003), RouteDown, "account"),
        (Day(False, 403, code=20_005), RouteDown, "account"),
        (Day(False, 302), RouteDown, "account"),
        (Day(False, 500), Unsure, "HTTP 500"),
        (Day(True, 503), Unsure, "HTTP 503"),
        (Day(True, 0), Unsure, "no answer"),
        (Day(True, after=1.0), Unsure, "Timeout"),
    ],
)
async def test_each_answer_says_what_became_of_the_message_and_none_posts_it_again(
    day: Day, error: type[Exception], told: str
) -> None:
    async with twilio(day, timeout=0.5) as (sms, server):
        with pytest.raises(error, match=told):
            await sms.send(message(), never)

        assert len(server.posts) == 1


@pytest.mark.parametrize(("code", "suppress"), [(21_610, True), (21_211, True), (21_408, False)])
async def test_a_number_is_given_up_only_for_what_is_wrong_with_it(
    code: int, suppress: bool
) -> None:
    async with twilio(Day(False, 400, code=code)) as (sms, _):
        with pytest.raises(Refused) as refused:
            await sms.send(message(), never)

    assert refused.value.suppress is suppress


async def test_retry_after_is_kept_and_holds_up_every_other_message() -> None:
    async with twilio(Day(False, 429, code=20_429, retry_after="30")) as (sms, server):
        with pytest.raises(Deferred) as told:
            await sms.send(message(), never)
        with pytest.raises(Deferred) as waiting:
            await sms.send(message(2), never)

        assert told.value.retry_after == 30_000
        assert 25_000 < waiting.value.retry_after <= 30_000
        assert len(server.posts) == 1


async def test_wrong_credentials_are_the_routes_trouble() -> None:
    async with twilio(token="wrong") as (sms, server):
        with pytest.raises(RouteDown, match="20003"):
            await sms.send(message(), never)

        assert server.posts == []


async def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    route = TwilioRoute(ACCOUNT, (TOKEN,), SERVICE, PUBLIC, "http://127.0.0.1:1")
    sms = Sms(route)

    with pytest.raises(RouteDown, match="reached"):
        await sms.send(message(), never)
    await sms.close()


@pytest.mark.parametrize(
    ("text", "address", "told"),
    [("", ADA, "characters"), ("a" * 1_601, ADA, "characters"), ("ç" * 500, ADA, "with plain letters 4"),
     ("Bonjour", "0611111111", "country"), ("Bonjour", "+33 611111111", "country")],
)  # fmt: skip
async def test_what_cannot_be_sent_is_refused_before_it_leaves(
    text: str, address: str, told: str
) -> None:
    async with twilio() as (sms, server):
        with pytest.raises(Refused, match=told):
            await sms.send(message(1, text, address), never)

        assert server.posts == []


async def test_plain_letters_are_written_where_they_save_a_part() -> None:
    async with twilio(plain=True) as (sms, server):
        await sms.send(message(1, "ê" * 71), never)
        await sms.send(message(2, "ê" * 70), never)

        assert [form["Body"] for form in server.forms] == ["e" * 71, "ê" * 70]


# --- looking for what may have been taken ---------------------------------------------------------


async def lost(sms: Sms, number: int = 1, text: str = "Bonjour") -> None:
    with pytest.raises(Unsure):
        await sms.send(message(number, text), never)


async def test_a_message_that_was_taken_without_an_answer_is_found() -> None:
    async with twilio(Day(answers=0)) as (sms, server):
        await lost(sms)

        assert await sms.find(message(), AT, AT) == f"{server.messages[0]['sid']} accepted"


async def test_a_message_that_was_not_taken_is_not_found() -> None:
    async with twilio(Day(takes=False, answers=0)) as (sms, server):
        await lost(sms)
        await sms.send(message(2), never)

        assert await sms.find(message(), AT, AT) == ""
        assert server.listings == 1


async def test_two_equal_messages_of_which_one_arrived_are_found_once() -> None:
    async with twilio(Day(answers=0), Day(takes=False, answers=0)) as (sms, _):
        await lost(sms, 1)
        await lost(sms, 2)

        found = [await sms.find(message(number), AT, AT) != "" for number in (2, 1)]
        assert found == [True, False]
        assert await sms.find(message(2), AT, AT)


async def test_a_stranger_to_the_same_number_leaves_it_open() -> None:
    async with twilio(Day(answers=0)) as (sms, _):
        await lost(sms, 1, "an earlier text of the template")

        with pytest.raises(Unsure, match="went to this number"):
            await sms.find(message(), AT, AT)


@pytest.mark.parametrize("apart", [-3_600_000, 3_600_000])
async def test_what_was_taken_at_another_time_is_another_message(apart: int) -> None:
    async with twilio(Day(answers=0)) as (sms, _):
        await lost(sms)

        assert await sms.find(message(), AT + apart, AT + apart) == ""


async def test_a_list_that_cannot_be_read_says_nothing() -> None:
    async with twilio(Day(answers=0)) as (sms, server):
        await lost(sms)
        server.lists = False
        with pytest.raises(RouteDown, match="listed"):
            await sms.find(message(), AT, AT)


async def test_a_message_without_a_date_is_not_passed_over() -> None:
    async with twilio(Day(answers=0)) as (sms, server):
        await lost(sms)
        server.messages[0]["date_created"] = None

        assert await sms.find(message(), AT, AT)


async def test_a_message_behind_many_others_is_found_on_a_later_page() -> None:
    async with twilio(*[Day(answers=0)] * 3) as (sms, server):
        await lost(sms)
        for number in range(2, 60):
            server._message(f"1.{number}/text/1", {"To": ADA, "Body": "x", "From": "+33622222222"})

        assert await sms.find(message(), AT, AT)
