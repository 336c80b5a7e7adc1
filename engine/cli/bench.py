"""The command that measures the engine beside the floor. The benchmark itself lives in the checkout."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from engine.cli.output import Json, print_json, print_report
from engine.errors import ConfigError

app = typer.Typer()
CHECKOUT = Path(__file__).parents[2]
Store = Literal["sqlite", "postgres"]


def _size(text: str) -> Any:
    return typer.Option(min=1_000, show_default=False, help=text)


@app.command()
def bench(  # noqa: PLR0913, PLR0917 - each is an option of the command
    contacts: Annotated[int | None, _size("People whom the events are about.")] = None,
    base: Annotated[int | None, _size("Events kept before the clock starts, or rebuilt.")] = None,
    events: Annotated[int | None, _size("Events measured.")] = None,
    timers: Annotated[int | None, _size("Contacts stored, each with an armed timer.")] = None,
    only: Annotated[str, typer.Option(metavar="PART,PART", help="Default: every part.")] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="Small sizes: a look, no figures.")
    ] = False,
    store: Annotated[
        Store, typer.Option(help="postgres: a server of the benchmark's own.")
    ] = "sqlite",
    hosts: Annotated[
        int | None, typer.Option(min=1, help="ContactHosts; one a core is most.")
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Where an event's time goes.")] = False,
    json: Json = False,
) -> None:
    """Measure throughput, latency, timers, memory and rebuilds beside the floor, on a printed workload."""
    benchmark = _from_checkout()
    given = {"contacts": contacts, "base": base, "events": events, "timers": timers, "hosts": hosts}
    chosen = {name: value for name, value in given.items() if value is not None}
    defaults = benchmark.QUICK if quick else benchmark.Options()
    options = defaults._replace(**chosen, only=_parts(only, benchmark.PARTS), profile=profile)
    options = options._replace(store=store)
    if not json:
        print(benchmark.text())
    report = _run(benchmark, options)
    if json:
        print_json(report)
    else:
        _print(report)


def _print(report: dict[str, Any]) -> None:
    profiles = report.pop("profile", {})
    sentences = report.pop("what_takes_the_time")
    print_report(report)
    for sentence in sentences:
        print(sentence)
    for name, text in profiles.items():
        print(f"\n{name}\n{text}")


def _from_checkout(root: Path = CHECKOUT) -> Any:
    """The benchmark's module. Raises ConfigError where only the installed package is."""
    if not (root / "tests" / "benchmarks" / "workload.yaml").exists():
        raise ConfigError(
            "the benchmark and its workload are files of the source checkout (tests/benchmarks), "
            "which is not here: get the sources and run `make bench` in them"
        )
    sys.path.insert(0, str(root))
    try:
        return import_module("tests.benchmarks.run")
    except ModuleNotFoundError as error:
        raise ConfigError(f"{error}; the benchmark needs what `make .venv` installs") from error


def _parts(only: str, known: tuple[str, ...]) -> tuple[str, ...]:
    asked = tuple(part.strip() for part in only.split(",") if part.strip())
    for part in asked:
        if part not in known:
            raise ConfigError(f"the benchmark has no part {part!r}; it has {', '.join(known)}")
    return asked or known


def _run(benchmark: Any, options: Any) -> dict[str, Any]:
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("Starting") as shown:

        def tell(text: str) -> None:
            shown.update(text)
            if not console.is_terminal:
                console.print(text)

        report: dict[str, Any] = benchmark.run(options, tell)
    return report
