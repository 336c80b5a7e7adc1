"""The gRPC services: what each call asks of the engine. Method names are the wire's."""
# ruff: noqa: N802

from collections.abc import AsyncIterator, Sequence
from typing import Any, get_args

import msgspec
from google.protobuf.empty_pb2 import Empty

from engine.domain.profile.consent import Status
from engine.domain.profile.offer import Decision
from engine.errors import Unknown
from engine.ports.control_store import ApiKey, KeyKind
from engine.ports.engine import DAYS, Engine, Verdict
from engine.ports.starts import Mode, StartAsked
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import ADMINS, IMPORTERS, OPERATORS, PUSHERS, VIEWERS
from engine.rpc.grpc.grpc_status import BadField
from engine.rpc.grpc.guard import Guard, open_to, streamed_to
from engine.rpc.grpc.streaming import Streaming
from engine.rpc.grpc.watching import Watching
from engine.rpc.items.addresses import told_address
from engine.rpc.items.intake import MOST, Intake
from engine.rpc.items.phone_number import told_key
from engine.rpc.items.receipts import notices
from engine.rpc.items.replaying import replay
from engine.rpc.items.surroundings import Shared

TIMELINE = 1_000
"""The most log rows that one look at a contact brings."""

REVIEWS = 1_000
VERSIONS = 50

HANDOFFS, MOST_HANDOFFS = 100, 1_000
"""Hand-offs that one look brings, unless it asks for more."""

REJECTED = 1_000
"""Refused items that one look brings: they hold what was sent, so that only operators see them."""

COMPANIES = 100
"""Companies that one look brings."""

_OUTCOMES = {
    "accepted": pb.OUTCOME_ACCEPTED,
    "duplicate": pb.OUTCOME_DUPLICATE,
    "rejected": pb.OUTCOME_REJECTED,
}


class Events(wire.EventsServicer):
    def __init__(self, engine: Engine, intake: Intake, streaming: Streaming, guard: Guard) -> None:
        self._engine = engine
        self._intake = intake
        self._streaming = streaming
        self.guard = guard

    @open_to(*PUSHERS)
    async def Push(self, request: pb.PushRequest, caller: ApiKey) -> pb.PushResponse:
        if len(request.events) > MOST:
            raise BadField("events", f"{len(request.events)} in one call: send at most {MOST}")
        shared = Shared(caller.name, self._engine.now(), caller.kind == "public")
        items = self._intake.proto_items(request.events, shared)
        verdicts = await self._engine.push(caller.name, items) if items else []
        return _pushed(verdicts, [item.message_id for item in items])

    @open_to(*IMPORTERS)
    async def Receipts(self, request: pb.ReceiptsRequest, caller: ApiKey) -> pb.PushResponse:
        if len(request.receipts) > MOST:
            raise BadField("receipts", f"{len(request.receipts)} in one call: send at most {MOST}")
        told = list(notices(request.receipts, caller.name, self._engine.now()))
        verdicts = await self._engine.receipts.take(caller.name, told)
        return _pushed(verdicts, [one.id for one in request.receipts])

    @streamed_to(*PUSHERS)
    def Stream(
        self, request: AsyncIterator[pb.StreamRequest], caller: ApiKey
    ) -> AsyncIterator[pb.StreamResponse]:
        return self._streaming.answers(request, caller)


