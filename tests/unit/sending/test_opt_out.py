"""When a text message asks for no more."""

import pytest

from channels.opt_out import asks_to_start, asks_to_stop


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "ARRET", "Arrêt", "ARRÊTE !", "stop svp", "Arrêt de ces messages",
     "désinscription", "Résil", "unsubscribe", "QUIT", "STOP\nmerci"],
)  # fmt: skip
def test_a_word_that_asks_for_no_more_is_heard(text: str) -> None:
    assert asks_to_stop(text)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "!!!", "merci", "ne pas STOP", "cancel my order", "stopper", "the end", "Bon arrêt",
     "unsubscribe?me later"],
)  # fmt: skip
def test_any_other_answer_is_an_answer(text: str) -> None:
    assert not asks_to_stop(text)


@pytest.mark.parametrize(
    ("text", "starts"), [("Start", True), ("unstop!", True), ("start now", False), ("", False)]
)
def test_only_the_one_word_asks_for_more_again(text: str, starts: bool) -> None:
    assert asks_to_start(text) is starts
