"""Lines of the log for what the dashboard refuses (pixplore/refusals.py): calls, and pages that are not for a role."""

import logging

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixplore import request_ids
from pixplore.refusals import REFUSED, Refusals, about, route_of

_noted = Refusals(logging.getLogger("pixplore.dashboard").warning)


class Refused:
    """ASGI middleware: a line for each 401 and 403, under the answer's id; one that has none gets one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known = about(scope)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in REFUSED:
                headers = MutableHeaders(scope=message)
                asked = headers.setdefault(request_ids.HEADER, request_ids.new())
                _noted.note(message["status"], scope["method"], route_of(scope), asked, **known)
            await send(message)

        await self.app(scope, receive, noting)


def page(name: str, sub: str) -> None:
    """Somebody opened a page that is not for their role."""
    _noted.note(403, "page", name, request_ids.new(), sub, "Their role does not see it.")
