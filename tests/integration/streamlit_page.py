"""A page of the dashboard over Streamlit's own WebSocket, as a browser speaks to it: what it shows, and its forms."""

import re
from types import TracebackType
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


class Page:
    """`seen`: all that the last run sent, as it came; `pages`: what the navigation knows."""

    def __init__(self, base: str, cookie: str | None = None, page: str = "home") -> None:
        self._page, self.pages, self.seen = page, set[str](), b""
        self._fields: dict[str, str] = {}
        self._buttons: dict[str, str] = {}
        headers = {"Cookie": f"px={cookie}"} if cookie else {}
        address = f"ws://{urlsplit(base).netloc}/_stcore/stream"
        self._wire = connect(
            address, origin=base, additional_headers=headers, subprotocols=["streamlit"], max_size=None
        )
        self._run(BackMsg())

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wire.close()

    def press(self, button: str, **typed: str) -> bytes:
        """Fill fields (by label, `_` for a space) and press a button; what is shown then."""
        message = BackMsg()
        for label, value in typed.items():
            message.rerun_script.widget_states.widgets.add(id=self._fields[label.replace("_", " ")], string_value=value)
        message.rerun_script.widget_states.widgets.add(id=self._buttons[button], trigger_value=True)
        return self._run(message)

    def ticket(self) -> str:
        """What the page gives the browser after a sign-in, to change for the cookie."""
        found = re.search(rb'"ticket": ?"([\w-]+)"', self.seen)
        assert found, self.seen
        return found[1].decode()

    def _run(self, message: BackMsg) -> bytes:
        message.rerun_script.page_name = self._page
        self._wire.send(message.SerializeToString())
        self.seen = b""
        while True:
            raw = self._wire.recv(timeout=60)
            assert isinstance(raw, bytes)
            said = ForwardMsg.FromString(raw)
            kind = said.WhichOneof("type")
            if kind == "navigation":
                self.pages = {one.url_pathname or "home" for one in said.navigation.app_pages}
            if kind == "delta":
                self.seen += raw
                field, button = said.delta.new_element.text_input, said.delta.new_element.button
                self._fields |= {field.label: field.id} if field.id else {}
                self._buttons |= {button.label: button.id} if button.id else {}
            if kind == "script_finished" and said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return self.seen
