"""Where the links of a hand-off lead. GET shows, for scanners fetch every link; only POST decides.

No login: whoever got the message may decide, once, until the link is too old. Nothing of a contact is
shown for a link that was not made here.
"""

import logging
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from engine.domain.link import HANDOFF, Link
from engine.domain.profile.offer import BECOMES
from engine.errors import BadRequest, EngineError
from engine.ports.engine import Engine
from engine.rpc.begun import Begun
from engine.rpc.http import body
from engine.rpc.http.consent_http import HEADERS, language_asked
from engine.rpc.http.handoff_page import DECISIONS, done_page, offer_page
from engine.rpc.http.http_fault import Fault, answer, fault_of
from engine.rpc.http.insisting import insist

_log = logging.getLogger(__name__)
LONGEST = 500
"""Characters of a reason."""


class HandoffHttp:
    def __init__(self, engine: Engine, begun: Begun) -> None:
        self._engine = engine
        self._begun = begun

    def routes(self) -> list[Route]:
        return [Route(HANDOFF, self._answer, methods=["GET", "POST"])]

    async def _answer(self, request: Request) -> Response:
        link = self._engine.consents.link(request.path_params["token"])
        if link is None or link.act != "h":
            _log.warning("/h: a link that was not made here")
            return _late(request)
        try:
            if request.method == "POST":
                return await self._decided(request, link)
            return await self._page(request, link)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except Fault as fault:
            return answer(fault)
        except EngineError as error:
            _log.warning("a link could not be followed: %s", error)
            return answer(fault_of(error))

    async def _page(self, request: Request, link: Link, problem: str = "") -> Response:
        held = await self._engine.handoffs.shown(link)
        if held is None:
            return _late(request)
        first = request.query_params.get("do", "")
        html = offer_page(language_asked(request), held, first, problem)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
        return HTMLResponse(html, status, headers=HEADERS)

    async def _decided(self, request: Request, link: Link) -> Response:
        """What is missing is asked for again, on the same page."""
        given = parse_qs((await body.read(request)).decode("utf-8", "replace"))
        said = {name: values[0].strip()[:LONGEST] for name, values in given.items()}
        decision = next((one for one in DECISIONS if one == said.get("do")), None)
        if decision is None:
            return await self._page(request, link)
        done: list[str] = []

        async def keep() -> None:
            reason, until = said.get("reason", ""), said.get("until", "")
            done.append(await self._engine.handoffs.follow(link, decision, reason, until))

        try:
            await self._begun.finish(insist(keep))
        except BadRequest as error:
            return await self._page(request, link, str(error))
        if done[-1] != "done":
            return _late(request)
        html = done_page(language_asked(request), BECOMES[decision])
        return HTMLResponse(html, headers=HEADERS)


def _late(request: Request) -> Response:
    html = done_page(language_asked(request), "late")
    return HTMLResponse(html, HTTPStatus.GONE, headers=HEADERS)
