"""No client takes the program from the others: so many of its requests are worked on at a time, the rest wait."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixplore.errors import Unavailable
from search_api.problems import problem

AT_ONCE = 8
"""Requests of one client; there are threads for several times as many."""
SLOW_AT_ONCE = 2
"""While SQL answers, whose places are four: another client finds one."""
WAITING = 200
PATIENCE_S = 20.0
_BY_ITSELF = frozenset({"/v1/images", "/healthz", "/readyz", "/metrics"})
"""What takes no thread, or asks for its turn where it needs one."""


@dataclass(slots=True)
class _Client:
    busy: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Turns:
    """Who is worked for. A client is a token, or an address where there is none. One event loop may use it."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING, patience_s: float = PATIENCE_S) -> None:
        self._at_once, self._waiting, self._patience = at_once, waiting, patience_s
        self.slow: Callable[[], bool] = lambda: False
        self._clients: dict[bytes, _Client] = {}

    @asynccontextmanager
    async def of(self, scope: Scope) -> AsyncIterator[None]:
        """Raises Unavailable where a client has too many waiting, or waits for too long."""
        name = _client(scope)
        client = self._clients.setdefault(name, _Client())
        if client.busy >= (SLOW_AT_ONCE if self.slow() else self._at_once):
            await self._wait(client)
        else:
            client.busy += 1
        try:
            yield
        finally:
            if not self._hand_over(client):
                client.busy -= 1
                if not client.busy:
                    self._clients.pop(name, None)

    async def _wait(self, client: _Client) -> None:
        if len(client.waiting) >= self._waiting:
            raise Unavailable("You ask too much at once. Wait for some of the answers, then ask again.")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        client.waiting.append(turn)
        try:
            await asyncio.wait_for(asyncio.shield(turn), self._patience)
        except BaseException as error:
            if not turn.done():
                client.waiting.remove(turn)
            elif not self._hand_over(client):  # the turn came as we gave up
                client.busy -= 1
            if isinstance(error, TimeoutError):
                raise Unavailable(
                    "Your other requests take too long. Wait for their answers, then ask again."
                ) from None
            raise

    def _hand_over(self, client: _Client) -> bool:
        """Give one's place to who waits the longest."""
        if not client.waiting:
            return False
        client.waiting.popleft().set_result(None)
        return True


TURNS = Turns()


class Fair:
    """ASGI middleware: every request has its turn, but for those that are answered at once.

    The turn ends where the answer begins: a slow download keeps nobody from asking on, and has limits of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["path"] in _BY_ITSELF and scope["method"] == "GET"):
            await self.app(scope, receive, send)
            return
        try:
            async with AsyncExitStack() as turn:
                await turn.enter_async_context(TURNS.of(scope))

                async def begun(message: Message) -> None:
                    await turn.aclose()
                    await send(message)

                await self.app(scope, receive, begun)
        except Unavailable as error:
            headers = {"Retry-After": str(error.retry_after)}
            answer = problem(Request(scope), error.status, error.detail, error.code, headers=headers)
            await answer(scope, receive, send)


def _client(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return blake2b(value, digest_size=16).digest()
    return str((scope.get("client") or ("",))[0]).encode()
