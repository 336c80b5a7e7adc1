"""Where the links of messages lead: unsubscribing (RFC 8058) and confirming a double opt-in.

GET changes nothing, for scanners and previews fetch every link; POST acts, at once, without a login, a
cookie or a redirect. A link that was not made here is answered like one that was: who guesses learns
nothing.
"""

import logging
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from engine.domain.consents.topic import Topic
from engine.domain.link import CONFIRM, UNSUBSCRIBE, Link
from engine.errors import EngineError
from engine.ports.engine import Engine
from engine.rpc.begun import Begun
from engine.rpc.http import body
from engine.rpc.http.consent_page import (
    Language,
    answer_page,
    confirm_page,
    language_of,
    unsubscribe_page,
)
from engine.rpc.http.http_fault import Fault, answer, fault_of
from engine.rpc.http.insisting import insist

_log = logging.getLogger(__name__)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}


class ConsentHttp:
    def __init__(self, engine: Engine, begun: Begun) -> None:
        self._engine = engine
        self._begun = begun

    def routes(self) -> list[Route]:
        return [
            Route(UNSUBSCRIBE, self._unsubscribe, methods=["GET", "POST"]),
            Route(CONFIRM, self._confirm, methods=["GET", "POST"]),
        ]

    async def _unsubscribe(self, request: Request) -> Response:
        link, language = self._link(request, "u"), language_asked(request)
        if request.method != "POST":
            topics = self._engine.consents.topics()
            chosen = await self._chosen(link)
            return _page(unsubscribe_page(language, self._topic(link), topics, chosen))
        return await self._acted(request, link, language)

    async def _confirm(self, request: Request) -> Response:
        link, language = self._link(request, "c"), language_asked(request)
        if request.method != "POST":
            return _page(confirm_page(language))
        return await self._acted(request, link, language)

    async def _acted(self, request: Request, link: Link | None, language: Language) -> Response:
        """What mail programs put into the body says no more than that they post."""
        unsubscribes = request.url.path.startswith(UNSUBSCRIBE.partition("{")[0])
        try:
            told = await body.read(request)
            if "choose" in request.query_params and unsubscribes:
                await self._choose(request, link, told)
                return _page(answer_page(language, "saved"))
            done = await self._follow(request, link) if link is not None else True
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except Fault as fault:
            return answer(fault)
        except EngineError as error:
            _log.warning("a link could not be followed: %s", error)
            return answer(fault_of(error))
        if unsubscribes:
            return _page(answer_page(language, "left"))
        return _page(answer_page(language, "confirmed" if done and link is not None else "late"))

    async def _follow(self, request: Request, link: Link) -> bool:
        everything = "all" in request.query_params
        ip = request.client.host if request.client else ""
        done: list[str] = []

        async def keep() -> None:
            done.append(await self._engine.consents.follow(link, everything=everything, ip=ip))

        await self._begun.finish(insist(keep))
        return done[-1] == "done"

    async def _chosen(self, link: Link | None) -> frozenset[str]:
        """Nothing, where it cannot be told now: to leave must be possible all the same."""
        try:
            return await self._engine.consents.chosen(link) if link else frozenset()
        except EngineError as error:
            _log.warning("the topics of a link cannot be told: %s", error)
            return frozenset()

    async def _choose(self, request: Request, link: Link | None, told: bytes) -> None:
        if link is None or link.act != "u":
            return
        chosen = frozenset(parse_qs(told.decode("utf-8", "replace")).get("topic", []))
        ip = request.client.host if request.client else ""
        await self._begun.finish(insist(lambda: self._engine.consents.choose(link, chosen, ip)))

    def _link(self, request: Request, act: str) -> Link | None:
        link = self._engine.consents.link(request.path_params["token"])
        if link is None or link.act != act:
            _log.warning("%s: a link that was not made here", request.url.path[:12])
            return None
        return link

    def _topic(self, link: Link | None) -> Topic | None:
        name = link.subject.partition("/")[2] if link else ""
        return next((one for one in self._engine.consents.topics() if one.topic == name), None)


def language_asked(request: Request) -> Language:
    """Of the page that is answered with."""
    return language_of(request.headers.get("accept-language", ""))


def _page(html: str) -> Response:
    return HTMLResponse(html, headers=HEADERS)
