"""`make audit` against a source of advisories on this machine that speaks OSV's protocol."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.supply.audit import WEAK, NotAsked, Pin, layers, pins, python, told

FINE, BAD = Pin("fine", "1.0"), Pin("bad", "2.0")


class Advisories(BaseHTTPRequestHandler):
    known: set[Pin]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        package = asked["package"]["name"]
        answer = {}
        if Pin(package, asked["version"]) in self.known:
            ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}]
            affected = [{"package": {"name": package, "ecosystem": "PyPI"}, "ranges": ranges}]
            answer = {"vulns": [{"id": f"WEAK-{package}", "affected": affected}]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def source() -> Iterator[list[str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield ["-s", "osv", "--osv-url", f"http://127.0.0.1:{server.server_port}/v1/query"]
    server.shutdown()
    server.server_close()


def test_what_is_weak_is_named_with_its_remedy(source: list[str]) -> None:
    Advisories.known = {WEAK, BAD}
    assert python({FINE, BAD}, source) == ["bad 2.0: WEAK-bad, mended in 9.9"]
    assert python({FINE}, source) == []


def test_a_source_that_knows_nothing_is_no_clean_bill(source: list[str]) -> None:
    Advisories.known = set()
    with pytest.raises(NotAsked, match=r"knows nothing against jinja2"):
        python({FINE}, source)


def test_nor_is_one_that_is_away(source: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    away = [*source[:3], "http://127.0.0.1:9/v1/query"]
    assert told("Python", lambda: python({FINE}, away)) == 2
    assert "NOT CHECKED, nothing is proved" in capsys.readouterr().out


def test_every_lock_is_read_whole_for_every_python(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(
        "numpy==2.4 ; python_full_version < '3.12' \\\n    --hash=sha256:aa\n"
        "numpy==2.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:bb\nuvicorn[standard]==0.5\n"
    )
    assert pins([lock]) == {Pin("numpy", "2.4"), Pin("numpy", "2.5"), Pin("uvicorn", "0.5")}
    parts = list(layers(pins([lock])))
    assert sorted(len(part) for part in parts) == [1, 2]
    assert all(len({pin.name for pin in part}) == len(part) for part in parts)
