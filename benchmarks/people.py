"""Fifty people at once on one dashboard process, each as a browser speaks to it: over Streamlit's own WebSocket.

One click in five opens the insights, the others filter the catalogue.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PEOPLE = 50
STEPS = 8
THINK_S = 6.0
"""Seconds between two clicks of a person, on average."""
PANEL = "label,category,tag,colour,orientation"
_LIMIT_S = 60.0
KEPT = httpx.Limits(max_connections=60, max_keepalive_connections=20, keepalive_expiry=2)
"""Servers close a connection that was quiet for some seconds. A browser whose question meets that asks again by itself;
httpx does not."""


@dataclass
class Seen:
    """What all of them saw: milliseconds from a click to the end of its run, and to the answers that the panel and the
    gallery ask for themselves meanwhile; and what went wrong."""

    first_ms: list[float] = field(default_factory=list)
    rerun_ms: list[float] = field(default_factory=list)
    asked_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def measure(base: str, cookies: Sequence[str], queries: list[dict[str, str]], seconds_open: float = 0) -> Seen:
    """Everybody opens the catalogue, then clicks through `queries` in an order of their own.

    `cookies` are signed-in sessions', handed out by turns. They stay for `seconds_open` after their last click.
    """
    seen = Seen()
    asyncio.run(_all(base, cookies, queries, seen, seconds_open))
    return seen


async def _all(base: str, cookies: Sequence[str], queries: list[dict[str, str]], seen: Seen, stay: float) -> None:
    everybody = (person(nth, base, cookies[nth % len(cookies)], queries, seen, stay) for nth in range(PEOPLE))
    await asyncio.gather(*everybody)


async def person(nth: int, base: str, cookie: str, queries: list[dict[str, str]], seen: Seen, stay: float) -> None:
    """One of them, from opening the page to leaving it; what went wrong is told in `seen`."""
    own = random.Random(nth)
    await asyncio.sleep(own.uniform(0, THINK_S))
    address = f"ws://{urlsplit(base).netloc}/_stcore/stream"
    headers = {"Cookie": f"px={cookie}"}
    try:
        async with (
            httpx.AsyncClient(base_url=base, headers=headers, timeout=_LIMIT_S, limits=KEPT) as beside,
            connect(
                address, origin=base, additional_headers=headers, subprotocols=["streamlit"], max_size=None
            ) as wire,
        ):
            seen.first_ms.append(await _run(wire, {}))
            for _ in range(STEPS):
                await asyncio.sleep(own.expovariate(1 / THINK_S))
                query, page = own.choice(queries), own.choices(("catalogue", "insights"), (4, 1))[0]
                ran, asked = await asyncio.gather(_run(wire, query, page), _asked(beside, query))
                seen.rerun_ms.append(ran)
                seen.asked_ms.append(asked)
            await asyncio.sleep(stay)
    except Exception as error:
        seen.errors.append(f"{type(error).__name__}: {error}")


async def _asked(beside: httpx.AsyncClient, query: dict[str, str]) -> float:
    """The panel's counts and the gallery's first page, as the browser asks for them; milliseconds until both are there.

    Raises httpx.HTTPStatusError where one is refused.
    """
    began = time.perf_counter()
    both = [{**query, "limit": "1", "facets": PANEL, "facet_limit": "10"}, {**query, "limit": "60", "sort": "newest"}]
    for answer in await asyncio.gather(*(beside.get("/data/v1/images", params=asked) for asked in both)):
        answer.raise_for_status()
    return (time.perf_counter() - began) * 1000


async def _run(wire: ClientConnection, query: dict[str, str], page: str = "catalogue") -> float:
    """One run of a page's script with this address; milliseconds. Raises RuntimeError where it failed."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = urlencode(query)
    began = time.perf_counter()
    await wire.send(message.SerializeToString())
    async with asyncio.timeout(_LIMIT_S):
        while True:
            raw = await wire.recv()
            answer = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
                raise RuntimeError(answer.delta.new_element.exception.message)
            if kind == "delta" and b'role="alert"' in raw:
                raise RuntimeError("the page shows an error")
            if kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                raise RuntimeError("the page's script does not compile")
            # else it begins anew by itself, as after what somebody else changed
            if kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return (time.perf_counter() - began) * 1000
