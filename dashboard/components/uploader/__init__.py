"""The uploader: files go from the browser straight to storage; Python signs and watches. ZIPs are opened there too.

The component asks one question at a time, told apart by `request`. The one that begins a batch is put by the trigger
`ask` and answered in `data`; the others go to /upload/ask (dashboard/upload/upload_route.py), whatever page is shown:

    {"kind": "grants", "files": [{"key", "name", "size", "content_type", "sha256"}]}   at most 100
        -> {"request", "batch", "items": [manifest item with its "key"], "awaited": files that are still to be chosen}
    {"kind": "retry", "images": [id], "failed": bool}  -> {"request", "items": [manifest item], "awaited"}
    {"kind": "states"}  -> {"request", "items": [[image_id, status, message, duplicate_of]], "awaited"}
    any of them         -> {"request", "error": sentence, "again": bool}
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pixplore.domain import MAX_FILE_BYTES

_HERE = Path(__file__).parent
_PARTS = ("files.js", "queue.js", "asking.js", "sending.js", "list.js", "uploader.js")
_WORKER = ("unzip.js", "worker.js")
_mount = st.components.v2.component(
    "pixplore_uploader",
    html=(_HERE / "uploader.html").read_text(),
    css=(_HERE / "uploader.css").read_text(),
    js="\n".join(
        [f"const WORKER = {json.dumps(chr(10).join((_HERE / part).read_text() for part in _WORKER))};"]
        + [(_HERE / part).read_text() for part in _PARTS]
    ),
)


def uploader(
    queue: str,
    answer: dict[str, Any] | None,
    on_ask: Callable[[], None],
    *,
    key: str,
    href: str,
    batch: str | None,
    awaited: int,
    hint: str = "JPEG, PNG, WebP, TIFF or AVIF, up to 15 MB each, also in a ZIP",
) -> None:
    """Show one upload. `queue` names it (the browser keeps its files under that name), `href` + id is a picture,
    `batch` the upload's own id once it has begun, `awaited` the number of its files that an earlier sitting promised
    and never sent. Only the browser knows whether it is sending them at this moment, so it says so or not.

    `on_ask` runs when the component asks; the question is `st.session_state[key].ask`.
    """
    _mount(
        key=key,
        data={
            "queue": queue,
            "answer": answer,
            "href": href,
            "batch": batch,
            "awaited": awaited,
            "hint": hint,
            "limits": {"max_bytes": MAX_FILE_BYTES},
        },
        on_ask_change=on_ask,
    )
