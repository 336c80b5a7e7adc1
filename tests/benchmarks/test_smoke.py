"""The benchmark still runs: every part, at sizes that prove nothing else; the curve of segments apart."""

import pytest

from tests.benchmarks.run import Options, Report, run

TINY = Options(
    contacts=200,
    base=400,
    events=400,
    timers=300,
    due=200,
    residents=100,
    seconds=0.4,
    head_start=3.0,
    calm=0.4,
    expired=20,
    runtime="in-process",
    only=("throughput", "latency", "timers", "memory", "backfill", "edit", "erase", "layers"),
)


@pytest.fixture(scope="module")
def report() -> Report:
    return run(TINY, lambda _text: None)


def test_a_mean_event_of_the_workload_does_what_the_benchmark_promises(report: Report) -> None:
    workload = report["workload"]
    mean = workload["a_mean_event"]

    sizes = [workload[name] for name in ("segments", "score_rules", "scenarios", "aggregates")]
    assert sizes == [50, 30, 20, 10]
    assert mean["conditions"] >= 10
    assert mean["score_rules"] >= 2
    assert mean["timers_moved"] >= 1
    assert 0.04 < mean["runs_started"] < 0.08
    assert 0.005 < mean["sends"] < 0.02


def test_every_part_answers_with_its_figures(report: Report) -> None:
    assert report["floor"]["events_per_second"] > 0
    assert report["throughput"]["events_per_second"] > 0
    assert report["throughput"]["of_floor"] > 0
    assert 0 < report["latency_ms"]["p50"] <= report["latency_ms"]["p99"]
    assert report["latency_ms"]["half_load"]["p50"] > 0
    assert report["memory"]["idle_contact_bytes"] > 0
    assert report["memory"]["resident_contacts"] >= TINY.residents


def test_a_past_is_rebuilt_beside_live_events(report: Report) -> None:
    rebuilt = report["backfill"]
    assert rebuilt["in_segment"] > 0
    assert rebuilt["findings"] == []
    assert rebuilt["rows_per_second"] > 0
    assert rebuilt["contacts_per_second"] > 0
    assert rebuilt["live_ms"]["before"]["p99"] > 0


def test_one_and_then_many_are_erased_beside_live_events(report: Report) -> None:
    erased = report["erase"]
    assert erased["one"]["erased"]["contact"] == 1
    assert erased["expired"] == 20
    assert erased["crowd"]["persons_per_second"] > 0
    assert erased["crowd"]["live_ms"]["p99"] > 0


def test_a_scenario_is_edited_and_rolled_back_and_nobody_is_mailed_twice(report: Report) -> None:
    edited = report["edit"]
    assert edited["migrate"]["plan"]["waiting"] == {"pause": TINY.contacts}
    assert edited["migrate"]["plan"]["pin"] == {"finish": TINY.contacts}
    parts = ("pin", "exit", "migrate", "roll_back", "go_on")
    assert [edited[part]["waiting"] for part in parts] == [
        TINY.contacts, 0, TINY.contacts, TINY.contacts, 0,
    ]  # fmt: skip
    assert (edited["mails"], edited["mailed_twice"]) == (2 * TINY.contacts, 0)
    assert edited["findings"] == []


def test_every_due_timer_fires_and_none_early(report: Report) -> None:
    assert report["timers"]["fired"] == TINY.due
    assert report["timers"]["lateness_ms"]["p50"] >= 0
