"""Suppressions: how addresses are compared, what outweighs what, and who may lift them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.consents.suppression import REASONS, address_hash
from engine.domain.link import Link, read, sign
from engine.ports.host_store import SuppressionRow
from engine.runtime.state.suppressions import Staged, Suppressions

KEY = b"k" * 32
ADA = "ada@example.com"


def known(*rows: tuple[str, str]) -> Suppressions:
    hashed = address_hash(KEY, ADA)
    return Suppressions(KEY, [SuppressionRow(hashed, *row, 1) for row in rows])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (" Ada@Example.COM ", ADA),
        ("ada@bücher.example", "ADA@xn--bcher-kva.example"),
        ("ada@example.com.", ADA),
        ("+33 6 11 11 11 11", "+33611111111"),
    ],
)
def test_an_address_is_one_however_it_is_written(one: str, other: str) -> None:
    assert address_hash(KEY, one) == address_hash(KEY, other)


def test_dots_and_tags_are_other_addresses_and_another_workspace_has_other_hashes() -> None:
    hashes = {address_hash(KEY, one) for one in (ADA, "a.da@example.com", "ada+x@example.com")}
    assert len(hashes | {address_hash(b"other", ADA)}) == 4


@pytest.mark.parametrize(
    ("scope", "reason", "channel", "topic", "marketing", "stands"),
    [
        ("", "manual", "email", "", False, True),
        ("email", "manual", "sms", "", True, False),
        ("email", "unsubscribe", "email", "news", True, True),
        ("email", "unsubscribe", "email", "news", False, False),
        ("email", "complaint", "email", "", False, True),
        ("email/news", "unsubscribe", "email", "news", True, True),
        ("email/news", "unsubscribe", "email", "cart", True, False),
        ("email/news", "unsubscribe", "email", "", True, False),
    ],
)
def test_a_scope_covers_what_lies_in_it_and_an_unsubscription_only_marketing(
    scope: str, reason: str, channel: str, topic: str, marketing: bool, stands: bool
) -> None:
    why = known((scope, reason)).reason(channel, topic, ADA, marketing=marketing)
    assert why == (reason if stands else "")


reasons = st.sampled_from(REASONS)


@given(st.lists(reasons, min_size=1, max_size=6))
def test_the_weightiest_reason_stands_in_whatever_order_they_come(told: list[str]) -> None:
    kept = known()
    for reason in told:
        staged = Staged(kept)
        staged.add(SuppressionRow(kept.hashed(ADA), "email", reason, 1))
        kept.put(staged.changed)
    assert kept.reason("email", "", ADA, marketing=True) == max(told, key=REASONS.index)


@given(reasons, st.sets(reasons))
def test_what_may_not_be_lifted_stays_and_says_why(reason: str, liftable: set[str]) -> None:
    kept = known(("email", reason))
    staged = Staged(kept)
    stay = staged.lift(kept.hashed(ADA), ("", "email"), liftable)
    assert stay == ([] if reason in liftable else [reason])
    assert bool(staged.reason("email", "", ADA, marketing=True)) == bool(stay)
    assert kept.reason("email", "", ADA, marketing=True) == reason  # until the commit


links = st.builds(
    Link,
    st.sampled_from(["u", "c"]),
    st.text(max_size=20),
    st.sampled_from(["email", "email/news"]),
    st.binary(max_size=16),
    st.integers(0, 2**50),
)


@given(links, st.integers(0, 10_000), st.integers(1, 255))
def test_a_link_is_read_only_as_it_was_signed(link: Link, place: int, flipped: int) -> None:
    token = sign(KEY, link)
    assert read(KEY, token) == link
    assert read(b"other", token) is None
    at = place % len(token)
    forged = f"{token[:at]}{'A' if token[at] != 'A' else 'B'}{token[at + 1 :]}"
    assert read(KEY, forged) in (
        None,
        link,
    )  # the last letter may carry bits that count for nothing


@pytest.mark.parametrize("token", ["", "a", "é", "=" * 40, "A" * 500])
def test_whatever_else_is_asked_for_is_no_link(token: str) -> None:
    assert read(KEY, token) is None