class Console(wire.ConsoleServicer):
    def __init__(self, engine: Engine, watching: Watching, guard: Guard) -> None:
        self._engine = engine
        self._watching = watching
        self.guard = guard

    @open_to(*VIEWERS)
    async def Status(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.status())

    @open_to(*VIEWERS)
    async def Contact(self, request: pb.ContactRequest, _caller: ApiKey) -> pb.Report:
        if request.timeline > TIMELINE:
            raise BadField("timeline", f"at most {TIMELINE}")
        key = told_key(request.key, self._engine.rulebooks.country())
        contact = await self._engine.reports.contact(key, request.timeline)
        if contact is None:
            raise Unknown(f"no contact has the key {request.key}; a key is kind:value, or an id")
        return _report(contact)

    @open_to(*VIEWERS)
    async def Membership(self, request: pb.MembershipRequest, _caller: ApiKey) -> pb.Report:
        key = told_key(request.key, self._engine.rulebooks.country())
        found = await self._engine.reports.membership(request.segment, key)
        if found is None:
            raise Unknown(f"no contact has the key {request.key}; a key is kind:value, or an id")
        return _report(found)

    @open_to(*VIEWERS)
    async def Scorecard(self, request: pb.ScorecardRequest, _caller: ApiKey) -> pb.Report:
        key = told_key(request.key, self._engine.rulebooks.country())
        found = await self._engine.reports.scorecard(key)
        if found is None:
            raise Unknown(f"no contact has the key {request.key}; a key is kind:value, or an id")
        return _report(found)

    @open_to(*VIEWERS)
    async def Company(self, request: pb.CompanyRequest, _caller: ApiKey) -> pb.Report:
        if not request.key:
            return _report(await self._engine.companies.first(COMPANIES))
        company = await self._engine.companies.one(request.key)
        if company is None:
            raise Unknown(f"no company has the key {request.key}; group calls make companies")
        return _report(company)

    @open_to(*OPERATORS)
    async def Rejected(self, request: pb.RejectedRequest, _caller: ApiKey) -> pb.Report:
        limit = min(request.limit or REJECTED, REJECTED)
        return _report(self._engine.refusals.listed(limit, request.code))

    @open_to(*VIEWERS)
    async def Segments(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.segments())

    @open_to(*VIEWERS)
    async def Lifecycle(self, request: pb.LifecycleRequest, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.lifecycle(request.days or DAYS))

    @open_to(*VIEWERS)
    async def EventNames(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.event_names())

    @open_to(*VIEWERS)
    async def Lists(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.lists.sizes())

    @open_to(*VIEWERS)
    async def Scenarios(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.scenarios())

    @open_to(*VIEWERS)
    async def Scores(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.scores())

    @open_to(*VIEWERS)
    async def Matrix(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.matrix())

    @open_to(*VIEWERS)
    async def Messages(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.messages())

    @open_to(*VIEWERS)
    async def Rulebook(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.rulebook())

    @open_to(*VIEWERS)
    async def Versions(self, request: pb.VersionsRequest, _caller: ApiKey) -> pb.Report:
        return _report(self._engine.rulebooks.versions(request.limit or VERSIONS))

    @open_to(*VIEWERS)
    async def Version(self, request: pb.VersionRequest, _caller: ApiKey) -> pb.Report:
        return pb.Report(json=self._engine.rulebooks.document(request.version))

    @streamed_to(*VIEWERS)
    def Watch(self, request: pb.WatchRequest, caller: ApiKey) -> AsyncIterator[pb.Snapshot]:
        return self._watching.rounds(request, caller.kind)

    @open_to(*VIEWERS)
    async def Reviews(self, request: pb.ReviewsRequest, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.identities.reviews(request.limit or REVIEWS))

    @open_to(*VIEWERS)
    async def Handoffs(self, request: pb.HandoffsRequest, _caller: ApiKey) -> pb.Report:
        desk, limit = self._engine.handoffs, request.limit or HANDOFFS
        if request.key:
            return _report(await desk.of(told_key(request.key, self._engine.rulebooks.country())))
        if limit > MOST_HANDOFFS:
            raise BadField("limit", f"at most {MOST_HANDOFFS:,}")
        return _report(await desk.listed(request.owner, request.status, limit))

    @open_to(*OPERATORS)
    async def Fsck(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.reports.fsck())


