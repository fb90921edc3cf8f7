"""POST /upload/ask: the uploader's questions, from whatever page of the dashboard its person looks at meanwhile.

Guarded as dashboard/forwarding.py is: the session's cookie, from the dashboard's own pages only. Who may upload is the
uploads API's word.
"""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard import session
from dashboard.forwarding import foreign, problem, small
from dashboard.upload import uploads
from pixplore.errors import PixploreError, Unauthenticated

_NONSENSE = "This is no question of the uploader: nothing was uploaded by it. Reload the page."
_MOST_BYTES = 1_000_000
"""A question names a hundred files at most."""
_GONE = "This page was open for too long. What was sent is safe: load the page again and choose the same files again."


async def ask(request: Request) -> Response:
    """{"queue", "request", "kind", ...} -> what dashboard/components/uploader says of answers."""
    if refusal := foreign(request):
        return refusal
    try:
        question = json.loads(await small(request, _MOST_BYTES) or b"")
        queue, known = str(question["queue"]), str(question["request"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return problem(400, "Bad Request", _NONSENSE)
    try:
        said = await run_in_threadpool(_answer, request.cookies.get(session.cookie_name(), ""), queue, question)
    except PixploreError as error:
        said = uploads.excuse(error)
    except (KeyError, TypeError, ValueError, AttributeError):
        return problem(400, "Bad Request", _NONSENSE)
    return JSONResponse({"request": known} | said, headers={"Cache-Control": "no-store"})


def _answer(sid: str, queue: str, question: dict[str, Any]) -> dict[str, Any]:
    found = session.of_cookie(sid)
    if found is None:
        raise Unauthenticated("Your session is over. Sign in again.")
    upload = uploads.of_queue(found.person.sub, queue)
    if upload is None:
        return {"error": _GONE, "again": False}
    with session.acting(found):
        return uploads.answer(upload, question)


ROUTE = Route("/upload/ask", ask, methods=["POST"])
