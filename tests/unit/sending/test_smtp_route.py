import pytest

from channels.smtp_route import route_of
from engine.errors import SettingsError


def test_a_route_without_a_port_takes_the_usual_one() -> None:
    assert route_of("smtp://relay.example", "").port == 25
    assert route_of("smtps://relay.example", "").port == 465


def test_a_user_may_hold_an_at_sign() -> None:
    route = route_of("smtp://news%40example.com@relay.example:587?starttls=require", "secret")

    assert (route.user, route.password) == ("news@example.com", "secret")
    assert (route.host, route.port, route.starttls) == ("relay.example", 587, "require")


def test_certificates_go_unchecked_only_where_encryption_is_a_bonus() -> None:
    assert route_of("smtp://localhost", "").context() is not None
    assert route_of("smtp://localhost?starttls=require", "").context() is None
    assert route_of("smtp://user@relay.example", "secret").context() is None
    assert route_of("smtps://relay.example", "").context() is None


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://relay.example", "write smtp://"),
        ("smtp://", "write smtp://"),
        ("smtp://relay.example?startls=never", "write smtp://"),
        ("smtp://relay.example?starttls=maybe", "require, auto or never"),
        ("smtp://relay.example:x", "not a number"),
        ("smtp://user:secret@relay.example", "RELANCE_SMTP_PASSWORD"),
        ("smtp://user@relay.example", "RELANCE_SMTP_PASSWORD"),
    ],
)
def test_a_wrong_route_says_what_to_write(url: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        route_of(url, "")
