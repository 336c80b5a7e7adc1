"""What a PostgreSQL store promises beyond the contract: lost connections, several hosts, any text."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.profile.identity import Binding
from engine.errors import OwnershipLost, StoreError, StoreFull, StoreLocked, StoreLost
from engine.ports.host_store import LogRow, Write
from engine.store.postgres import PostgresControlStore, PostgresHostStore
from engine.store.postgres_session import tried
from engine.store.postgres_text import escaped, restored
from tests.cutting_road import CuttingRoad
from tests.postgres_server import PostgresServer

ROW = LogRow(1, 7, 0, 0, 1, 1, b"body", b"")


@pytest.fixture
def admin(postgres_url: str) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(postgres_url, autocommit=True) as db:
        yield db


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresHostStore]:
    store = PostgresHostStore(postgres_url, 0)
    store.open("host-0")
    yield store
    store.close()


def cut(admin: "psycopg.Connection[Any]") -> None:
    """End every connection but the one that asks."""
    admin.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND application_name LIKE 'relance %'"
    )


def setting(store: PostgresHostStore, name: str) -> str:
    found: str = store._db.rows(f"SELECT current_setting('{name}')")[0][0]  # type: ignore[arg-type]
    return found


def test_a_commit_waits_for_the_disk_and_a_stopped_owner_is_ended(
    store: PostgresHostStore,
) -> None:
    assert setting(store, "synchronous_commit") == "on"
    assert setting(store, "idle_in_transaction_session_timeout") == "10s"


def test_hosts_of_one_database_do_not_see_each_other(
    postgres_url: str, store: PostgresHostStore
) -> None:
    other = PostgresHostStore(postgres_url, 1)
    assert other.open("host-1").epoch == 1
    store.commit(Write(log=[ROW]))
    other.commit(Write(log=[ROW._replace(body=b"other")]))
    assert [row.body for row in store.log(0, 9)] == [b"body"]
    assert [row.body for row in other.log(0, 9)] == [b"other"]
    other.close()


def test_a_closed_store_can_be_opened_at_once(postgres_url: str) -> None:
    for epoch in range(1, 31):
        store = PostgresHostStore(postgres_url, 0)
        assert store.open("host-0").epoch == epoch
        store.close()


def test_a_lost_connection_is_told_as_lost_ownership_and_keeps_what_was_committed(
    postgres_url: str, store: PostgresHostStore, admin: "psycopg.Connection[Any]"
) -> None:
    store.commit(Write(log=[ROW]))
    cut(admin)
    with pytest.raises(StoreLost, match="what was acknowledged is kept") as caught:
        store.commit(Write(log=[ROW._replace(id=2)]))
    assert isinstance(caught.value, OwnershipLost)
    store.close()
    successor = PostgresHostStore(postgres_url, 0)
    assert successor.open("host-0")[:3] == (2, 0, 2)
    successor.close()


def test_a_session_that_ends_right_after_a_commit_is_lost_and_never_told_as_a_refusal(
    postgres_url: str,
) -> None:
    """The driver only says that it cannot finish, over a connection that looks open."""
    with CuttingRoad(postgres_url) as road:
        store = PostgresHostStore(road.url, 0)
        store.open("host-0")
        road.armed = True
        with pytest.raises(StoreLost):
            store.commit(Write(log=[ROW]))
    store.close()
    successor = PostgresHostStore(postgres_url, 0, fence_only=True)
    successor.open("host-0")
    assert successor.log(0, 9) == [ROW]
    successor.close()


def test_a_control_store_goes_on_after_a_lost_connection(
    postgres_url: str, admin: "psycopg.Connection[Any]"
) -> None:
    store = PostgresControlStore(postgres_url)
    store.open("coordinator")
    store.set_setting("id", b"1")
    cut(admin)
    with pytest.raises(StoreLost):
        store.setting("id")
    assert store.setting("id") == b"1"
    store.set_setting("id", b"2")
    with pytest.raises(StoreLocked):
        PostgresControlStore(postgres_url).open("another")
    store.close()


def test_a_connection_made_anew_does_not_make_a_former_owner_the_owner(
    postgres_url: str, admin: "psycopg.Connection[Any]"
) -> None:
    former = PostgresControlStore(postgres_url)
    former.open("coordinator")
    cut(admin)
    successor = PostgresControlStore(postgres_url)
    assert successor.open("coordinator") == 2
    successor.close()
    with pytest.raises(StoreLost):
        former.setting("id")
    with pytest.raises(OwnershipLost, match="newer owner") as caught:
        former.set_setting("id", b"1")
    assert not isinstance(caught.value, StoreLost)
    former.close()


def test_a_server_that_went_away_and_came_back_has_every_commit(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    store = PostgresHostStore(postgres_url, 0)
    store.open("host-0")
    store.commit(Write(log=[ROW]))
    postgres_server.stop()
    try:
        with pytest.raises(StoreLost):
            store.commit(Write(log=[ROW._replace(id=2)]))
        with pytest.raises(StoreLost, match="cannot be reached"):
            PostgresHostStore(postgres_url, 0).open("host-0")
    finally:
        postgres_server.start()
    store.close()
    successor = PostgresHostStore(postgres_url, 0)
    successor.open("host-0")
    assert successor.log(0, 9) == [ROW]
    successor.close()


def test_a_database_that_became_read_only_refuses_and_says_what_to_do(
    store: PostgresHostStore, admin: "psycopg.Connection[Any]"
) -> None:
    store._db.run("SET default_transaction_read_only = on")  # type: ignore[arg-type]
    with pytest.raises(StoreFull, match="make it writable, then go on"):
        store.commit(Write(log=[ROW]))
    store._db.run("SET default_transaction_read_only = off")  # type: ignore[arg-type]
    store.commit(Write(log=[ROW]))


def test_a_database_of_another_encoding_is_refused(
    postgres_url: str, admin: "psycopg.Connection[Any]"
) -> None:
    admin.execute("DROP DATABASE IF EXISTS latin")
    admin.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match="encoded in LATIN1; make one with"):
        PostgresHostStore(postgres_url.replace("@/postgres", "@/latin"), 0).open("host-0")
    admin.execute("DROP DATABASE latin WITH (FORCE)")


def test_a_password_is_in_no_error() -> None:
    store = PostgresHostStore("postgresql://ada:hush@127.0.0.1:1/relance", 0)
    with pytest.raises(StoreLost, match="cannot be reached") as caught:
        store.open("host-0")
    assert "hush" not in str(caught.value)


def test_doctor_tells_what_a_database_lacks(
    postgres_url: str, admin: "psycopg.Connection[Any]"
) -> None:
    good, text = tried(postgres_url)
    assert good
    assert ";" not in text
    admin.execute("DROP ROLE IF EXISTS guest")
    admin.execute("CREATE ROLE guest LOGIN")
    assert tried(postgres_url.replace("//postgres:@", "//guest:@"))[1].endswith(
        "; this user may not create schemas"
    )
    assert not tried("postgresql://127.0.0.1:1/relance")[0]
    admin.execute("DROP ROLE guest")


@given(st.text(st.sampled_from("\x00\x01\x02\x03aé\U0001d11e"), max_size=6))
def test_any_text_comes_back(text: str) -> None:
    assert "\x00" not in escaped(text)
    assert restored(escaped(text)) == text


@given(*[st.text(st.sampled_from("\x00\x01\x02\x03aé\U0001d11e"), max_size=6)] * 2)
def test_texts_keep_their_order(one: str, other: str) -> None:
    assert (escaped(one) < escaped(other)) == (one < other)


def test_keys_are_paged_in_the_order_of_their_text(store: PostgresHostStore) -> None:
    keys = ["a", "a\x00", "a\x00b", "a\x01", "a\x02", "aB", "ab", "aé", "b", "𝄞"]
    store.commit(Write(directory=[(key, (Binding(0, 1),)) for key in reversed(keys)]))
    assert [key for key, _ in store.all_directory("", 99)] == sorted(keys)
    assert [key for key, _ in store.all_directory("a\x00", 3)] == ["a\x00b", "a\x01", "a\x02"]
