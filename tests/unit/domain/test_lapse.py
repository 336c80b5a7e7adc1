"""People who do nothing any more, and the instant at which they are let go."""

import msgspec
import pytest

from engine.domain.effect import Erase
from engine.domain.language.retention import Retention
from engine.domain.message import Act, TimerFired
from tests.unit.domain import builders as build
from tests.unit.domain.builders import DAY, NOON, Life

RULES = Retention(anonymous=10 * DAY, prospects=30 * DAY, customers=50 * DAY)
DEVICE, USER = "anonymous_id:d", "user_id:1"


def life(*keys: str) -> Life:
    one = Life(build.rulebook(retention=RULES))
    one.take(build.event("Looked", keys=keys))
    return one


def erased_after(one: Life) -> tuple[str, int]:
    """The rule, and the instant; time goes from timer to timer."""
    for _ in range(9):
        one.now = one.contact.due
        found = [e for e in one.take(TimerFired()).effects if isinstance(e, Erase)]
        if found:
            return found[0].rule, one.now
    pytest.fail("it is kept for ever")


def test_an_idle_anonymous_contact_is_let_go_after_its_period() -> None:
    assert erased_after(life(DEVICE)) == ("anonymous", NOON + 10 * DAY)


def test_a_known_one_is_kept_for_longer() -> None:
    assert erased_after(life(USER)) == ("prospects", NOON + 30 * DAY)


def test_an_order_makes_a_customer() -> None:
    one = life(USER)
    one.contact = msgspec.structs.replace(one.contact, orders=bytes(8))
    assert erased_after(one) == ("customers", NOON + 50 * DAY)


def test_an_act_of_their_own_begins_the_period_anew() -> None:
    one = life(USER)
    one.now += 25 * DAY
    one.take(build.event("Looked", one.now, keys=(USER,)))
    assert erased_after(one) == ("prospects", NOON + 55 * DAY)


def test_what_an_operator_does_is_no_act_of_theirs() -> None:
    one = life(USER)
    one.now += 9 * DAY
    one.take(Act("ada", "set", "vip", True))
    assert erased_after(one) == ("prospects", NOON + 30 * DAY)


def test_who_is_kept_for_ever_has_no_timer() -> None:
    one = Life(build.rulebook())
    one.take(build.event("Looked", keys=(USER,)))
    assert one.contact.timers == {}


def test_the_instant_is_the_end_of_the_period_exactly() -> None:
    one = life(DEVICE)
    one.now = NOON + 10 * DAY - 1
    assert one.take(TimerFired()).effects == []
    one.now += 1
    assert one.take(TimerFired()).effects == [Erase("anonymous")]
