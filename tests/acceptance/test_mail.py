"""A thousand people wait two seconds in a scenario and get their mail, each their own, over SMTP."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance import shop
from tests.acceptance.engine_process import Engine, engine, wait_until
from tests.acceptance.sink import Sink, sink

PEOPLE = 1_000


@pytest.fixture
def smtp() -> Iterator[Sink]:
    with sink() as served:
        yield served


@pytest.fixture(params=["in-process", pytest.param("ray", marks=pytest.mark.ray)])
def shop_engine(request: pytest.FixtureRequest, tmp_path: Path, smtp: Sink) -> Iterator[Engine]:
    workspace = shop.write(tmp_path / "workspace", smtp.url)
    yield from engine(workspace, tmp_path, request.param)


def come(number: int) -> list[shop.Item]:
    """Signs in and adds a product: the reminder waits two seconds."""
    everything = shop.person(number)
    return [everything[1], everything[3]]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_thousand_people_get_their_own_reminder_once(shop_engine: Engine, smtp: Sink) -> None:
    with shop_engine.client() as client:
        answers = client.push(item for number in range(PEOPLE) for item in come(number))
    assert Counter(answer.outcome for answer in answers) == {"accepted": 2 * PEOPLE}

    with shop_engine.operator() as operator:
        wait_until(lambda: operator.status()["messages"]["sent"] == PEOPLE, "every message is sent")
        assert operator.fsck()["findings"] == []

    assert set(smtp.taken.values()) == {1}
    mails = {str(mail["To"]): mail for mail in smtp.mails()}
    assert len(mails) == len(smtp.taken) == PEOPLE
    for number in range(PEOPLE):
        mail = mails[f"u{number}@shop.example"]
        assert mail["Subject"] == f"Ada{number}, your Shoe {number}"
        text = f"Ada{number}, Shoe {number} at {number} is waiting."
        assert mail.get_content().strip() == text


@pytest.mark.slow
def test_nobody_is_written_to_before_the_wait_is_over(shop_engine: Engine, smtp: Sink) -> None:
    with shop_engine.client() as client:
        client.push(come(1))
    with shop_engine.operator() as operator:
        wait_until(lambda: operator.status()["messages"]["sent"], "the reminder is sent")
        contact = operator.contact("user_id:u1")

    assert contact
    rows = {row["message"]: row["at"] for row in contact["timeline"]}
    assert rows["timer"] >= rows["event"] + 2_000
    assert rows["receipt"] >= rows["timer"]
