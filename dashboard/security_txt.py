"""GET /.well-known/security.txt (RFC 9116): whom to tell of a weakness, where PIXPLORE_SECURITY_CONTACT says it."""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard import session
from dashboard.forwarding import problem

HOLDS = timedelta(days=180)
"""RFC 9116 advises less than a year; as long as this installation answers, it says a later day."""


async def told(request: Request) -> Response:
    contact = session.settings().security_contact
    if not contact:
        return problem(404, "Not Found", "This installation names nobody here. Tell whoever gave you its address.")
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (f"Contact: {contact}", f"Expires: {today + HOLDS:%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: en")
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": "max-age=86400"})


ROUTE = Route("/.well-known/security.txt", told, methods=["GET"])
