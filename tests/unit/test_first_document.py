"""The document that every page begins with, and Streamlit's programs, which are sent compressed."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

from dashboard import first_document
from dashboard.security_headers import policy
from tests.stack import ROOT

STATIC = Path(streamlit.__file__).with_name("static") / "static"


@pytest.fixture
def browser() -> TestClient:
    files = Mount("/static", StaticFiles(directory=STATIC))
    middleware = [Middleware(first_document.Packed)]
    return TestClient(Starlette(routes=[*first_document.ROUTES, files], middleware=middleware))


def test_every_page_begins_with_it(browser: TestClient) -> None:
    for page in (ROOT / "pages").glob("*.py"):
        if page.stem != "home":  # its address is the server's own, see routes.home
            assert browser.get(f"/{page.stem}").text == browser.get("/").text
    assert "<title>Pixplore</title>" in browser.get("/").text


def test_it_names_all_that_the_first_elements_need() -> None:
    linked = re.findall(
        r'<link rel="modulepreload" crossorigin href="\./static/js/([^"]+)">', first_document.document()
    )
    named = {*linked, *re.findall(r'src="\./static/js/([^"]+)"', first_document.document())}
    assert len(linked) == len(set(linked))
    for element in ("BidiComponent", "Html", "TextInput"):
        (file,) = (STATIC / "js").glob(f"{element}.*.js")
        assert file.name in named
        imported = set(re.findall(r'from"\./([^"]+\.js)"', file.read_text(encoding="utf-8")))
        assert imported, "its imports are written another way now"
        assert imported <= named
    assert all((STATIC / "js" / name).is_file() for name in linked)


def test_its_scripts_are_those_that_the_policy_lets_run() -> None:
    scripts = re.findall(r"<script>(.*?)</script>", first_document.document(), re.S)
    assert any("BACKEND_BASE_URL" in script for script in scripts)
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy([])


def test_streamlits_program_still_asks_for_what_the_document_tells() -> None:
    """Another version may have another way: then the document has to change with it."""
    programs = "".join(path.read_text(encoding="utf-8") for path in (STATIC / "js").glob("index.*.js"))
    for name in ("__streamlit", "BACKEND_BASE_URL", "HOST_CONFIG", "allowedOrigins", "useExternalAuthToken"):
        assert name in programs


def test_a_program_comes_compressed_where_that_is_understood(browser: TestClient) -> None:
    (file,) = (STATIC / "js").glob("protobuf.*.js")
    with browser.stream("GET", f"/static/js/{file.name}", headers={"Accept-Encoding": "gzip, br"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw) == file.read_bytes()
    assert len(raw) < file.stat().st_size / 4
    assert {"immutable", "public"} <= set(answer.headers["cache-control"].split(", "))
    for other in ("identity", "br, gzip;q=0", "gzip;q=0.0"):
        plain = browser.get(f"/static/js/{file.name}", headers={"Accept-Encoding": other})
        assert "content-encoding" not in plain.headers
        assert plain.content == file.read_bytes()
    for wrong in ("none.js", "..%2f..%2findex.html"):
        assert browser.get(f"/static/js/{wrong}").status_code == 404
    (css, *_) = (STATIC / "css").glob("*.css")  # what is no program is not ours to give, by whatever name
    assert "content-encoding" not in browser.get(f"/static/js/..%2fcss%2f{css.name}").headers
