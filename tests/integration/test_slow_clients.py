"""Clients that are slow on purpose, or never come to an end, keep none of the three servers from the others."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest

from tests.stack import Stack

MANY = 30
ASKED = {"dashboard": "/_stcore/health", "search_api": "/healthz", "uploads_api": "/uploads"}
"""What anybody may ask of each, and gets an answer to, if only a refusal."""
HEADERS = "GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Slow: "
BODY = ("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n"
        "Authorization: Bearer x\r\nOrigin: http://{host}\r\n\r\n")  # fmt: skip


def opened(address: str, begin: str, path: str) -> socket.socket:
    host = urlsplit(address).netloc
    made = socket.create_connection((urlsplit(address).hostname or "", urlsplit(address).port or 80), 10)
    made.sendall(begin.format(path=path, host=host).encode())
    return made


@contextmanager
def dripping(connections: list[socket.socket]) -> Iterator[None]:
    """A byte of each every tenth of a second."""
    enough = threading.Event()

    def drip() -> None:
        while not enough.wait(0.1):
            for one in connections:
                with suppress(OSError):
                    one.sendall(b"a")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


@pytest.mark.parametrize("part", ASKED)
@pytest.mark.parametrize(("begin", "path"), [(HEADERS, "/x"), (BODY, "/v1/collections"), (BODY, "/upload/ask"),
                                             (BODY, "/data/v1/collections"), (BODY, "/v1/images/similar")],
                         ids=["headers", "body", "question", "forwarded", "picture"])  # fmt: skip
def test_slow_clients_keep_nobody_waiting(stack: Stack, part: str, begin: str, path: str) -> None:
    address = stack.ends[part]
    with ExitStack() as all_of:
        slow = [all_of.enter_context(opened(address, begin, path)) for _ in range(MANY)]
        with dripping(slow):
            time.sleep(0.5)
            for _ in range(5):
                answer = httpx.get(address + ASKED[part], timeout=5)
                assert answer.status_code in (200, 401, 403, 404)


def memory(stack: Stack) -> int:
    return max(process.memory_info().rss for process in stack.parts("-m search_api"))


HEAD = "GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("begin", [HEAD, f"{HEAD}X-A: ", "GET /"],
                         ids=["headers without end", "one header without end", "an address without end"])  # fmt: skip
def test_a_head_without_end_is_cut_off(stack: Stack, begin: str) -> None:
    before, sent, told = memory(stack), 0, b""
    part = b"X-Header: x\r\n" * 5_000 if begin.endswith("\r\n") else b"x" * 65_000
    with opened(stack.ends["search_api"], begin, "") as client, suppress(OSError):
        while sent < 100_000_000 and not told:
            client.sendall(part)
            sent += len(part)
            client.settimeout(0.001)
            with suppress(TimeoutError):
                told = client.recv(100)
            client.settimeout(5)
    assert sent < 20_000_000
    assert not told or told.startswith(b"HTTP/1.1 431 ")
    assert memory(stack) - before < 30_000_000
    assert httpx.get(stack.ends["search_api"] + "/healthz").status_code == 200


def test_a_long_but_decent_head_is_read(stack: Stack) -> None:
    headers = {"X-Long": "x" * 30_000}
    assert httpx.get(stack.ends["search_api"] + "/healthz", headers=headers).status_code == 200


@pytest.mark.parametrize("depth", [100, 50_000])
@pytest.mark.parametrize("opens", ["[", '{"a":'])
def test_json_without_end_is_refused(stack: Stack, opens: str, depth: int) -> None:
    token = stack.token()
    deep = opens * depth
    for address in (f"{stack.ends['search_api']}/v1/collections", f"{stack.ends['search_api']}/v1/bulk",
                    f"{stack.ends['search_api']}/v1/taxonomy", f"{stack.ends['uploads_api']}/uploads"):  # fmt: skip
        method = "PUT" if address.endswith("taxonomy") else "POST"
        for body in (deep, f'{{"name": {deep}', f'{{"query": {deep}{"]" * depth if opens == "[" else ""}}}'):
            answer = stack.call(method, address, token, content=body, headers={"Content-Type": "application/json"})
            assert 400 <= answer.status_code < 500, (address, answer.status_code, answer.text[:200])
            assert len(answer.text) < 2_000
