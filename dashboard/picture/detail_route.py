"""GET /detail/{id}: a picture as the search API has it, with what is to be said of it in words.

The viewer (components/boxes) asks here whenever another picture is shown, so that stepping through a hundred pictures
draws no page anew.
"""

import json
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard import forwarding
from dashboard.picture import detail_facts


async def told(request: Request) -> Response:
    """{"image": ImageDetail, "words": detail_facts.words of it}; what the search API refuses is passed on as it is."""
    path = f"/data/v1/images/{quote(request.path_params['image_id'], safe='')}"
    answer = await forwarding.forward(Request({**request.scope, "raw_path": path.encode()}, request.receive))
    if answer.status_code != 200 or not isinstance(answer, StreamingResponse):
        return answer
    try:
        image: dict[str, Any] = json.loads(b"".join([part async for part in answer.body_iterator]))
    finally:
        if answer.background:
            await answer.background()
    said = {"image": image, "words": detail_facts.words(image)}
    return JSONResponse(said, headers={"Cache-Control": "no-store"})


ROUTE = Route("/detail/{image_id}", told, methods=["GET"])
