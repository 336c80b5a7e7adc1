"""The client of a running engine: for services, the command line and the console."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import grpc
import msgspec
from google.protobuf.empty_pb2 import Empty
from grpc_health.v1 import health_pb2, health_pb2_grpc

from engine.errors import RequestError, Unknown
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.clients import outgoing
from engine.rpc.clients.answer import Answer, answers
from engine.rpc.clients.export_client import ExportClient
from engine.rpc.clients.import_client import ImportClient
from engine.rpc.clients.life_client import LifeClient
from engine.rpc.clients.privacy_client import PrivacyClient
from engine.rpc.clients.retrying import SERVICE_CONFIG, error_of, until
from engine.rpc.clients.start_client import StartClient
from engine.rpc.clients.survey_client import SurveyClient
from engine.rpc.clients.webhook_client import WebhookClient
from engine.rpc.control_socket import ControlSocket

PATIENCE = 30.0
"""Seconds that a push is tried for."""
OPTIONS = (
    ("grpc.service_config", SERVICE_CONFIG),
    ("grpc.max_receive_message_length", 64 * 2**20),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
T = TypeVar("T")


class Relance:
    """``address``: ``host:port``, or ``unix:/path/control.sock`` which needs no key.

    ``timeout``: seconds for one attempt. Reads and pushes are tried again where that helps; what
    changes something else is tried once. Every method raises NotAllowed, BadRequest, Unknown, Busy, or
    RequestError when nothing answers. One object may be shared by threads.
    """

    def __init__(self, address: str, key: str = "", timeout: float = 5.0) -> None:
        self._address = address
        self._timeout = timeout
        self._metadata = (("authorization", f"Bearer {key}"),) if key else ()
        self._socket = socket_of(address)
        target = self._socket.address if self._socket else address
        self._channel = grpc.insecure_channel(target, OPTIONS)
        self._events = wire.EventsStub(self._channel)
        self._console = wire.ConsoleStub(self._channel)
        self._control = wire.ControlStub(self._channel)
        self._catalog = wire.CatalogStub(self._channel)
        self.exports = ExportClient(self._channel, self._metadata, address)
        self.lives = LifeClient(self._channel, self._metadata, address)
        self.imports = ImportClient(self._channel, self._metadata, address)
        self.privacy = PrivacyClient(self._channel, self._metadata, address)
        self.surveys = SurveyClient(self._channel, self._metadata, address)
        self.starts = StartClient(self._channel, self._metadata, address)
        self.webhooks = WebhookClient(self._channel, self._metadata, address)
        self._health = health_pb2_grpc.HealthStub(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._channel.close()
        if self._socket:
            self._socket.close()

    def push(self, events: Iterable[Mapping[str, Any]], patience: float = PATIENCE) -> list[Answer]:
        """One answer an event, in order. A retry carries the same message ids, so it stores once."""
        told: list[Answer] = []
        for request in outgoing.calls(map(outgoing.event, events)):
            told += self.push_request(request, patience)
        return told

    def push_request(self, request: pb.PushRequest, patience: float) -> list[Answer]:
        """One call, sent again within ``patience`` seconds where that helps."""
        response = until(patience, self._bound(self._events.Push, request), self._address)
        return answers(request, response)

    def receipts(
        self, receipts: Iterable[Mapping[str, Any]], patience: float = PATIENCE
    ) -> list[Answer]:
        """What became of messages: ``message`` (its key), ``outcome``, and what ``Receipt`` has besides."""
        told: list[Answer] = []
        for request in outgoing.receipt_calls(receipts):
            call = self._bound(self._events.Receipts, request)
            told += answers(request, until(patience, call, self._address))
        return told

    def status(self) -> dict[str, Any]:
        return self._read(self._console.Status, Empty(), dict[str, Any])

    def contact(self, key: str, timeline: int = 20) -> dict[str, Any] | None:
        """None when nobody has this key."""
        try:
            request = pb.ContactRequest(key=key, timeline=timeline)
            return self._read(self._console.Contact, request, dict[str, Any])
        except Unknown:
            return None

    def membership(self, segment: str, key: str) -> dict[str, Any]:
        """Why a contact is in a segment or not. Raises Unknown for no such segment or contact."""
        request = pb.MembershipRequest(segment=segment, key=key)
        return self._read(self._console.Membership, request, dict[str, Any])

    def scorecard(self, key: str) -> list[dict[str, Any]]:
        """What a contact's scores are made of, line by line. Raises Unknown for no such contact."""
        request = pb.ScorecardRequest(key=key)
        return self._read(self._console.Scorecard, request, list[dict[str, Any]])

    def company(self, key: str) -> dict[str, Any] | None:
        """By its group id; None when no contact belongs to it."""
        try:
            return self._read(self._console.Company, pb.CompanyRequest(key=key), dict[str, Any])
        except Unknown:
            return None

    def companies(self) -> list[dict[str, Any]]:
        """The first hundred, by key."""
        return self._read(self._console.Company, pb.CompanyRequest(), list[dict[str, Any]])

    def rejected(self, limit: int = 100, code: str = "") -> list[dict[str, Any]]:
        """What was refused lately: at, source, code, reason, body, public; the newest first."""
        request = pb.RejectedRequest(limit=limit, code=code)
        return self._read(self._console.Rejected, request, list[dict[str, Any]])

    def segments(self) -> list[dict[str, Any]]:
        return self._read(self._console.Segments, Empty(), list[dict[str, Any]])

    def lifecycle(self, days: int = 30) -> dict[str, Any]:
        """Sizes of the lifecycle's stages, and the flows between them in the last so many days."""
        request = pb.LifecycleRequest(days=days)
        return self._read(self._console.Lifecycle, request, dict[str, Any])

    def event_names(self) -> list[dict[str, Any]]:
        return self._read(self._console.EventNames, Empty(), list[dict[str, Any]])

    def lists(self) -> list[dict[str, Any]]:
        return self._read(self._console.Lists, Empty(), list[dict[str, Any]])

    def scenarios(self) -> list[dict[str, Any]]:
        return self._read(self._console.Scenarios, Empty(), list[dict[str, Any]])

    def scores(self) -> list[dict[str, Any]]:
        return self._read(self._console.Scores, Empty(), list[dict[str, Any]])

    def matrix(self) -> dict[str, Any]:
        """How many contacts have each grade; empty where there is no matrix."""
        return self._read(self._console.Matrix, Empty(), dict[str, Any])

    def messages(self) -> dict[str, Any]:
        return self._read(self._console.Messages, Empty(), dict[str, Any])

    def rulebook(self) -> dict[str, Any]:
        """What is in force: ``version``, ``definitions``, ``waiting`` runs, contacts ``inside`` segments."""
        return self._read(self._console.Rulebook, Empty(), dict[str, Any])

    def versions(self, limit: int = 50) -> list[dict[str, Any]]:
        """The latest, newest first: ``version``, ``at``, ``by``, ``note``, and its ``changes``."""
        return self._read(self._console.Versions, pb.VersionsRequest(limit=limit), list[Any])

    def published(self, version: int) -> dict[str, Any]:
        """The definitions that a version published."""
        request = pb.VersionRequest(version=version)
        return self._read(self._console.Version, request, dict[str, Any])

    def reviews(self, limit: int = 1_000) -> list[dict[str, Any]]:
        """Pairs of contacts that may be one person: ``one``, ``other``, their keys, ``evidence``."""
        request = pb.ReviewsRequest(limit=limit)
        return self._read(self._console.Reviews, request, list[dict[str, Any]])

    def handoffs(
        self, key: str = "", *, owner: str = "", status: str = "", limit: int = 100
    ) -> list[dict[str, Any]]:
        """Offers to sales, open ones first by their deadline; with ``key`` all of that contact."""
        request = pb.HandoffsRequest(key=key, owner=owner, status=status, limit=limit)
        return self._read(self._console.Handoffs, request, list[dict[str, Any]])

    def raise_handoff(self, key: str, handoff: str, reason: str = "") -> dict[str, Any]:
        """Offer a contact to sales now. Raises BadRequest when it is open already."""
        request = pb.RaiseHandoffRequest(key=key, handoff=handoff, reason=reason)
        return self._read(self._control.RaiseHandoff, request, dict[str, Any])

    def decide_handoff(
        self, handoff: str, decision: str, reason: str = "", until: str = ""
    ) -> dict[str, Any]:
        """``handoff``: its id, or a contact that has one open. ``decision``: accept | return | reject."""
        request = pb.DecideHandoffRequest(
            handoff=handoff, decision=decision, reason=reason, until=until
        )
        return self._read(self._control.DecideHandoff, request, dict[str, Any])

    def dismiss(self, one: str, other: str) -> None:
        """Take a pair off the review list for good."""
        self._once(self._control.Dismiss, pb.PairRequest(one=one, other=other))

    def merge(self, one: str, other: str) -> dict[str, Any]:
        """Make ``other`` a part of ``one``: ``survivor``, ``merged``, and whether it is ``done``."""
        return self._read(self._control.Merge, pb.PairRequest(one=one, other=other), dict[str, Any])

    def unmerge(self, one: str, other: str = "") -> dict[str, Any]:
        """Undo the latest merge of ``one``: ``survivor``, ``restored``, and whether it is ``done``."""
        request = pb.PairRequest(one=one, other=other)
        return self._read(self._control.Unmerge, request, dict[str, Any])

    def fsck(self) -> dict[str, Any]:
        return self._read(self._console.Fsck, Empty(), dict[str, Any])

    def keys(self) -> list[dict[str, Any]]:
        return self._read(self._control.Keys, Empty(), list[dict[str, Any]])

    def apply(self, definitions: bytes, *, backfill: bool = False, note: str = "") -> int:
        """The version in force afterwards. ``backfill``: what is rebuilt may start scenarios."""
        request = pb.ApplyRequest(definitions=definitions, backfill_triggers=backfill, note=note)
        return int(self._once(self._control.Apply, request).version)

    def pause(self, kind: str, name: str, paused: bool = True) -> None:
        """``kind``: scenario | channel; ``paused`` false lets it go on."""
        self._once(self._control.Pause, pb.PauseRequest(kind=kind, name=name, paused=paused))

    def act(self, key: str, act: str, subject: str = "", value: Any = None) -> None:
        """On one contact: ``set`` an attribute, ``exit`` or ``start`` a scenario, ``resume``."""
        encoded = msgspec.json.encode(value)
        request = pb.ActRequest(key=key, act=act, subject=subject, value=encoded)
        self._once(self._control.Act, request)

    def change_list(
        self, name: str, keys: Sequence[str], *, quit_: bool = False, create: bool = False
    ) -> dict[str, Any]:
        """Put contacts on a list or take them off: ``taken``, ``unknown``, ``created``."""
        request = pb.ListChange(list=name, keys=keys, quit=quit_, create=create)
        return self._read(self._control.ChangeList, request, dict[str, Any])

    def suppress(self, channel: str, address: str, reason: str) -> None:
        """``channel``: also ``channel/topic``, or "" for everything."""
        request = pb.SuppressRequest(channel=channel, address=address, reason=reason)
        self._once(self._control.Suppress, request)

    def lift(self, channel: str, address: str) -> None:
        """Write to an address again that an operator had suppressed."""
        request = pb.SuppressRequest(channel=channel, address=address, lift=True)
        self._once(self._control.Suppress, request)

    def consent(self, key: str, subject: str, status: str, evidence: str = "") -> None:
        """What a person says on ``channel`` or ``channel/topic``: granted | withdrawn, and the evidence."""
        request = pb.ConsentRequest(key=key, subject=subject, status=status, evidence=evidence)
        self._once(self._control.Consent, request)

    def create_key(self, kind: str, name: str, origins: str = "") -> str:
        """The secret, shown this once."""
        request = pb.CreateKeyRequest(kind=kind, name=name, origins=origins)
        return str(self._once(self._control.CreateKey, request).secret)

    def revoke_key(self, key: str) -> None:
        """``key`` is the key's id."""
        self._once(self._control.RevokeKey, pb.RevokeKeyRequest(id=key))

    def replay(self, code: str) -> dict[str, int]:
        """Send what was refused for this reason through intake again: how many had which outcome."""
        return self._read(self._control.Replay, pb.ReplayRequest(code=code), dict[str, int])

    def user_token_secret(self) -> str:
        """What ``context.userToken`` is signed with; for admins."""
        return str(self._once(self._control.UserTokenSecret, Empty()).secret)

    def put_products(self, products: Mapping[str, Mapping[str, Any]]) -> None:
        """Products by their id, for the catalog; at most 1,000."""
        encoded = [pb.Product(id=one, json=msgspec.json.encode(p)) for one, p in products.items()]
        self._once(self._catalog.Put, pb.PutProductsRequest(products=encoded))

    def products(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Those of these ids that the catalog has."""
        request = pb.ProductsRequest(ids=ids)
        return self._read(self._catalog.Get, request, dict[str, dict[str, Any]])

    def confirm_clock(self) -> None:
        self._once(self._control.ConfirmClock, Empty())

    def health(self) -> bool:
        """Whether the engine accepts writes now."""
        response = self._once(self._health.Check, health_pb2.HealthCheckRequest())
        return bool(response.status == health_pb2.HealthCheckResponse.SERVING)

    def _read(self, method: Callable[..., Any], request: Any, shape: type[T]) -> T:
        return msgspec.json.decode(self._once(method, request).json, type=shape)

    def _once(self, method: Callable[..., Any], request: Any) -> Any:
        try:
            return self._bound(method, request)()
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error

    def _bound(self, method: Callable[..., Any], request: Any) -> Callable[[], Any]:
        return partial(method, request, timeout=self._timeout, metadata=self._metadata)


def socket_of(address: str) -> ControlSocket | None:
    """The folder is held open, so that a path of any length can be connected to."""
    if not address.startswith("unix:"):
        return None
    path = Path(address.removeprefix("unix:"))
    try:
        return ControlSocket(path.parent, path.name)
    except OSError as error:
        raise RequestError(f"no engine at {address}: {error.strerror}") from None
