"""What a message carries for whoever gets it: links that act, and nothing that tells without consent."""

from engine.domain.consents.suppression import address_hash
from engine.domain.effect import Send
from engine.domain.link import Link, link_key, read
from engine.domain.rulebooks.definitions import encode
from engine.ports.sending import Delivery, Rendered
from engine.runtime.sending.links import Links
from engine.runtime.sending.template import Templates
from tests.unit.domain import builders as build

PEPPER = b"p" * 32
PUBLIC = "https://mail.example.com"
SHOP = "https://shop.example/sale"
TEXT = f"Sale: {SHOP} Leave: {{{{ message.unsubscribe_url }}}}"


async def rendered(
    public_url: str = PUBLIC, text: str = TEXT, html: str = "", **send: object
) -> Rendered:
    links = Links(public_url)
    links.pepper = PEPPER
    templates = Templates(links=links)
    template = build.template(text=text, html=html)
    templates.publish(1, encode(build.definitions(template)))
    fields = {
        "key": "7.1/mail/1", "contact": 7, "scenario": "s/mail", "channel": "email",
        "template": "hello", "address": "ada@example.com", "marketing": True, "variables": {}, "at": 1,
    } | send  # fmt: skip
    return await templates.prepare(Delivery(Send(**fields), "", "<1@example.com>"))  # type: ignore[arg-type]


def link_in(url: str) -> Link | None:
    return read(link_key(PEPPER), url.rpartition("/")[2])


async def test_a_marketing_message_carries_the_link_that_ends_its_topic() -> None:
    message = await rendered(topic="news")
    assert message.unsubscribe.startswith(f"{PUBLIC}/u/")
    assert message.unsubscribe in message.text
    hashed = address_hash(PEPPER, "ADA@example.com")
    assert link_in(message.unsubscribe) == Link("u", "7.1/mail/1", "email/news", hashed)


async def test_a_confirmation_carries_the_link_that_confirms_until_it_expires() -> None:
    message = await rendered(
        text="{{ message.confirm_url }}", marketing=False, confirms="email/news", expires=99
    )
    assert message.unsubscribe == ""
    assert message.text.startswith(f"{PUBLIC}/c/")
    assert link_in(message.text) == Link("c", "7.1/mail/1", "email/news", b"", 99)


async def test_without_a_public_address_there_are_no_links() -> None:
    assert (await rendered("", text="Sale")).unsubscribe == ""


async def test_without_consent_to_tracking_links_stay_bare_and_nothing_is_fetched() -> None:
    html = f'<p><a href="{SHOP}">Sale</a>{{% if message.tracking %}}seen{{% endif %}}</p>'
    message = await rendered(text=SHOP, html=html)
    assert (message.tracking, message.text) == (False, SHOP)
    assert message.html == f'<p><a href="{SHOP}">Sale</a></p>'
    assert "seen" in (await rendered(text=SHOP, html=html, tracking=True)).html


def test_tracking_is_decided_by_what_the_person_said_and_is_no_by_default() -> None:
    ada = build.reachable(build.scenario("s", {"event": "Ate"}, build.send("mail")))
    ada.does("Ate")
    ada.tells(consent_tracking=True)
    ada.does("Ate")
    ada.passes("1h")
    ada.tells(consent_tracking=False)
    ada.does("Ate")
    assert [mail.tracking for mail in ada.sends] == [False, True, False]
