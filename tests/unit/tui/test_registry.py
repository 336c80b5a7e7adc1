"""Keys: none means two things on one screen, none is a terminal multiplexer's."""

from itertools import chain

import pytest

from tui.registry import ACTIONS, PLACES, actions_of, place_named

HOSTILE = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"}


@pytest.mark.parametrize("place", [place.id for place in PLACES])
def test_no_key_means_two_things_on_a_screen(place: str) -> None:
    keys = list(chain.from_iterable(action.key.split(",") for action in actions_of(place)))
    keys += [one.key for one in PLACES]
    assert len(keys) == len(set(keys))


def test_no_key_is_taken_by_tmux_screen_or_flow_control() -> None:
    keys = set(chain.from_iterable(action.key.split(",") for action in ACTIONS))
    assert not keys & HOSTILE


def test_what_changes_something_is_a_capital_letter() -> None:
    assert all(len(one.key) == 1 and one.key.isupper() for one in ACTIONS if one.writes)


def test_a_screen_is_found_by_the_beginning_of_its_name() -> None:
    named = {text: place_named(text) for text in ("pul", "sc", "sce", "6", "", "x")}
    found = {text: place and place.id for text, place in named.items()}
    assert found == {
        "pul": "pulse", "sc": None, "sce": "scenarios", "6": "contact", "": None, "x": None,
    }  # fmt: skip
