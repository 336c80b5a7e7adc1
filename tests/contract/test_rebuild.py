"""A rebuild by a real process over real stores: what it reads, and that no end of it does harm."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from engine.bootstrap import Spec, init_data, part
from engine.domain.rulebooks.definitions import encode
from engine.errors import Busy
from engine.loading.definitions import load
from engine.runtime.processes.in_process import InProcessRuntime
from engine.settings import Email, Rpc, Settings, Store
from engine.settings import Runtime as RuntimeSettings
from tests.acceptance import shop
from tests.acceptance.engine_process import wait_until
from tests.acceptance.sink import sink
from tests.contract.running_engine import HOSTS, RunningEngine

PEOPLE = 20
ATE = "segment: eaters\ncondition: {all: [{did: Ate, at_least: 3}, {did: Ate, within: 1d}]}\n"
HEAT = "scores:\n  - {score: heat, rules: [{event: Ate, points: 2}]}\n"


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningEngine]:
    store = getattr(request, "param", "sqlite")
    url = "sqlite" if store == "sqlite" else request.getfixturevalue("postgres_url")
    with sink() as smtp:
        workspace = shop.write(tmp_path / "workspace", smtp.url, HOSTS)
        settings = Settings(
            store=Store(url=url),
            runtime=RuntimeSettings(hosts=HOSTS),
            rpc=Rpc(grpc="127.0.0.1:0", http="127.0.0.1:0"),
            email=Email(route=smtp.url),
        )
        data = tmp_path / "data"
        init_data(data, settings)
        spec = msgspec.msgpack.encode(Spec(str(data), settings, HOSTS, encode(load(workspace))))
        running = RunningEngine(InProcessRuntime(part, spec), data, workspace, smtp, 0)
        running.start()
        yield running
        running.stop()


def ate(number: int, **keys: str) -> dict[str, Any]:
    return {"type": "track", "event": "Ate", "messageId": f"ate-{number}-{keys}", **keys}


def live(engine: RunningEngine) -> None:
    """Each eats once on a device, twice as a known person; then the device turns out to be theirs."""
    for person in range(PEOPLE):
        device, user = f"device-{person}", f"user-{person}"
        engine.push(ate(0, anonymousId=device), ate(1, userId=user), ate(2, userId=user))
    for person in range(PEOPLE):
        both = {"userId": f"user-{person}", "anonymousId": f"device-{person}"}
        engine.push({"type": "identify", "messageId": f"met-{person}", **both})
    wait_until(lambda: engine.operator.status()["hops"] == 0, "merges are done")


def publish(engine: RunningEngine) -> None:
    write(engine)
    engine.operator.apply(encode(load(engine.workspace)))


def write(engine: RunningEngine) -> None:
    for name, text in {"segments/eaters.yaml": ATE, "scoring.yaml": HEAT}.items():
        path = engine.workspace / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def built(engine: RunningEngine) -> Callable[[], bool]:
    def told() -> bool:
        with suppress(Busy):  # a host is being started
            return not engine.operator.status()["rebuild"]
        return False

    return told


def scanners() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [one for one in children if "engine.scanner" in one.cmdline()]


def check(engine: RunningEngine, times: int) -> None:
    [eaters] = [row for row in engine.operator.segments() if row["segment"] == "eaters"]
    assert (eaters["size"], eaters["building"]) == (PEOPLE, None)
    for person in range(PEOPLE):
        assert engine.contact(f"user_id:user-{person}")["scores"]["heat"][0] == 2 * times
    assert engine.operator.fsck()["findings"] == []


@pytest.mark.parametrize("engine", ["sqlite", "postgres"], indirect=True)
def test_what_a_process_read_beside_the_engine_is_taken_over(engine: RunningEngine) -> None:
    live(engine)
    publish(engine)
    for person in range(PEOPLE):
        engine.push(ate(3, userId=f"user-{person}"))
    wait_until(built(engine), "it is rebuilt")
    check(engine, 4)
    assert scanners() == []


@pytest.mark.parametrize("engine", ["sqlite", "postgres"], indirect=True)
def test_what_would_be_and_what_will_be_is_told_by_processes_beside_the_engine(
    engine: RunningEngine,
) -> None:
    live(engine)
    write(engine)
    [found] = engine.operator.surveys.preview(encode(load(engine.workspace)))["segments"]
    assert (found["segment"], found["size"], len(found["sample"])) == ("eaters", PEOPLE, 10)
    publish(engine)
    wait_until(built(engine), "it is rebuilt")
    first, second = engine.operator.surveys.forecast("eaters", 2)["days"]
    assert (first["leaves"], first["size"], second["size"]) == (PEOPLE, 0, 0)
    assert scanners() == []
    assert engine.operator.fsck()["findings"] == []


def test_a_scanner_that_is_killed_is_started_again(
    engine: RunningEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.runtime.rulebook.rebuild.AGAIN", 0.1)
    live(engine)
    publish(engine)
    wait_until(scanners, "a scanner runs")
    for one in scanners():
        one.kill()
    wait_until(built(engine), "it is rebuilt")
    check(engine, 3)


def test_a_host_that_is_killed_during_a_rebuild_leaves_nothing_by_half(
    engine: RunningEngine,
) -> None:
    live(engine)
    publish(engine)
    wait_until(scanners, "a scanner runs")
    engine.within(engine.runtime.kill("host-0"))
    wait_until(lambda: engine.operator.health() and built(engine)(), "it is rebuilt")
    check(engine, 3)
