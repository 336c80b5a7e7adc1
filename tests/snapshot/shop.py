"""An engine whose figures are known: a shop seen twice, ten seconds apart, then standing still."""

from typing import Any

from engine.errors import Busy, Unknown
from tests.unit.rpc.engine_in_memory import EngineInMemory

NOON = 1_800_014_400_000
STEPS = ("hour", "reminder", "back")


class Shop(EngineInMemory):
    """The first report of each topic is that of noon; all later ones are ten seconds younger."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self.handoffs.listed = self.offers  # type: ignore[method-assign]
        self.held: dict[str, bool] = {}
        self.trouble = False
        self.empty = False
        self._looked: dict[str, int] = {}

    def moment(self, topic: str) -> int:
        """0 at noon, 1 ten seconds later."""
        self._looked[topic] = self._looked.get(topic, -1) + 1
        later = min(1, self._looked[topic])
        self.at = NOON + 10_000 * later
        return later

    async def status(self) -> dict[str, Any]:
        n = self.moment("status")
        worry = 3 if self.trouble else 0
        return {
            "rulebook": 7,
            "events": {
                "accepted": 1_234_567 + 4_210 * n, "duplicates": worry, "rejected": 12 * worry,
                "stored": 1,
            },
            "rejected": {},
            "contacts": 45_678,
            "known": 30_123,
            "merged": 4,
            "messages": {
                "intended": 900, "sent": 845, "failed": worry, "unknown": 0, "queued": 55,
                "skipped": 2,
            },
            "timers": {
                "armed": 21_987, "overdue": 40 * worry, "lateness_ms": 4 + 4_000 * worry,
                "held": self.trouble,
            },
            "runs": {"waiting": 12_345, "entered": 98_765 + 10 * n},
            "hops": 2,
            "review": worry,
            "parked": 0,
            "quarantined": worry,
            "paused": [[kind, name] for kind, name in self.paused()],
            "sender": {},
            "hosts": [
                {
                    "rulebook": 7,
                    "log": 7_654_321 + i,
                    "outbox": {"queued": 20, "sending": 7},
                    "hops": 1,
                    "mailbox": 130 * i,
                    "residents": {"contacts": 22_839, "bytes": 98_765_432, "activated": 1},
                    "timers": {"overdue": 0, "lateness": 4, "held": False},
                }
                for i in range(2)
            ],
        }  # fmt: skip

    async def segments(self) -> list[dict[str, Any]]:
        n = self.moment("segments")
        named = {"buyers": (9_876, 543), "dormant": (0, 0), "[red]vip[/]": (120, 20)}
        return [] if self.empty else [
            {"segment": name, "title": "", "in": came + 7 * n, "out": went, "size": came + 7 * n - went}
            for name, (came, went) in named.items()
        ]  # fmt: skip

    async def lifecycle(self, days: int = 30) -> dict[str, Any]:
        sizes = {"discovery": (30_000, 4_200, 3_100), "loyal": (9_340, 2_900, 410)}
        flows = (("", "discovery", 4_200), ("discovery", "loyal", 2_900), ("discovery", "", 200))
        return {
            "since": "2026-02-28", "contacts": 45_678, "daily": [],
            "stages": [] if self.empty else [
                {"stage": name, "title": "", "segment": name, "size": n, "in": came, "out": went}
                for name, (n, came, went) in sizes.items()
            ],
            "flows": [{"from": a, "to": b, "contacts": n} for a, b, n in flows],
        }  # fmt: skip

    async def offers(self, *_: Any) -> list[dict[str, Any]]:
        self.moment("handoffs")
        rest = {"handoff": "hot_lead", "contact": 1, "closed": 0}
        said = [
            ("1.1", "open", NOON - 60_000, "email:ada@example.com", "claire", "call-back request")
        ]
        said += [
            ("2.7", "open", NOON + 86_400_000, "user_id:[bold]42", "karim", "engagement over 60")
        ]
        told = [
            rest
            | {
                "id": id_,
                "status": status,
                "deadline": at,
                "keys": [key],
                "owner": who,
                "reason": why,
            }
            for id_, status, at, key, who, why in said
        ]
        done = {
            "id": "3.2",
            "status": "accepted",
            "deadline": NOON,
            "closed": NOON - 3_600_000,
            "keys": [],
        }
        return [*told, rest | done | {"owner": "claire", "reason": "white paper read twice"}]

    async def scores(self) -> list[dict[str, Any]]:
        self.moment("scores")
        keys = ["email:ada@example.com", "user_id:Grüße-東京-\x1b[2J", "user_id:[bold]42", ""]
        top = [
            {"contact": 256 + i, "key": key, "value": 412.5 / (i + 1)} for i, key in enumerate(keys)
        ]
        bars = [(256.0, 512.0, 1), (128.0, 256.0, 14), (64.0, 128.0, 220), (32.0, 64.0, 1_400)]
        bars += [(1.0, 32.0, 20_000), (0.0, 1.0, 3)]
        shown = [{"from": low, "to": high, "contacts": n} for low, high, n in bars]
        rest = {"title": "", "since": NOON - 3_600_000, "contacts": 21_638}
        return [
            {"score": "engagement", "half_life": 14 * 86_400_000, "top": top, "bars": shown} | rest,
            {"score": "fit", "half_life": 0, "top": [], "bars": shown[-1:]} | rest,
        ]

    async def matrix(self) -> dict[str, Any]:
        self.moment("matrix")
        letter = {"score": "fit", "grades": {"A": 30.0, "B": 20.0, "C": 10.0, "D": None}}
        digit = {"score": "engagement", "grades": {"1": 40.0, "2": 15.0, "3": 5.0, "4": None}}
        counts = [12, 40, 3, 1, 5, 310, 1_200, 77, 0, 8, 930, 412, 2, 9, 640, 17_989]
        grades = [a + b for a in letter["grades"] for b in digit["grades"]]  # type: ignore[attr-defined]
        cells = [{"grade": g, "contacts": n} for g, n in zip(grades, counts, strict=True)]
        rest = {"title": "", "since": NOON - 3_600_000, "at": NOON, "contacts": sum(counts)}
        return {"letter": letter, "digit": digit, "cells": cells} | rest

    async def messages(self) -> dict[str, Any]:
        n = self.moment("messages")
        channel = {
            "channel": "email", "intended": 900 + 250 * n, "sent": 845 + 250 * n, "failed": 3,
            "unknown": 1, "deferred": 17, "waiting": 51, "paused": self.held.get("email", False),
            "breaker": "open" if self.trouble else "closed",
            "trouble": "connect: refused" if self.trouble else "", "under_way": 4,
        }  # fmt: skip
        reasons = [
            ("skipped", "welcome/greeting", "no_consent", 1_210),
            ("deferred", "email", "451 4.7.1 greylisted, come back later", 17),
            ("failed", "email", "550 5.1.1 no such user <bob@example.com>", 3),
        ]
        return {
            "channels": [channel],
            "skipped": 1_210,
            "sender": True,
            "since": NOON - 3_600_000,
            "reasons": [
                {"outcome": what, "subject": where, "reason": why, "count": count, "at": NOON}
                for what, where, why, count in reasons
            ],
        }

    async def scenarios(self) -> list[dict[str, Any]]:
        n = self.moment("scenarios")
        steps = [
            {
                "id": step, "do": do, "in": 2_000 - 300 * i, "out": 1_500 - 300 * i, "inside": 500,
                "timed_out": 5 * (do == "wait_for"), "skipped": 9 * (do == "send"),
            }
            for i, (step, do) in enumerate(zip(STEPS, ("wait", "send", "wait_for"), strict=True))
        ]  # fmt: skip
        return [] if self.empty else [
            {
                "scenario": name, "title": "", "version": version, "paused": self.held.get(name, False),
                "entered": 2_000 + 30 * n, "goal": 430, "ended": 500, "waiting": 1_500, "steps": steps,
                "versions": [{"version": one, "step": STEPS[0], "waiting": 500 * one} for one in versions],
            }
            for name, *versions, version in (("abandoned_cart", 1, 2, 3), ("welcome", 1))
        ]  # fmt: skip

    async def contact(self, key: str, timeline: int) -> dict[str, Any] | None:
        self.moment("contact")
        if key not in ("email:ada@example.com", "256"):
            return None
        timer = (13, NOON, "timer", {}, [["segment_left", "buyers", NOON, None]])
        order = (
            12, NOON - 60_000, "event", {"name": "Order Completed", "properties": {"total": 80}},
            [
                ["scored", "engagement", NOON - 60_000, 20],
                ["segment_entered", "buyers", NOON - 60_000, None],
                ["goal_reached", "abandoned_cart", NOON - 60_000, "256.1"],
            ],
        )  # fmt: skip
        sent = (
            11,
            NOON - 90_000_000,
            "receipt",
            {"outcome": "sent"},
            [["sent", "email", NOON, []]],
        )
        names = ("row", "at", "message", "fields", "facts")
        return {
            "id": 256,
            "keys": ["email:ada@example.com", "anonymous_id:d1"],
            "known": True,
            "merged_into": 0,
            "merged": [],
            "attributes": {"first_name": "Ada", "consent_email": True, "note": "[b]x[/b]"},
            "zone": "Europe/Paris",
            "segments": {"buyers": NOON - 60_000, "hot": NOON - 60_000},
            "stage": {"stage": "loyal", "since": NOON - 60_000},
            "memberships": [
                {"segment": "buyers", "since": NOON - 60_000, "until": 0, "because": "did Order Completed"},
                {
                    "segment": "hot", "since": NOON - 60_000, "until": NOON + 86_400_000,
                    "because": "did Cart Viewed within 1d",
                },
            ],
            "scores": {"engagement": [412.5, NOON - 60_000]},
            "runs": [
                {
                    "id": "256.2", "scenario": "welcome", "version": 1, "step": "morning",
                    "since": NOON, "due": NOON + 3_600_000,
                }
            ],
            "timers": {},
            "claims": [],
            "first": NOON - 90_000_000,
            "latest": NOON - 60_000,
            "trouble": "",
            "timeline": [
                {"rulebook": 7} | dict(zip(names, row, strict=True)) for row in (timer, order, sent)
            ][:timeline],
        }  # fmt: skip

    async def pause(self, kind: str, name: str, paused: bool, by: str) -> None:
        if name not in ("abandoned_cart", "welcome", "email"):
            raise Unknown(f"no {kind} is called {name}")
        self.held[name] = paused
        self.acts.append(("pause", kind, name, paused, by))

    async def refuse(self, kind: str, name: str, paused: bool, by: str) -> None:
        raise Busy(1.0, f"{name}: not now")

    def paused(self) -> list[tuple[str, str]]:
        held = [name for name, paused in self.held.items() if paused]
        return [("channel" if name == "email" else "scenario", name) for name in held]
