"""Every kind of step by its name: what it does when a run comes to it, and when its timer is due."""

from engine.domain import calling
from engine.domain.action import (
    Consenting,
    Enlist,
    Exit,
    HandOff,
    Points,
    Send,
    Set,
    Start,
    Stop,
    Switch,
    Tag,
    Webhook,
)
from engine.domain.assigning import assign
from engine.domain.awaiting import digest, time_out, wait_for
from engine.domain.branching import branch
from engine.domain.consenting import consent
from engine.domain.contact import Run
from engine.domain.decision import Branch, Split
from engine.domain.giving import give
from engine.domain.handing import hand_off
from engine.domain.pause import Digest, Wait, WaitFor
from engine.domain.scenario_plan import ScenarioPlan
from engine.domain.sending import send
from engine.domain.splitting import split
from engine.domain.starting import start, stop, switch
from engine.domain.tagging import enlist, tag
from engine.domain.turn import Turn
from engine.domain.waiting import over, wait
from engine.domain.way import Does, Leave, Way


def leave(_turn: Turn, _run: Run, _plan: ScenarioPlan, _step: Exit) -> Way:
    return Leave("exit")


DOES: dict[type, Does] = {
    Wait: wait,
    WaitFor: wait_for,
    Digest: digest,
    Send: send,
    Branch: branch,
    Split: split,
    Set: assign,
    Tag: tag,
    Enlist: enlist,
    Consenting: consent,
    Points: give,
    HandOff: hand_off,
    Webhook: calling.call,
    Start: start,
    Stop: stop,
    Switch: switch,
    Exit: leave,
}
FIRES: dict[type, Does] = {Wait: over, WaitFor: time_out, Webhook: calling.over}
"""Kinds whose timer does something else than to let the run go on."""
