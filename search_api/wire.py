"""HTTP below the application: what is no request at all is answered by a problem too."""

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from search_api.edge import SAFE
from search_api.problems import problem

MOST_HEAD = 65_536
"""Bytes of a request before its body, as balancers take them: its parser would go on for ever."""
_DETAIL = "This is no HTTP request that is understood here: its method is unknown, or its form is broken."
_TOO_LONG = f"The address and headers are longer than {MOST_HEAD:,} bytes."


class Wire(HttpToolsProtocol):
    """uvicorn's own, but for the words to a request that its parser refuses, and an end to what it would read."""

    _head: int | None = None
    """How much of a head that is not whole has come; None between heads."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > MOST_HEAD and not self.transport.is_closing():
                self._refuse(431, "Request Header Fields Too Large", _TOO_LONG)

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head = None
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "Bad Request", _DETAIL)

    def _refuse(self, status: int, phrase: str, detail: str) -> None:
        """The application never hears of it."""
        answer = problem(Request({"type": "http", "path": "/", "headers": [], "server": self.server}), status, detail)
        headers = [*answer.raw_headers, *SAFE, (b"connection", b"close")]
        lines = [f"HTTP/1.1 {status} {phrase}".encode(), *(name + b": " + value for name, value in headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()
