"""GET /report?{filters}&view=...: what the insights page shows under the same address, as a file for somebody else.

Asks the search API by the session's cookie, as dashboard/forwarding.py does, all questions at once.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard import failures, session
from dashboard.catalogue.catalogue_state import State, is_state, read
from dashboard.catalogue.chips import chips
from dashboard.insights.insight_sections import SECTIONS
from dashboard.report import report_compare, report_page
from dashboard.report.report_blocks import ALWAYS, BESIDE, PARTS
from dashboard.report.report_labels import wants_labels
from dashboard.report.report_part import NARROW, UNSURE, WIDE, Asked, Choices, insight
from pixplore import request_ids
from pixplore.errors import PixploreError, Unavailable


class _Service:
    """The search API for one report, whose questions have one id."""

    def __init__(self, client: httpx.AsyncClient, here: State) -> None:
        self.client, self.here = client, here

    async def ask(self, asked: Asked) -> Any:
        pairs = [] if asked.alone else self.here.query()
        used = {name for name, _ in pairs}  # a filter of the page comes before a question's usual value
        pairs += [(k, str(v)) for k, v in asked.params.items() if v not in (None, "") and k not in used]
        answer = await self.client.get(asked.path, params=pairs)
        if answer.is_server_error:
            name = self.client.headers[request_ids.HEADER]
            said = failures.unexpected(_detail(answer), "GET", asked.path, answer.status_code, answer.text, name)
            raise Unavailable(said)
        if answer.is_error:
            raise Unavailable(_detail(answer))
        return answer.json()

    async def all(self, asks: Mapping[str, Asked]) -> dict[str, Any]:
        found = await asyncio.gather(*(self.ask(asked) for asked in asks.values()))
        return dict(zip(asks, found, strict=True))


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return ""


async def report(request: Request) -> Response:
    """The file, or a sentence that says why not."""
    try:
        found = await run_in_threadpool(session.of_cookie, request.cookies.get(session.cookie_name(), ""))
    except Unavailable as error:
        return PlainTextResponse(error.detail, 503)
    if found is None:  # the insights ask to sign in, and then show the same view
        return RedirectResponse(f"/insights?{request.url.query}", 303)
    here = read({name: request.query_params.getlist(name) for name in request.query_params})
    said = Choices({name: request.query_params.getlist(name) for name in request.query_params if not is_state(name)})
    scheme = "https" if session.settings().cookie_secure else request.url.scheme
    base = f"{scheme}://{request.headers.get('host', request.url.netloc)}"
    head = {"authorization": f"Bearer {found.tokens.access}", "user-agent": "pixplore-dashboard"}
    head[request_ids.HEADER] = asked = request_ids.new()
    at = datetime.now(UTC)
    try:
        async with httpx.AsyncClient(
            base_url=session.settings().search_api.rstrip("/"), headers=head, timeout=httpx.Timeout(30, connect=3)
        ) as client:
            made = await _made(_Service(client, here), here, said, f"{base}/insights?{request.url.query}", found, at)
    except httpx.HTTPError as error:
        return PlainTextResponse(failures.unanswered(error, "GET", request.url.path, asked), 503)
    except PixploreError as error:
        return PlainTextResponse(error.detail, error.status)
    name = f"pixplore-report-{at:%Y-%m-%d}.html"
    return Response(
        made.replace(b'href="/catalogue', f'href="{escape(base)}/catalogue'.encode()),
        media_type="text/html; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _made(
    service: _Service, here: State, said: Choices, address: str, who: session.Session, at: datetime
) -> bytes:
    view = said.one("view", [section.name for section in SECTIONS], "labels")
    if view == "confidence" and (many := wants_labels(said)):
        rows = (await service.ask(insight("labels", limit=many, min_confidence=UNSURE)))["rows"]
        said = Choices({**said.params, "of": [row["label"] for row in rows]})
    beside = [name for name in BESIDE if name != view]
    shown = [view] if view in PARTS else []
    asks = {"all": Asked("/v1/images", {"limit": 1, "facets": "label", "facet_limit": 1})} | ALWAYS.asks(said)
    asks |= {name: one for part in (*shown, *beside) for name, one in PARTS[part].asks(_own(part, view, said)).items()}
    answers = await service.all(asks)
    total, label = int(answers["all"]["total"]), answers["all"]["facets"]["label"]
    score = answers["health"]["score"]
    main = PARTS[view].block(answers, total, said, WIDE) if shown else await _compared(service, here, said, at)
    more = [PARTS[part].block(answers, total, _own(part, view, said), NARROW) for part in beside]
    return report_page.page(
        filters=chips(here, await _titles(service, here)),
        figures=[
            (f"{total:,}", "Pictures"), (f"{label['distinct']:,}", "Different labels"),
            (f"{label['unset']:,}", "Without label"), ("none" if score is None else f"{score:.0f} of 100", "Health"),
        ],
        main=main, more=[*more, ALWAYS.block(answers, total, said, NARROW)],
        by=who.person.email, at=at, address=address,
    )  # fmt: skip


def _own(part: str, view: str, said: Choices) -> Choices:
    """The page's choices are the open part's; the others show the usual."""
    return said if part == view else Choices()


async def _compared(service: _Service, here: State, said: Choices, at: datetime) -> report_page.Block:
    asked = report_compare.names_asked(said)
    chosen = report_compare.sides(said, here, await service.ask(asked) if asked else {}, at.date())
    if chosen is None:
        return report_compare.nothing()
    return report_compare.block(said, chosen, await service.ask(report_compare.asked(said, chosen)))


async def _titles(service: _Service, here: State) -> dict[tuple[str, str], str]:
    """What the uploads and collections among the filters are called."""
    found = {}
    for name, value in here.filters:
        facet = name.removeprefix("not_")
        if facet in ("batch_id", "collection") and not value.startswith("__"):
            asked = Asked(f"/v1/facets/{facet}", {"prefix": value, "described": "true", "facet_limit": 1})
            for row in (await service.ask(asked))["values"]:
                found[facet, value] = str(row.get("title") or value[:8])
    return found


ROUTE = Route("/report", report, methods=["GET"])
