"""What the hosts tell, put together: status, segments, scenarios, the consistency check."""

from collections import Counter
from typing import Any

import msgspec

from engine.domain.language.entry_cap import read
from engine.domain.language.scenario import Scenario
from engine.domain.profile import presence
from engine.domain.profile.attribute import MISFIT
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.since import waiting
from engine.domain.runs.standing import standing
from engine.replay import fsck as check
from engine.runtime.rights.erasure_letter import ERASED
from engine.runtime.state.founding import GIVEN, POOLED

LEDGER = ("intended", "sent", "failed", "unknown")


ELSEWHERE = (MISFIT, ERASED, "user_token_required", "quarantined")
"""Codes of rejected rows that are not added up: accepted items, and what hosts count themselves."""


def counted(hosts: list[dict[str, Any]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for host in hosts:
        total.update(host["counters"])
    return total


def status(
    rulebook: int,
    hosts: list[dict[str, Any]],
    sender: dict[str, Any],
    rejected: dict[str, int],
    paused: list[tuple[str, str]],
    placement: dict[str, Any],
) -> dict[str, Any]:
    """Counted since the store was made; ``hosts`` holds each host's own figures."""
    total = counted(hosts)
    whole = sum(count for code, count in rejected.items() if code not in ELSEWHERE)
    turned_away = whole + total["refused"] + total["quarantined"]
    return {
        "rulebook": rulebook,
        "rebuild": rebuilding(hosts),
        "events": {
            "accepted": total["accepted"],
            "duplicates": total["duplicates"],
            "rejected": turned_away,
            "stored": total["stored"],
        },
        "rejected": rejected,
        "placement": placement,
        "contacts": total["contacts"] - total[presence.MERGED],
        "known": total[presence.KNOWN],
        "merged": total[presence.MERGED],
        "messages": {name: total[name] for name in LEDGER}
        | {
            "queued": sum(sum(host["outbox"].values()) for host in hosts),
            "held": sum(host["outbox"]["held"] for host in hosts),
            "dead": sum(host["outbox"]["dead"] for host in hosts),
            "skipped": total["skipped"],
        },
        "timers": {
            "armed": total["armed"],
            "overdue": sum(host["timers"]["overdue"] for host in hosts),
            "lateness_ms": max((host["timers"]["lateness"] for host in hosts), default=0),
            "held": any(host["timers"]["held"] for host in hosts),
        },
        "runs": {"waiting": total["step_in"] - total["step_out"], "entered": total["run_entered"]},
        "hops": sum(host["hops"] for host in hosts),
        "review": total["review"],
        "parked": total["parked"],
        "quarantined": total["quarantined"],
        "paused": [list(one) for one in paused],
        "sender": sender,
        "hosts": [{k: v for k, v in host.items() if k != "counters"} for host in hosts],
    }


def placement(limit: int, hosts: list[dict[str, Any]], starting: int) -> dict[str, Any]:
    """``pooled`` contacts came when the limit was reached; ``starting`` hosts cannot be asked yet."""
    if not limit:
        return {"placement": "pooled"}
    total = counted(hosts)
    return {
        "placement": "dedicated",
        "dedicated": total[GIVEN],
        "limit": limit,
        "pooled": total[POOLED],
        "starting": starting,
    }


def segments(definitions: Definitions, hosts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``building``: how far (%) what it asks has been counted from the log, None when it is known."""
    total, building = counted(hosts), rebuilding(hosts)
    unknown = waiting(definitions, building.get("names", ()))
    return [
        {
            "segment": one.segment,
            "title": one.title,
            "in": total[f"segment_entered/{one.segment}"],
            "out": total[f"segment_left/{one.segment}"],
            "size": total[f"segment_entered/{one.segment}"] - total[f"segment_left/{one.segment}"],
            "building": building["percent"] if one.segment in unknown else None,
        }
        for one in definitions.segments
    ]


def lists(definitions: Definitions, hosts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The declared lists, with who is on them."""
    total = counted(hosts)
    return [
        {
            "list": one.list,
            "title": one.title,
            "joined": (joined := total[f"list_joined/{one.list}"]),
            "left": (left := total[f"list_left/{one.list}"]),
            "size": joined - left,
        }
        for one in definitions.lists
    ]


def rebuilding(hosts: list[dict[str, Any]]) -> dict[str, Any]:
    """What the hosts count anew together, and how far the slowest has come (%); nothing when none does."""
    at_work = [told for host in hosts if (told := host.get("rebuild"))]
    if not at_work:
        return {}
    figures = {name: sum(told[name] for told in at_work) for name in ("rows", "scanned", "met")}
    names = {name for told in at_work for name in told["names"]}
    percent = min(told["percent"] for told in at_work)
    return {
        "percent": percent,
        **figures,
        "whole_since": max(told["whole_since"] for told in at_work),
        "names": sorted(names),
    }


def scenarios(
    definitions: Definitions, hosts: list[dict[str, Any]], quotas: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Each scenario with who passed and who waits at each step; ``versions`` tells on which they are.

    ``cap`` tells of the cap on its entries and how far it is used, None where there is none.
    """
    used = {name: told for one in quotas for name, told in one.items()}
    total = counted(hosts)
    found, runs = [], standing(total)
    for one in definitions.scenarios:
        name = one.scenario
        stands = runs.get(name, [])
        steps = [_step(name, step.id, str(step.__struct_config__.tag), total) for step in one.steps]
        found.append(
            {
                "scenario": name,
                "title": one.title,
                "version": one.version,
                "paused": name in definitions.paused,
                "entered": total[f"run_entered/{name}"],
                "goal": total[f"goal_reached/{name}"],
                "ended": total[f"run_ended/{name}"],
                "waiting": sum(one.waiting for one in stands),
                "cap": _cap(one, used.get(one.scenario, {}), total),
                "steps": steps,
                "versions": msgspec.to_builtins(stands),
            }
        )
    return found


def _cap(scenario: Scenario, used: dict[str, Any], total: Counter[str]) -> dict[str, Any] | None:
    cap = read(scenario.cap)
    if cap is None:
        return None
    told = {"most": cap.most, "per": cap.per, "then": cap.then, "taken": 0, "ahead": 0, "latest": 0}
    return told | used | {"refused": total[f"entry_capped/{scenario.scenario}"]}


def _step(scenario: str, step: str, kind: str, total: Counter[str]) -> dict[str, Any]:
    name = f"{scenario}/{step}"
    into, out = total[f"step_in/{name}"], total[f"step_out/{name}"]
    return {
        "id": step,
        "do": kind,
        "in": into,
        "out": out,
        "inside": into - out,
        "timed_out": total[f"timed_out/{name}"],
        "skipped": total[f"skipped/{name}"],
    }


def rulebook(version: int, definitions: Definitions, hosts: list[dict[str, Any]]) -> dict[str, Any]:
    """What is in force; where runs wait, by version."""
    total = counted(hosts)
    return {
        "version": version,
        "definitions": msgspec.to_builtins(definitions),
        "waiting": msgspec.to_builtins(standing(total)),
        "inside": {row["segment"]: row["size"] for row in segments(definitions, hosts)},
        "rows": sum(host.get("log", 0) for host in hosts),
    }


def fsck(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """Every store's findings, and what holds only over all of them."""
    findings = [finding for report in reports for finding in report["findings"]]
    findings += check.across(reports)
    checked: Counter[str] = Counter()
    for report in reports:
        checked.update(report["checked"])
    return {
        "findings": findings,
        "more": sum(report["more"] for report in reports),
        "checked": dict(checked),
        "totals": all(report["totals"] for report in reports),
    }
