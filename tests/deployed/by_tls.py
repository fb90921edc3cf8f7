"""ministack, started by emulator.py: its authoriser, too, asks for keys by TLS, where it would by plain HTTP."""

from typing import Any

from ministack import app
from ministack.services import apigateway, apigateway_v1

plain = apigateway._resolve_jwks_url


async def by_tls(authorizer: Any) -> str | None:
    found = await plain(authorizer)
    return found.replace("http://", "https://", 1) if found else None


apigateway._resolve_jwks_url = apigateway_v1._resolve_jwks_url = by_tls
app.main()
