"""Steps that tag, enlist and unsubscribe a contact."""

from typing import Any

from engine.domain.conditions.contact_list import ContactList
from tests.unit.domain.builders import Life, details, leave, life, reachable, scenario, send


def does(step: dict[str, Any], made: Any = life, **rest: Any) -> Life:
    steps = ({"id": "act", **step}, send("mail"), leave("out"))
    one: Life = made(scenario("s", {"event": "Came"}, *steps), **rest)
    return one


def test_values_are_added_once_and_removed() -> None:
    ada = does({"do": "tag", "add": ["a", "b"], "remove": ["c"]})
    ada.tells(tags=["c", "b", "d"])
    ada.does("Came")
    ada.does("Came")
    assert ada.contact.attributes["tags"] == ["b", "d", "a"]
    assert ada.subjects("changed") == ["tags", "tags"]


def test_the_last_value_that_goes_takes_the_attribute_along() -> None:
    ada = does({"do": "tag", "attribute": "likes", "remove": ["c"]})
    ada.tells(likes=["c"])
    ada.does("Came")
    assert "likes" not in ada.contact.attributes


def test_the_oldest_of_too_many_values_go() -> None:
    ada = does({"do": "tag", "add": ["last"]})
    ada.tells(tags=list(range(60)))
    ada.does("Came")
    assert ada.contact.attributes["tags"] == [*range(11, 60), "last"]


def test_a_run_puts_the_contact_on_a_list_and_takes_it_off_another() -> None:
    lists = (ContactList(list="fair"), ContactList(list="news"))
    ada = does({"do": "list", "join": "fair", "quit": "news"}, lists=lists)
    ada.acts("join", "news")
    ada.does("Came")
    assert list(ada.contact.lists) == ["fair"]
    assert (ada.subjects("list_left"), ada.subjects("list_joined")) == (["news"], ["news", "fair"])


def test_a_run_may_unsubscribe_and_then_sends_no_more() -> None:
    ada = does({"do": "topic", "channel": "email", "say": "unsubscribe"}, reachable)
    ada.does("Came")
    assert (ada.sends, details(ada.facts, "skipped")) == ([], ["no_consent"])


def test_a_run_cannot_give_consent_only_ask_for_it() -> None:
    ada = does({"do": "topic", "channel": "email", "say": "ask"})
    ada.tells(email="ada@example.com")
    ada.does("Came")
    assert details(ada.facts, "optin_refused") == ["no double opt-in is set up for this channel"]
    assert "email" not in ada.contact.consents
