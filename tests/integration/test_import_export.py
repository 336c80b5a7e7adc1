"""What one engine exports another one imports, and exports again: the files are equal."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.engine_process import RELANCE, Engine, wait_until
from tests.acceptance.import_ import ROOT

PEOPLE = """\
{"user_id":"u1","email":"Ada@x.fr","phone":"+33612345678","points":3,"vip":true,"consent_email":true}
{"email":"bob@x.fr","city":"Nîmes, Gard","note":"two\\nlines","consent_sms":false,"crm":7.5}
{"anonymous_id":["d1","d2"],"key.loyalty":"c9","tags":["a","b"],"size":{"shoe":41}}
{"user_id":"007","attribute.user_id":"not a key","zip":"06000"}
"""


class Two:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engines = [Engine(ROOT / "config", folder / name, "in-process") for name in "ab"]
        for engine in self.engines:
            engine.start()
        for engine in self.engines:
            with engine.operator() as operator:
                wait_until(operator.health, "it takes writes")

    def run(self, at: int, *words: str, fails: bool = False) -> Any:
        engine = self.engines[at]
        env = {**os.environ, "RELANCE_KEY": engine.admin}
        line = [str(RELANCE), *words, "--grpc", engine.grpc, "--json"]
        done = subprocess.run(line, env=env, capture_output=True, check=False)
        assert (done.returncode != 0) == fails, done
        return json.loads(done.stdout) if done.stdout else done.stderr.decode()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("two")
    for name in "ab":
        (folder / name).mkdir()
    made = Two(folder)
    yield made
    for engine in made.engines:
        engine.close()


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_an_export_imported_elsewhere_and_exported_again_is_the_same_file(
    two: Two, form: str
) -> None:
    given = two.folder / "people.jsonl"
    if not given.exists():
        given.write_text(PEOPLE, encoding="utf-8")
        assert two.run(0, "import", "contacts", str(given))["accepted"] == 4
    first, second = two.folder / f"first.{form}", two.folder / f"second.{form}"
    assert two.run(0, "export", "contacts", str(first))["rows"] == 4
    assert two.run(1, "import", "contacts", str(first))["rejected"] == 0
    two.run(1, "export", "contacts", str(second))
    assert first.read_bytes() == second.read_bytes()


def test_a_file_of_bad_and_good_rows_leaves_the_bad_ones_in_an_error_file(two: Two) -> None:
    file = two.folder / "mixed.csv"
    file.write_bytes("email;Prénom\nnobody;Zoé\nzoe@x.fr;Zoé\n;Léa\n".encode("cp1252"))
    told = two.run(0, "import", "contacts", str(file), fails=True)
    assert (told["accepted"], told["rejected"], told["encoding"]) == (1, 2, "cp1252")
    lines = Path(told["errors"]).read_text().splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["2", "email", "bad_email"],
        ["4", "", "no_key"],
    ]
    assert not any("nobody" in line or "Zoé" in line for line in lines)
    assert "say --again" in two.run(0, "import", "contacts", str(file), fails=True)


def test_rows_that_no_import_can_read_are_kept_with_what_was_refused(two: Two) -> None:
    file = two.folder / "wished.csv"
    file.write_text("email,first_name\nnoone,Zo\n", encoding="utf-8")
    told = two.run(0, "import", "contacts", str(file), "--with-rows", fails=True)
    assert '{""email"":""noone"",""first_name"":""Zo""}' in Path(told["errors"]).read_text()
    kept = two.run(0, "rejected")[0]
    assert (kept["source"], kept["code"]) == ("import wished.csv", "bad_email")
    assert json.loads(kept["body"]) == {"email": "noone", "first_name": "Zo"}


def test_a_dry_run_tells_what_columns_are_and_sends_nothing(two: Two) -> None:
    file = two.folder / "rehearsed.csv"
    file.write_text("email,phone,city\nnew@x.fr,06 12 34 56 78,Nîmes\n", encoding="utf-8")
    told = two.run(0, "import", "contacts", str(file), "--dry-run")
    assert told["columns"] == {
        "email": "key email and attribute",
        "phone": "key phone and attribute",
        "city": "attribute city",
    }
    assert told["accepted"] == 1
    assert "no contact" in two.run(0, "contact", "email:new@x.fr", fails=True)


def test_a_file_is_put_on_a_list_and_who_nobody_knows_may_be_refused(two: Two) -> None:
    file = two.folder / "fair.csv"
    file.write_text("email,city\nu9@x.fr,Nîmes\nu8@x.fr,Lyon\n", encoding="utf-8")
    told = two.run(1, "list", "import", "fair", str(file))
    assert (told["accepted"], told["list"]) == (2, "fair")
    assert "say --again" in two.run(1, "list", "import", "fair", str(file), fails=True)
    more = two.folder / "more.csv"
    more.write_text("email\nu9@x.fr\nstranger@x.fr\n", encoding="utf-8")
    told = two.run(1, "list", "import", "advisers", str(more), "--known", fails=True)
    assert (told["accepted"], told["problems"][0]["code"]) == (1, "unknown_person")
    assert two.run(1, "list", "remove", "fair", "email:u8@x.fr")["taken"] == 1
    assert two.run(1, "list", "add", "fair", "email:no@x.fr", fails=True)["unknown"]
    assert {one["list"]: one["size"] for one in two.run(1, "list")} == {"fair": 1, "advisers": 1}
    out = two.folder / "out.jsonl"
    assert two.run(1, "export", "list", "fair", str(out))["rows"] == 1
    assert json.loads(out.read_text())["city"] == "Nîmes"
    assert "declares no list fare; did you mean fair?" in two.run(
        1, "list", "import", "fare", str(file), fails=True
    )


def test_a_workspace_is_checked_against_the_events_that_came(two: Two) -> None:
    people = two.folder / "came.csv"
    people.write_text("email,event\nu1@x.fr,Product Added\n", encoding="utf-8")
    two.run(0, "import", "events", str(people))
    assert "Product Added" in [one["event"] for one in two.run(0, "events")]
    told = two.run(0, "check", str(ROOT / "config"))
    assert not told["problems"]
    assert any("no event 'Order Completed' was ever seen" in one for one in told["warnings"])


def test_a_query_brings_only_what_is_new_since_the_last_time(two: Two) -> None:
    path = two.folder / "shop.db"
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE orders (order_id, email, total, number INTEGER)")
        shop.execute("INSERT INTO orders VALUES ('s1','sql@x.fr',10,1), ('s2','sql@x.fr',20,2)")
    shop.close()
    words = ("import", "orders", "--from-sql", f"sqlite:///{path}", "--cursor", "number")
    words += ("--query", "SELECT * FROM orders", "--job", str(two.folder / "nightly"))
    assert two.run(0, *words)["accepted"] == 2
    with sqlite3.connect(path) as shop:
        shop.execute("INSERT INTO orders VALUES ('s3','sql@x.fr',30,3)")
    shop.close()
    told = two.run(0, *words)
    assert (told["rows"], told["accepted"]) == (1, 1)
    assert two.run(0, *words)["rows"] == 0


def test_products_of_a_file_are_in_the_catalog(two: Two) -> None:
    file = two.folder / "products.csv"
    file.write_text("sku,title,price\np1,Tent,199.90\n,Nameless,1\n", encoding="utf-8")
    told = two.run(0, "import", "catalog", str(file), fails=True)
    assert (told["accepted"], told["rejected"]) == (1, 1)
    with two.engines[0].operator() as operator:
        assert operator.products(["p1"])["p1"]["price"] == 199.9


def test_events_and_a_segment_are_exported(two: Two) -> None:
    lines = two.folder / "events.jsonl"
    told = two.run(0, "export", "events", str(lines), "--since", "2020-01-01")
    events = [json.loads(line) for line in lines.read_text().splitlines()]
    assert len(events) == told["rows"] > 0
    buyers = two.folder / "buyers.csv"
    assert two.run(0, "export", "segment", "buyers", str(buyers), "--columns", "email")["rows"] == 1
    assert buyers.read_text() == "email\nsql@x.fr\n"
    assert "no segment is called" in two.run(0, "export", "segment", "x", str(buyers), fails=True)