class Control(wire.ControlServicer):
    def __init__(self, engine: Engine, intake: Intake, guard: Guard) -> None:
        self._engine = engine
        self._intake = intake
        self.guard = guard

    @open_to(*OPERATORS)
    async def Apply(self, request: pb.ApplyRequest, caller: ApiKey) -> pb.ApplyResponse:
        version = await self._engine.rulebooks.apply(
            request.definitions,
            caller.name,
            backfill=request.backfill_triggers,
            note=request.note,
        )
        return pb.ApplyResponse(version=version)

    @open_to(*OPERATORS)
    async def Pause(self, request: pb.PauseRequest, caller: ApiKey) -> Empty:
        await self._engine.rulebooks.pause(request.kind, request.name, request.paused, caller.name)
        return Empty()

    @open_to(*OPERATORS)
    async def Act(self, request: pb.ActRequest, caller: ApiKey) -> Empty:
        value = _value(request.value)
        key = told_key(request.key, self._engine.rulebooks.country())
        await self._engine.act(key, request.act, request.subject, value, caller.name)
        return Empty()

    @open_to(*OPERATORS)
    async def StartMany(self, request: pb.StartManyRequest, caller: ApiKey) -> pb.Report:
        asked = start_asked(request, caller.name, _value(request.properties))
        return _report(await self._engine.starts.some(asked, request.after))

    @open_to(*OPERATORS)
    async def ChangeList(self, request: pb.ListChange, caller: ApiKey) -> pb.Report:
        desk, country = self._engine.lists, self._engine.rulebooks.country()
        keys = [told_key(key, country) for key in request.keys]
        if request.quit:
            return _report(await desk.quit(request.list, keys, caller.name))
        return _report(await desk.join(request.list, keys, caller.name, create=request.create))

    @open_to(*OPERATORS)
    async def RaiseHandoff(self, request: pb.RaiseHandoffRequest, caller: ApiKey) -> pb.Report:
        key = told_key(request.key, self._engine.rulebooks.country())
        reason = request.reason or f"raised by {caller.name}"
        desk = self._engine.handoffs
        return _report(await desk.offer(key, request.handoff, reason, caller.name))

    @open_to(*OPERATORS)
    async def DecideHandoff(self, request: pb.DecideHandoffRequest, caller: ApiKey) -> pb.Report:
        decision = next((one for one in get_args(Decision) if one == request.decision), None)
        if decision is None:
            raise BadField("decision", f"{request.decision!r} is none of accept, return, reject")
        which = told_key(request.handoff, self._engine.rulebooks.country())
        desk, by = self._engine.handoffs, caller.name
        return _report(await desk.decide(which, decision, request.reason, request.until, by))

    @open_to(*OPERATORS)
    async def Dismiss(self, request: pb.PairRequest, caller: ApiKey) -> Empty:
        one, other = self._pair(request)
        await self._engine.identities.dismiss(one, other, caller.name)
        return Empty()

    @open_to(*OPERATORS)
    async def Merge(self, request: pb.PairRequest, caller: ApiKey) -> pb.Report:
        return _report(await self._engine.identities.merge(*self._pair(request), caller.name))

    @open_to(*OPERATORS)
    async def Unmerge(self, request: pb.PairRequest, caller: ApiKey) -> pb.Report:
        return _report(await self._engine.identities.unmerge(*self._pair(request), caller.name))

    def _pair(self, request: pb.PairRequest) -> tuple[str, str]:
        country = self._engine.rulebooks.country()
        return told_key(request.one, country), told_key(request.other, country)

    @open_to(*ADMINS)
    async def Suppress(self, request: pb.SuppressRequest, caller: ApiKey) -> Empty:
        desk = self._engine.consents
        address = told_address(request.address, self._engine.rulebooks.country())
        if not address:
            text = f"{request.address!r} is neither an email address nor a phone number"
            raise BadField("address", text)
        if request.lift:
            await desk.lift(request.channel, address, caller.name)
        else:
            await desk.suppress(request.channel, address, request.reason, caller.name)
        return Empty()

    @open_to(*OPERATORS)
    async def Consent(self, request: pb.ConsentRequest, caller: ApiKey) -> Empty:
        status: Status | None = next((s for s in get_args(Status) if s == request.status), None)
        if status is None:
            raise BadField("status", f"{request.status!r} is neither granted nor withdrawn")
        if status == "granted" and not request.evidence:
            raise BadField("evidence", "consent that nothing proves is none: say how it was given")
        await self._engine.consents.state(
            request.key, request.subject, status, request.evidence, caller.name
        )
        return Empty()

    @open_to(*ADMINS)
    async def CreateKey(self, request: pb.CreateKeyRequest, caller: ApiKey) -> pb.CreateKeyResponse:
        kinds: tuple[KeyKind, ...] = get_args(KeyKind)
        kind = next((kind for kind in kinds if kind == request.kind), None)
        if kind is None:
            raise BadField("kind", f"{request.kind!r} is none of {', '.join(kinds)}")
        secret = await self._engine.create_key(kind, request.name, caller.name, request.origins)
        return pb.CreateKeyResponse(secret=secret)

    @open_to(*ADMINS)
    async def Keys(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.keys())

    @open_to(*ADMINS)
    async def RevokeKey(self, request: pb.RevokeKeyRequest, caller: ApiKey) -> Empty:
        if not await self._engine.revoke_key(request.id, caller.name):
            raise Unknown(
                f"no key in force has the id {request.id}; `relance keys list` shows them"
            )
        return Empty()

    @open_to(*OPERATORS)
    async def Replay(self, request: pb.ReplayRequest, caller: ApiKey) -> pb.Report:
        if not request.code:
            raise BadField("code", "why they were refused, as Rejected tells it")
        self._engine.refusals.record(request.code, caller.name)
        replayed = replay(self._engine, self._intake, request.code)
        return _report(await self.guard.begun.finish(replayed))

    @open_to(*ADMINS)
    async def UserTokenSecret(self, _request: Empty, caller: ApiKey) -> pb.UserTokenSecretResponse:
        return pb.UserTokenSecretResponse(secret=self._engine.user_token_secret(caller.name))

    @open_to(*ADMINS)
    async def ConfirmClock(self, _request: Empty, caller: ApiKey) -> Empty:
        await self._engine.confirm_clock(caller.name)
        return Empty()


def _pushed(verdicts: Sequence[Verdict], ids: Sequence[str]) -> pb.PushResponse:
    response = pb.PushResponse(outcomes=[_OUTCOMES[v.outcome] for v in verdicts])
    for index, (message_id, verdict) in enumerate(zip(ids, verdicts, strict=True)):
        if verdict.code:
            response.rejections.add(
                index=index, message_id=message_id, code=verdict.code, reason=verdict.reason
            )
    response.rejected = sum(v.outcome == "rejected" for v in verdicts)
    response.duplicates = sum(v.outcome == "duplicate" for v in verdicts)
    response.accepted = len(verdicts) - response.rejected - response.duplicates
    return response


def _report(plain: Any) -> pb.Report:
    return pb.Report(json=msgspec.json.encode(plain))


def start_asked(request: pb.StartManyRequest, by: str, properties: Any) -> StartAsked:
    mode = next((one for one in get_args(Mode) if one == (request.mode or "start")), None)
    if mode is None:
        raise BadField("mode", f"{request.mode!r} is none of {', '.join(get_args(Mode))}")
    if properties is not None and not isinstance(properties, dict):
        raise BadField("properties", "is to be a JSON object")
    names = request.scenario, request.label, by, request.list, request.segment
    return StartAsked(*names, request.properties, mode)


def _value(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadField("value", f"not JSON: {error}") from None
