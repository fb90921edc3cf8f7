"""Headers of every answer: what a page may load, who may frame it, what it tells others."""

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.first_document import document
from pixplore.safe_headers import HSTS

_STRICTER = "Referrer-Policy"
"""What a page may say for itself: a shared one tells others nothing at all."""


def policy(buckets: Iterable[str]) -> str:
    """Content-Security-Policy: everything from this server, pictures and uploads also from and to the buckets.

    `'self'` means this server's WebSocket too (CSP 3). Streamlit loads components as blobs and styles inline; the
    inline scripts of the document are named by their hashes.
    """
    places = " ".join(buckets)
    inline = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", document(), re.S)
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {inline}",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            f"img-src 'self' data: blob: {places}",
            f"connect-src 'self' {places}",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


class SecurityHeaders:
    """ASGI middleware; `tls` adds Strict-Transport-Security."""

    def __init__(self, app: ASGIApp, policy: str, tls: bool) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if tls:
            self.headers |= HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: Any = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    if name == _STRICTER and name in headers:
                        continue
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, with_headers)
