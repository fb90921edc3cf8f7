"""HTTP below the application: what is no request at all is answered by a problem too."""

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from search_api.edge import SAFE
from search_api.problems import problem

_DETAIL = "This is no HTTP request that is understood here: its method is unknown, or its form is broken."


class Wire(HttpToolsProtocol):
    """uvicorn's own, but for the words to a request that its parser refuses: the application never hears of it."""

    def send_400_response(self, msg: str) -> None:
        answer = problem(Request({"type": "http", "path": "/", "headers": [], "server": self.server}), 400, _DETAIL)
        headers = [*answer.raw_headers, *SAFE, (b"connection", b"close")]
        lines = [b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()
