"""Which part takes the time: sentences made from the benchmark's own figures."""

from typing import Any


def sentences(report: dict[str, Any]) -> list[str]:
    made = {
        "throughput": _throughput,
        "layers_cpu_us_per_event": _layers,
        "latency_ms": _latency,
        "timers": _timers,
        "segments": _segments,
    }
    return [sentence(report[part]) for part, sentence in made.items() if part in report]


def _busiest(processes: dict[str, dict[str, float]]) -> str:
    name, most = next(iter(processes.items()))
    total = sum(one["cpu_us"] for one in processes.values())
    return (
        f"{name} takes {most['cpu_us']:.0f} of {total:.0f} us of CPU; it works {most['busy']:.0%} of"
        f" the time, and its threads wait {most['waits_for_cpu']:.0%} of it for a CPU that others use"
    )


def _throughput(part: dict[str, Any]) -> str:
    return f"an event: {_busiest(part['processes'])}"


def _layers(part: dict[str, float]) -> str:
    around = part["host_in_memory"] - part["step"]
    disk = part["host_on_sqlite"] - part["host_in_memory"]
    figured = part["step"] - part["step_without_aggregates"]
    return (
        f"an event, CPU alone in one process: door {part['door']:.0f} us, step {part['step']:.0f}"
        f" ({figured:.0f} of it for aggregates),"
        f" the host around it {around:.0f}, SQLite {disk:.0f}"
    )


def _latency(part: dict[str, Any]) -> str:
    def way(one: dict[str, Any]) -> str:
        kept = one["to_answer"]["p50"]
        return f"{kept:.1f} ms until it is kept and answered, {one['p50']:.1f} until its message arrives"

    return f"event to SMTP, p50: nearly idle {way(part)}; at half load {way(part['half_load'])}"


def _timers(part: dict[str, Any]) -> str:
    return f"a timer: {_busiest(part['processes'])}"


def _segments(part: dict[str, Any]) -> str:
    """What each more costs is told from the first to the last."""
    curve = part["by_count"]
    counts = [*curve]
    first, last = (curve[count]["host_cpu_us"] for count in (counts[0], counts[-1]))
    each = (last - first) / (int(counts[-1]) - int(counts[0])) * 1_000
    figures = ", ".join(f"{count}: {one['host_cpu_us']:.0f}" for count, one in curve.items())
    return (
        f"CPU of a host an event (us) by the number of segments: {figures};"
        f" each more that it does not touch {each:.1f} ns"
    )
