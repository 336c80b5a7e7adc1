"""The workspaces that come along, end to end: what people do goes in, mails arrive at a real SMTP server."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from engine.clock import SystemClock
from engine.domain.duration import DAY
from engine.settings import Sms
from tests.twilio_server import ACCOUNT, SERVICE, TOKEN, TwilioServer, twilio_server
from tests.whole_engine import PUBLIC, Engine, Report, whole_engine

CONFIG = Path(__file__).parents[2] / "config"
SHOP_RATE = 100_000.0
"""A day passes in a second."""
LEAD_RATE = 250_000.0
"""A week passes in two and a half seconds."""
COURSE_RATE = 1_500_000.0
"""Ten weeks pass in four seconds."""
LINK = re.compile(rf"{PUBLIC}(/c/[A-Za-z0-9_-]+)")
ACCEPT = re.compile(rf"{PUBLIC}(/h/[A-Za-z0-9_-]+)\?do=accept")
BOWL = {"product_id": "bol-ardoise", "name": "Ardoise bowl", "price": 18.5}
VASE = {"product_id": "vase-dune", "name": "Dune stoneware vase", "price": 59.0}
THROW = {"product_id": "plaid-brume", "name": "Brume wool throw", "price": 89.0}


def person(name: str, language: str, **traits: bool | str) -> Report:
    traits |= {"email": f"{name}@example.org", "first_name": name.title(), "language": language}
    return {"type": "identify", "userId": name, "traits": traits}


def did(name: str, event: str, at: int = 0, /, **properties: Any) -> Report:
    """``at`` (ms) is when it happened, if not now."""
    told = {"type": "track", "userId": name, "event": event, "properties": properties}
    written = datetime.fromtimestamp(at / 1_000, UTC).isoformat()
    return told | ({"timestamp": written} if at else {})


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def by_person(mails: list[EmailMessage]) -> dict[str, list[EmailMessage]]:
    found: dict[str, list[EmailMessage]] = defaultdict(list)
    for mail in mails:
        found[str(mail["To"]).partition("@")[0]].append(mail)
    return dict(found)


def subjects(mails: list[EmailMessage]) -> list[str]:
    return [str(mail["Subject"]) for mail in mails]


async def key_of_mail(engine: Engine, name: str, template: str) -> str:
    """The message's key, which a provider's receipt names, once it is kept as sent."""

    def keys(contact: Report) -> list[str]:
        rows = [row["fields"] for row in contact["timeline"] if row["message"] == "receipt"]
        return [row["key"] for row in rows if row["template"] == template]

    (key, *_) = keys(await engine.until(keys, f"user_id:{name}"))
    return key


async def all_ended(engine: Engine) -> list[Report]:
    """The scenarios, once nobody is in one any more and somebody was in each."""
    while True:
        found: list[Report] = await engine.ask("scenarios")
        if all(row["ended"] == row["entered"] > 0 for row in found):
            return found
        await asyncio.sleep(0.1)


def where_it_is_eight(now: int) -> str:
    """The zone in which the shop's mornings come soonest after the first one."""
    ahead = (8 - datetime.fromtimestamp(now / 1_000, UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


def days_of_the_shop(now: int) -> list[Report]:
    """Ada signs up; Sam and Bob fill two carts and order one; Bob has a phone; Lea ordered the lamp, and

    Zoe a bowl, long ago.
    """
    morning = {"timezone": where_it_is_eight(now)}
    lamp, long_ago = now - 15 * DAY + DAY // 2, now - 60 * DAY + DAY // 2
    return [
        person("ada", "fr", consent_email=True, consent_tracking=True, **morning),
        did("ada", "Signed Up"),
        person("sam", "en", consent_email=True),
        did("sam", "Product Added", cart_id="C-1", **BOWL),
        did("sam", "Product Added", cart_id="C-2", **VASE),
        did("sam", "Product Added", cart_id="C-1", **THROW),
        did("sam", "Order Completed", cart_id="C-2", order_id="A-1", total=59, products=[VASE]),
        person("bob", "fr", consent_email=True, consent_sms=True, phone="06 12 34 56 78"),
        did("bob", "Product Added", cart_id="C-3", **THROW),
        did("bob", "Product Added", cart_id="C-4", **BOWL),
        did("bob", "Order Completed", cart_id="C-4", order_id="A-4", total=18.5, products=[BOWL]),
        person("lea", "fr", consent_email=True),
        did(
            "lea", "Order Completed", lamp, order_id="A-2", products=[{"product_id": "lampe-phare"}]
        ),
        person("zoe", "fr", consent_email=True),
        did("zoe", "Order Completed", long_ago, order_id="A-3", products=[BOWL]),
    ]


@pytest.fixture
async def texts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TwilioServer]:
    monkeypatch.setenv("RELANCE_TWILIO_AUTH_TOKEN", TOKEN)
    async with twilio_server(SystemClock()) as server:
        yield server


async def test_each_scenario_of_the_shop_ends_and_its_messages_arrive(
    tmp_path: Path, texts: TwilioServer
) -> None:
    route = Sms(account=ACCOUNT, sender=SERVICE, base_url=texts.url)
    async with whole_engine(tmp_path, CONFIG, SHOP_RATE, sms=route) as engine:
        await engine.ask("push", days_of_the_shop(engine.clock.now()))
        offer = await key_of_mail(engine, "ada", "first_order")
        await engine.ask("receipts", [{"message": offer, "outcome": "opened"}])
        await all_ended(engine)
        await engine.mails(10)
        while not texts.forms:
            await asyncio.sleep(0.02)
        assert (await engine.ask("fsck"))["findings"] == []
        found = by_person(engine.server.mails)

    assert {name: subjects(mails) for name, mails in found.items()} == {
        "ada": [
            "Bienvenue à La Petite Boutique",
            "La livraison de votre première commande est offerte",
            "Votre livraison offerte vous attend toujours",
        ],
        "sam": [
            "Your order A-1 is confirmed",
            "Your basket is waiting",
            "We are about to empty your basket",
        ],
        "bob": ["Votre commande A-4 est confirmée", "Votre panier vous attend"],
        "lea": ["Un abat-jour en lin pour votre lampe Phare"],
        "zoe": ["Des nouvelles de La Petite Boutique"],
    }
    for mail in found["sam"][1:]:
        assert "- Ardoise bowl, 18.50 €\n- Brume wool throw, 89.00 €\n" in text_of(mail)
        assert "Dune" not in text_of(mail)
    assert "- Brume wool throw, 89.00 €\n\n" in text_of(found["bob"][1])
    [text] = texts.forms
    assert text["To"] == "+33612345678"
    assert text["Body"].startswith("La Petite Boutique : Brume wool throw vous attend")


async def confirm(engine: Engine, count: int) -> None:
    """Everybody who was asked follows the link and presses its button."""
    for mail in (await engine.mails(count))[:count]:
        (found,) = LINK.findall(text_of(mail))
        assert (await engine.http.post(found)).status_code == 200


async def test_the_course_runs_to_its_end_and_rests_for_whom_it_does_not_reach(
    tmp_path: Path,
) -> None:
    wants = {"channel": "email", "topic": "course", "status": "requested"}
    readers = [person("lea", "fr"), person("sam", "en", consent_tracking=True)]
    asked = [did(one["userId"], "Consent Changed", **wants) for one in readers]
    async with whole_engine(tmp_path, CONFIG / "examples" / "newsletter", COURSE_RATE) as engine:
        await engine.ask("push", [*readers, *asked])
        await confirm(engine, 2)
        await all_ended(engine)
        await engine.mails(18)
        assert (await engine.ask("fsck"))["findings"] == []
        found = by_person(engine.server.mails)

    lessons = [f"Leçon {number} sur 10" for number in range(1, 11)]
    hello, end = "Dix semaines, dix leçons", "Vous avez terminé le cours"
    assert subjects(found["lea"]) == ["Confirmez votre inscription", hello, *lessons, end]
    assert "Notez tout" in text_of(found["lea"][11])
    question = ["Please confirm your subscription", "Ten weeks, ten lessons"]
    two = ["Lesson 1 of 10", "Lesson 2 of 10", "Shall we go on?"]
    assert subjects(found["sam"]) == question + two


async def test_a_lead_is_nurtured_until_sales_accept_it(tmp_path: Path) -> None:
    async with whole_engine(tmp_path, CONFIG / "examples" / "b2b", LEAD_RATE) as engine:
        for name in ("ada", "sam"):
            who = person(name, "fr", consent_email=True, role="direction")
            await engine.ask("push", [who, did(name, "White Paper Downloaded")])
        await engine.mails(2)
        await engine.ask("push", [did("ada", "Call Back Requested")] * 2)
        (accept,) = ACCEPT.findall(text_of((await engine.mails(3))[2]))
        assert (await engine.http.post(accept, data={"do": "accept"})).status_code == 200
        await engine.mails(4)
        assert (await engine.ask("fsck"))["findings"] == []
        found = by_person(engine.server.mails)
        (ended,) = [one for one in await engine.ask("scenarios") if one["scenario"] == "nurturing"]

    article, study = (
        "Ce que nos clients en ont fait",
        "Une étude de cas, et un rappel si vous voulez",
    )
    assert (ended["entered"], ended["ended"]) == (2, 2)
    assert subjects(found.pop("ada")) == [article]
    assert subjects(found.pop("sam")) == [article, study]
    [[alert]] = found.values()
    assert "au moins 60" in text_of(alert)
