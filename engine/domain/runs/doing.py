"""Every kind of step by its name: what it does when a run comes to it, and when its timer is due."""

from engine.domain.intake.turn import Turn
from engine.domain.language.action import (
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
from engine.domain.language.decision import Branch, Split
from engine.domain.language.pause import Digest, Wait, WaitFor
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs import calling
from engine.domain.runs.assigning import assign
from engine.domain.runs.awaiting import digest, time_out, wait_for
from engine.domain.runs.branching import branch
from engine.domain.runs.consenting import consent
from engine.domain.runs.giving import give
from engine.domain.runs.handing import hand_off
from engine.domain.runs.sending import send
from engine.domain.runs.splitting import split
from engine.domain.runs.starting import start, stop, switch
from engine.domain.runs.tagging import enlist, tag
from engine.domain.runs.waiting import over, wait
from engine.domain.runs.way import Does, Leave, Way


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
