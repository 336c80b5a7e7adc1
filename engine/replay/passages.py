"""The consistency check of the lifecycle: those who went in less those who went out are inside."""

from collections import Counter
from collections.abc import Iterator, Mapping

from engine.domain.intake.lifecycle import CHANGED
from engine.domain.profile.contact import Contact
from engine.ports.host_store import HostStore


class Passages:
    """What the states and the rows of one store say; the counters have to say the same."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self._flows: Counter[str] = Counter()

    def meet(self, contact: Contact) -> None:
        self._inside[contact.stage] += 1

    def read(self, store: HostStore) -> int:
        rows = store.flows()
        for row in rows:
            self._flows[f"{row.source}/{row.target}"] += row.contacts
        return len(rows)

    def findings(self, counters: Mapping[str, int]) -> Iterator[str]:
        begin = f"{CHANGED}/"
        counted = {k.removeprefix(begin): n for k, n in counters.items() if k.startswith(begin)}
        for flow in sorted(counted.keys() | self._flows.keys()):
            if counted.get(flow, 0) != self._flows[flow]:
                told = f"{counted.get(flow, 0)}, the rows by the day say {self._flows[flow]}"
                yield f"counter {begin}{flow} is {told}"
        standing: Counter[str] = Counter()
        for flow, count in counted.items():
            source, _, target = flow.partition("/")
            standing[source] -= count
            standing[target] += count
        for stage in sorted({*standing, *self._inside} - {""}):
            if standing[stage] != self._inside[stage]:
                yield f"stage {stage}: {self._inside[stage]} inside, counted {standing[stage]}"
