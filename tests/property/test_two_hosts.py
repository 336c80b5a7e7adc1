"""Hosts, retries, rebinds, merges, unmerges and kills: nothing lost, nothing twice, no key half bound."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.domain import fact, message
from engine.domain.event import PUBLIC, SERVER, TOKEN, Event
from engine.domain.message import Act, Adopted, LedOn, Restored, Unmerged, Witnessed
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.dedupe import fingerprints, mark_of
from engine.domain.profile.identity import is_device, kind_of
from engine.errors import Busy, EngineError
from engine.ports.engine import Verdict
from engine.replay.fold import lived
from engine.runtime.part import PartLost
from tests.jumping_loop import JumpingLoop
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build

USERS, EMAILS = ("user_id:1", "user_id:2", "user_id:3"), ("email:a", "email:b")
DEVICES = ("anonymous_id:d", "anonymous_id:d", "anonymous_id:e", "anonymous_id:f")
RULES = build.definitions(
    build.segment("eater", did="Ate", at_least=2),
    build.scenario("s", {"event": "Ate"}, build.wait("w", for_="10s"), build.send("mail")),
    build.template(transactional=True),
)
NAMED = (*USERS, *EMAILS, "anonymous_id:d")
DENIED = frozenset({"claim_refused", "review"})
"""Facts that say why a contact was not given a key that its event named."""

pairs = st.tuples(st.sampled_from(NAMED), st.sampled_from(NAMED))
key_sets = st.builds(
    lambda *keys: tuple(key for key in keys if key),
    st.sampled_from([*USERS, ""]),
    st.sampled_from([*EMAILS, "", ""]),
    st.sampled_from([*DEVICES, ""]),
).filter(bool)
arrivals = st.tuples(
    key_sets, st.sampled_from([SERVER, SERVER, TOKEN, PUBLIC]), st.sampled_from([0, 0, 5, 3_000])
)


def addressed_by(keys: tuple[str, ...], trust: int) -> int:
    """As the doors do it: what comes with a public key is addressed by its device."""
    return next(i for i, key in enumerate(keys) if is_device(key)) if trust == PUBLIC else 0


class Hosts(RuleBasedStateMachine):
    """Events are pushed and parts are killed at any moment; now and then everything comes to rest."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: JumpingLoop
        self.engine: SmallEngine
        self.events: list[Event] = []
        self.asked: dict[asyncio.Task[list[Verdict]], list[Event]] = {}
        self.open: list[Event] = []
        self.verdicts: dict[str, list[Verdict]] = defaultdict(list)
        self.resting = False
        self.decisions: list[asyncio.Task[Any]] = []
        self.dedicated = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @initialize(
        hosts=st.sampled_from([2, 3, 3]),
        seed=st.integers(0, 999),
        slow=st.sampled_from([0.0, 0.02, 0.1, 0.3]),
        lossy=st.sampled_from([0.0, 0.0, 0.2]),
        budget=st.sampled_from([0, 1 << 20]),
    )
    def begin(self, hosts: int, seed: int, slow: float, lossy: float, budget: int) -> None:
        self.loop = JumpingLoop()
        self.engine = SmallEngine(self.loop, hosts, RULES, Random(seed), self.dedicated)
        self.engine.budget = budget
        self.engine.post.ends = ("sent", "sent", "deferred", "failed")
        self.run(self.engine.start())
        self.engine.roads.slow, self.engine.roads.lossy = slow, lossy

    # --- what happens ---------------------------------------------------------------------------

    @rule(
        arrived=st.lists(arrivals, min_size=1, max_size=4),
        wait=st.sampled_from([0.0, 0.01, 3.0]),
        impatient=st.sampled_from([0.0, 0.0, 0.05, 0.5]),
    )
    def events_come(
        self, arrived: list[tuple[tuple[str, ...], int, int]], wait: float, impatient: float
    ) -> None:
        """Who is impatient sends the same again before the answer can be there."""
        events = [self.event(*one) for one in arrived if self.may(*one)]
        self.push(events, wait)
        if impatient:
            self.wait(impatient)
            self.push(events, 0.0)

    def may(self, keys: tuple[str, ...], trust: int, late: int) -> bool:
        return trust != PUBLIC or any(map(is_device, keys))

    def event(self, keys: tuple[str, ...], trust: int, late: int) -> Event:
        number, by = len(self.events), addressed_by(keys, trust)
        traits = {"email": f"{number}@example.com"} if number % 3 == 0 else {}
        told = self.engine.event("Ate", *keys, ago=late, trust=trust, addressed=by, traits=traits)
        self.events.append(told)
        return told

    @precondition(lambda self: self.events)
    @rule(data=st.data(), wait=st.sampled_from([0.0, 3.0]))
    def events_are_sent_again(self, data: st.DataObject, wait: float) -> None:
        self.push(data.draw(st.lists(st.sampled_from(self.events), min_size=1, max_size=6)), wait)

    @rule(pair=pairs, wait=st.sampled_from([0.0, 0.01, 3.0]), again=st.booleans())
    def an_operator_merges(self, pair: tuple[str, str], wait: float, *, again: bool) -> None:
        self.decide(self.engine.coordinator.identities.merge(*pair, "operator"), wait, again=again)

    @rule(key=st.sampled_from(NAMED), wait=st.sampled_from([0.0, 0.01, 3.0]), again=st.booleans())
    def an_operator_unmerges(self, key: str, wait: float, *, again: bool) -> None:
        decision = self.engine.coordinator.identities.unmerge(key, "", "operator")
        self.decide(decision, wait, again=again)

    def decide(self, decision: Coroutine[Any, Any, Any], wait: float, *, again: bool) -> None:
        """Whoever is told that it cannot be done now, or that the engine is away, gives up.

        The last events may be sent ``again`` amid that.
        """
        self.decisions.append(self.loop.create_task(decision))
        self.wait(wait)
        if again:
            self.push(self.events[-4:], 0.0)

    @rule(host=st.integers(0, 5), wait=st.sampled_from([0.0, 0.01, 3.0]))
    def a_host_is_killed(self, host: int, wait: float) -> None:
        names = [one.name for one in self.engine.hosts]
        self.run(self.engine.kill(names[host % len(names)]))
        self.wait(wait)

    @rule(host=st.integers(0, 1), wait=st.sampled_from([0.0, 0.01, 3.0]))
    def a_host_is_cut_off_from_what_it_commits(self, host: int, wait: float) -> None:
        """Its next commit is kept, and nobody tells it."""
        self.engine.disks[host].cut = True
        self.wait(wait)

    @rule()
    def the_coordinator_is_killed(self) -> None:
        """Who waited for an answer hears nothing, and asks again."""
        self.run(self.engine.kill("coordinator"))
        for task, events in self.asked.items():
            task.cancel()
            self.open += events
        for decision in self.decisions:
            decision.cancel()
        self.run(self.engine.up())
        self.asked.clear()

    @rule(ms=st.sampled_from([1, 1_000, 20_000, 3_600_000]))
    def time_passes(self, ms: int) -> None:
        self.engine.clock.advance(ms)
        self.wait(0.001)

    @rule()
    def everything_comes_to_rest(self) -> None:
        self.rest()

    def push(self, events: list[Event], wait: float) -> None:
        self.asked[self.loop.create_task(self.engine.push(*events))] = events
        self.wait(wait)

    def wait(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))
        self.resting = False

    def rest(self) -> None:
        """Every sender asks until it is answered; then what is under way inside comes to rest."""
        while self.asked or self.open:
            again, self.open = self.open, []
            if again:
                self.push(again, 0.0)
            for task, events in list(self.asked.items()):
                self.hear(events, self.run(answers_of(task)))
            self.asked.clear()
        self.run(settled(self.decisions))
        self.decisions.clear()
        self.engine.clock.advance(20_000)
        self.run(self.engine.rest())
        self.resting = True

    def hear(self, events: list[Event], verdicts: list[Verdict] | None) -> None:
        if verdicts is None:
            self.open += events
            return
        for event, verdict in zip(events, verdicts, strict=True):
            self.verdicts[event.message_id].append(verdict)

    # --- what must hold ---------------------------------------------------------------------------

    @invariant()
    def laws_hold_at_rest(self) -> None:
        if self.resting:
            self.check()

    def check(self) -> None:
        assert self.run(self.engine.fsck()) == []
        self.check_verdicts()
        self.check_memories()
        contacts = self.engine.contacts()
        self.check_keys(contacts)
        self.check_counts(contacts)
        self.check_people(contacts)
        self.check_messages()
        self.check_replay()

    def check_verdicts(self) -> None:
        """Kept exactly once when it was ever accepted, not at all when it was only refused."""
        kept = Counter(event.message_id for _row, event in self.kept())
        for event in self.events:
            said = [verdict.outcome for verdict in self.verdicts[event.message_id]]
            codes = {v.code for v in self.verdicts[event.message_id] if v.outcome == "rejected"}
            assert codes <= {"user_token_required"}
            assert kept[event.message_id] == (set(said) != {"rejected"})
            assert said.count("accepted") <= 1

    def check_memories(self) -> None:
        """No contact takes what it has taken before, or has heard that another one took."""
        heard: dict[int, set[bytes]] = defaultdict(set)
        for row in self.engine.log():
            match message.decode(row.body):
                case Event(fingerprint=taken):
                    assert taken not in heard[row.contact]
                    heard[row.contact].add(taken)
                case LedOn(fingerprint=passed):
                    assert mark_of(passed) not in heard[row.contact]
                    heard[row.contact].add(mark_of(passed))
                case Adopted(state=state):
                    heard[row.contact].update(fingerprints(codec.decode(state).seen))
                case Witnessed(seen=seen):
                    heard[row.contact].update(fingerprints(seen))
                case Restored(half=half):
                    heard[row.contact].update(fingerprints(half.seen))

    def kept(self) -> list[tuple[Any, Event]]:
        rows = [(row, message.decode(row.body)) for row in self.engine.log()]
        return [(row, told) for row, told in rows if isinstance(told, Event)]

    def check_keys(self, contacts: dict[int, Contact]) -> None:
        """One holder a key, the same for the contacts and for the directory; nothing is half claimed."""
        living = [one for one in contacts.values() if not one.merged_into]
        holders = {key: one.id for one in living for key in one.keys}
        assert sum(len(one.keys) for one in living) == len(holders)
        assert [one.claims for one in living if one.claims] == []
        said = {key: bindings[-1].contact for key, bindings in self.engine.directory().items()}
        assert {key: survivor(contacts, one) for key, one in said.items()} == holders
        for one in contacts.values():
            if one.id not in self.decided_on():
                assert len([key for key in one.keys if kind_of(key) == "user_id"]) <= 1

    def decided_on(self) -> set[int]:
        """Whom an operator has ever merged, or made itself again."""
        rows = [(row, message.decode(row.body)) for row in self.engine.log()]
        return {row.contact for row, told in rows if isinstance(told, Act | Restored)}

    def check_counts(self, contacts: dict[int, Contact]) -> None:
        """Each event counts for one living contact, whoever took it first."""
        living = [one for one in contacts.values() if not one.merged_into]
        assert sum(sum(one.counts.values()) for one in living) == len(self.kept())

    def check_people(self, contacts: dict[int, Contact]) -> None:
        """What names a user id is kept by the contact that has it, or the log says why not."""
        denied, decided, parted = self.denied() | self.given(), self.decided_on(), self.parted()
        for row, event in self.kept():
            holder = survivor(contacts, row.contact)
            if decided & {holder, row.contact} or (row.contact, row.id) in parted:
                continue
            for key in event.keys:
                if kind_of(key) == "user_id" and (holder, key) not in denied:
                    assert key in contacts[holder].keys

    def parted(self) -> set[tuple[int, int]]:
        """Rows that are another's since an operator made that one itself again."""
        rows = [(row.contact, message.decode(row.body)) for row in self.engine.log()]
        parts = [(contact, told) for contact, told in rows if isinstance(told, Unmerged)]
        return {(contact, row) for contact, told in parts for row in told.other.rows}

    def given(self) -> set[tuple[int, str]]:
        """Contact and key that went back, at a parting, to whom it had come from."""
        rows = [(row.contact, message.decode(row.body)) for row in self.engine.log()]
        parts = [(contact, told) for contact, told in rows if isinstance(told, Unmerged)]
        halves = [(contact, codec.decode(told.other.state)) for contact, told in parts]
        return {
            (contact, key)
            for contact, half in halves
            for key in (*half.keys, *(claim.key for claim in half.claims))
        }

    def denied(self) -> set[tuple[int, str]]:
        """Contact and key, as the log tells it."""
        contacts = self.engine.contacts()
        return {
            (survivor(contacts, row.contact), key)
            for row in self.engine.log()
            for one in fact.decode(row.facts)
            if one.what in DENIED
            for key in ([one.detail] if isinstance(one.detail, str) else one.detail[:1])
        }

    def check_messages(self) -> None:
        """Each message that was decided on has one end, and left at most once."""
        intended: list[str] = []
        ended: Counter[str] = Counter()
        for row in self.engine.log():
            for one in fact.decode(row.facts):
                if one.what == "intended":
                    intended.append(one.detail)
                elif one.what in ("sent", "failed", "unknown"):
                    ended[one.detail[0]] += 1
        assert len(set(intended)) == len(intended)
        assert ended == Counter(intended)
        assert max(self.engine.post.left.values(), default=0) <= 1

    def check_replay(self) -> None:
        states: dict[int, bytes] = {}
        for host in self.engine.hosts:
            for one in lived(host.memory.store, self.engine.rulebooks()):
                states[one.row.contact] = codec.encode(one.outcome.contact)
                assert fact.encode(one.outcome.facts) == one.row.facts
        assert states == self.engine.states()

    def teardown(self) -> None:
        """Nothing was begun when the input came to its end before ``begin``."""
        if not hasattr(self, "engine"):
            return
        try:
            self.rest()
            self.check()
        finally:
            self.engine.close()


def survivor(contacts: dict[int, Contact], number: int) -> int:
    """Aliases never cycle."""
    seen = {number}
    while contacts[number].merged_into:
        number = contacts[number].merged_into
        assert number not in seen
        seen.add(number)
    return number


async def settled(decisions: list[asyncio.Task[Any]]) -> None:
    async with asyncio.timeout(600):
        for told in await asyncio.gather(*decisions, return_exceptions=True):
            if isinstance(told, BaseException):
                assert isinstance(told, EngineError | PartLost | asyncio.CancelledError), told


async def answers_of(task: asyncio.Task[list[Verdict]]) -> list[Verdict] | None:
    async with asyncio.timeout(600):
        try:
            return await task
        except Busy:
            return None


class OwnHosts(Hosts):
    """The same where contacts have hosts of their own, some of them or all."""

    def __init__(self) -> None:
        super().__init__()
        self.dedicated = 4


Hosts.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestHosts = Hosts.TestCase
OwnHosts.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestOwnHosts = OwnHosts.TestCase
