"""/docs: Swagger UI from files that a PyPI package carries, so that no request leaves the machine."""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pixplore search API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
_START = """SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true,
  persistAuthorization: false, validatorUrl: null });
"""


def install(app: FastAPI) -> None:
    assets = Path(fastapi_offline.__file__).with_name("static")
    app.add_api_route("/docs", _page, include_in_schema=False)
    app.add_api_route("/docs/start.js", _start, include_in_schema=False)
    app.mount("/docs/assets", StaticFiles(directory=assets))


def _page() -> Response:
    return Response(_PAGE, media_type="text/html")


def _start() -> Response:
    return Response(_START, media_type="text/javascript")
