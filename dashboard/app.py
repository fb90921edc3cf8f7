"""The dashboard as an ASGI program: `streamlit run dashboard/app.py`. Pages are in main.py and pages/."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # `streamlit run` puts only this folder there

import streamlit as st  # noqa: E402

from pixplore import log_lines  # noqa: E402

log_lines.as_asked()  # what is imported below has its first words already

from starlette.middleware import Middleware  # noqa: E402

from dashboard import failures, first_document, routes, session  # noqa: E402
from dashboard.refused import Refused  # noqa: E402
from dashboard.security_headers import SecurityHeaders, policy  # noqa: E402
from dashboard.sharing import shared_page  # noqa: E402
from pixplore.aws import origins  # noqa: E402
from pixplore.settings import DeliverySettings, StorageSettings, load  # noqa: E402

settings, storage = session.check_settings(), load(StorageSettings)
places = origins.of_buckets(storage.originals_bucket, storage.renditions_bucket)
if cdn := load(DeliverySettings).renditions_url:
    places.append(cdn)


@asynccontextmanager
async def running(app: st.App) -> AsyncIterator[None]:
    log_lines.as_asked()  # now, when Streamlit and its server have made their loggers
    yield


app = st.App(
    ROOT / "dashboard" / "main.py",
    routes=[*first_document.ROUTES, *routes.ROUTES, *shared_page.ROUTES],
    middleware=[
        Middleware(SecurityHeaders, policy=policy(places), tls=settings.cookie_secure),
        Middleware(first_document.Packed),
        Middleware(Refused),
    ],
    lifespan=running,
    on_script_error=failures.show,
)
