"""A local server that answers as Twilio documents its Messages resource, or as it does on a bad day."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx
from aiohttp import web
from twilio.request_validator import RequestValidator

from channels.twilio_route import key_in
from engine.clock import Clock

ACCOUNT = "AC" + "0" * 32
SERVICE = "MG" + "0" * 32
TOKEN = "12345"
PUBLIC = "https://sms.example.com/relance"
DOCS = "https://www.twilio.com/docs/errors/"


class Day(NamedTuple):
    """How one POST goes. ``takes``: a message comes of it; ``tells``: statuses called back before the answer.

    ``answers``: an HTTP status, 0 to hang up without one; ``after`` seconds.
    """

    takes: bool = True
    answers: int = 201
    after: float = 0.0
    tells: tuple[str, ...] = ()
    code: int = 0
    retry_after: str = ""


class TwilioServer:
    """``plan`` says how the n-th POST (from 0) of a key goes. ``calls_to`` is where callbacks really go."""

    def __init__(
        self, clock: Clock, client: httpx.AsyncClient, plan: Callable[[str, int], Day]
    ) -> None:
        self.clock = clock
        self.client = client
        self.plan = plan
        self.posts: list[str] = []
        self.listings = 0
        self.lists = True
        self.forms: list[dict[str, str]] = []
        self.messages: list[dict[str, Any]] = []
        self.calls_to = ""
        self.url = ""
        self.called: list[int] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def taken(self) -> list[str]:
        """The key of each message that was taken, in order."""
        return [str(message["key"]) for message in self.messages]

    async def create(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        key = key_in(form.get("StatusCallback", "").rpartition("/")[2]) or form["To"]
        day = self.plan(key, self.posts.count(key))
        self.posts.append(key)
        self.forms.append(form)
        work = asyncio.create_task(self._take(key, form, day))
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)
        message = await asyncio.shield(work)
        await asyncio.sleep(day.after)
        if day.answers == 0 and request.transport is not None:
            request.transport.abort()
        if day.answers == 201 and message is not None:
            return web.json_response(_shown(message), status=201)
        return self._refusal(day)

    async def _take(self, key: str, form: dict[str, str], day: Day) -> dict[str, Any] | None:
        if not day.takes:
            return None
        message = self._message(key, form)
        for status in day.tells:
            await self.call_back(message, status)
        return message

    def _message(self, key: str, form: dict[str, str]) -> dict[str, Any]:
        message = {
            "sid": f"SM{len(self.messages):032x}", "key": key, "to": form["To"],
            "body": form["Body"], "messaging_service_sid": form.get("MessagingServiceSid"),
            "from": form.get("From"), "status": "accepted", "num_segments": "1",
            "direction": "outbound-api", "error_code": None, "date_sent": None,
            "date_created": self._date(), "callback": form.get("StatusCallback", ""),
        }  # fmt: skip
        self.messages.append(message)
        return message

    def _date(self) -> str:
        return format_datetime(datetime.fromtimestamp(self.clock.now() // 1_000, UTC))

    def _refusal(self, day: Day) -> web.Response:
        headers = {"Retry-After": day.retry_after} if day.retry_after else {}
        told = {
            "code": day.code or 20_500, "message": "no", "more_info": f"{DOCS}{day.code}",
            "status": day.answers,
        }  # fmt: skip
        status = day.answers or 500
        return web.json_response(told, status=status, headers=headers)

    async def list(self, request: web.Request) -> web.Response:
        """Newest first, a page at a time, as Twilio does."""
        self._check(request)
        self.listings += 1
        if not self.lists:
            return self._refusal(Day(answers=503))
        wanted = [m for m in reversed(self.messages) if m["to"] == request.query["To"]]
        size, page = int(request.query.get("PageSize", "50")), int(request.query.get("Page", "0"))
        shown = wanted[page * size : (page + 1) * size]
        query = urlencode({**request.query, "Page": page + 1})
        more = len(wanted) > (page + 1) * size
        return web.json_response({
            "messages": [_shown(message) for message in shown],
            "next_page_uri": f"{request.path}?{query}" if more else None,
        })  # fmt: skip

    def _check(self, request: web.Request) -> None:
        basic = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {basic}":
            told = {"code": 20_003, "message": "Authenticate", "status": 401}
            raise web.HTTPUnauthorized(text=json.dumps(told), content_type="application/json")

    # --- calling back ----------------------------------------------------------------------------

    async def call_back(self, message: dict[str, Any], status: str, code: str = "") -> int:
        form = {
            "MessageSid": message["sid"], "MessageStatus": status, "To": message["to"],
            "AccountSid": ACCOUNT, "MessagingServiceSid": SERVICE, "ApiVersion": "2010-04-01",
            "RawDlrDoneDate": "", **({"ErrorCode": code} if code else {}),
        }  # fmt: skip
        return await self.call(message["callback"], form)

    async def hear(self, number: str, text: str, sid: str = "SMin", **more: str) -> int:
        """A person's message."""
        form = {"MessageSid": sid, "From": number, "To": "+33700000000", "Body": text, **more}
        return await self.call(f"{PUBLIC}/v1/inbound/twilio", form)

    async def call(self, url: str, form: dict[str, str], signature: str = "") -> int:
        """Signed over the public URL, sent to where the engine really listens."""
        signature = signature or RequestValidator(TOKEN).compute_signature(url, form)
        target = self.calls_to + url.removeprefix(PUBLIC)
        headers = {"X-Twilio-Signature": signature, "Host": urlsplit(PUBLIC).netloc}
        answer = await self.client.post(target, data=form, headers=headers)
        self.called.append(answer.status_code)
        return answer.status_code


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in ("key", "callback")}


@asynccontextmanager
async def twilio_server(
    clock: Clock, days: Sequence[Day] | Callable[[str, int], Day] = ()
) -> AsyncIterator[TwilioServer]:
    """``days``: how each POST goes, in the order they come; good ones afterwards."""
    left = [] if callable(days) else list(days)
    plan = days if callable(days) else lambda *_: left.pop(0) if left else Day()
    client = httpx.AsyncClient(timeout=15)
    server = TwilioServer(clock, client, plan)
    app = web.Application()
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    app.add_routes([web.post(path, server.create), web.get(path, server.list)])
    runner = web.AppRunner(app, access_log=None, handler_cancellation=False, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await client.aclose()
        await runner.cleanup()
