"""What the uploader asks, answered by the uploads API: grants, new grants, and how the files fare.

One `Upload` lives in the session for what is being uploaded now; everything lasting is in the manifest.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.components.uploader import uploader
from pixplore import file_names
from pixplore.errors import PixploreError, Unavailable

COMPONENT = "px-uploader"
ENDED = ("ready", "duplicate", "rejected", "failed")
HREF = "/catalogue?id="
_RETRIES_A_QUESTION = 20
_PAGES_A_LOOK = 3
"""Pages of a manifest that one look at the states reads; the next look goes on from there."""


@dataclass
class Upload:
    """What this browser tab is uploading.

    `missing`: (name, size) -> image_ids that an earlier sitting promised and never sent; `given`: new grants for them
    that are not handed out yet.
    """

    queue: str
    batch_id: str | None = None
    name: str = ""
    defaults: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] | None = None
    cursor: str | None = None
    missing: dict[tuple[str, int], list[str]] | None = None
    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    born: bool = False
    """The batch was created a moment ago, so that the page around should be drawn again."""


def current(batch_id: str | None) -> Upload:
    """The upload of this session that belongs to `batch_id` (None: the one that is not begun yet)."""
    kept: dict[str | None, Upload] = st.session_state.setdefault("px_uploads", {})
    if batch_id not in kept:
        kept[batch_id] = Upload(queue=secrets.token_hex(6), batch_id=batch_id)
    st.session_state["px_upload"] = kept[batch_id]
    return kept[batch_id]


def latest() -> Upload | None:
    """The batch that this session began last; its files may still be on their way."""
    begun = [
        upload for batch_id, upload in st.session_state.get("px_uploads", {}).items() if batch_id and upload.answer
    ]
    return begun[-1] if begun else None


def batch(batch_id: str, status: str | None = None, cursor: str | None = None) -> dict[str, Any]:
    """One page of a batch's manifest: batch_id, name, created_at, counts, items, next_cursor."""
    found: dict[str, Any] = client.get(f"/uploads/{batch_id}", {"status": status, "cursor": cursor}, api=client.UPLOADS)
    return found


def batches(cursor: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/uploads", {"cursor": cursor}, api=client.UPLOADS)
    return found


def retry(batch_id: str) -> dict[str, Any]:
    """New grants for what was never sent, another try for what failed."""
    found: dict[str, Any] = client.post(f"/uploads/{batch_id}/retry", {}, api=client.UPLOADS)
    return found


def errors_csv(batch_id: str) -> bytes:
    return client.download(f"/uploads/{batch_id}/errors.csv", api=client.UPLOADS)


def under_way(counts: dict[str, int]) -> int:
    return sum(n for status, n in counts.items() if status in ("received", "processing"))


@st.fragment
def show(upload: Upload) -> None:
    """The uploader itself, in a fragment so that its questions draw nothing else again."""
    uploader(
        upload.queue,
        upload.answer,
        _answer,
        key=COMPONENT,
        href=HREF,
        lead=_lead(upload),
    )
    if upload.born:
        upload.born = False
        st.query_params["batch"] = str(upload.batch_id)
        st.rerun(scope="app")


def _lead(upload: Upload) -> str:
    if upload.missing and any(upload.missing.values()):
        return "Choose the same files again to finish"
    return "Drop more photographs here" if upload.batch_id else "Drop photographs or folders here"


def _answer() -> None:
    question = st.session_state[COMPONENT].get("ask")
    upload: Upload = st.session_state["px_upload"]
    if not question or (upload.answer and upload.answer["request"] == question["request"]):
        return  # asked twice because the first answer was slow
    try:
        items = {"grants": _grants, "retry": _again, "states": _states}[question["kind"]](upload, question)
        upload.answer = {"request": question["request"], "items": items}
    except PixploreError as error:
        upload.answer = {
            "request": question["request"],
            "error": error.detail,
            "again": isinstance(error, Unavailable),
        }


def _grants(upload: Upload, question: dict[str, Any]) -> list[dict[str, Any]]:
    """Grants for files: of the manifest where they are awaited there, new ones for all others."""
    resumed, fresh = _awaited(upload, question["files"])
    given = _given(upload, set(resumed.values()))
    items = [given[image_id] | {"key": key} for key, image_id in resumed.items() if image_id in given]
    if fresh:
        files = [{name: value for name, value in file.items() if name != "key" and value} for file in fresh]
        body = {"files": [file | {"size": file.get("size", 0)} for file in files]}
        if upload.batch_id is None:
            begin = body | {"name": upload.name, "defaults": upload.defaults}
            said = client.post("/uploads", begin, api=client.UPLOADS)
            upload.batch_id, upload.born = said["batch_id"], True
            kept = st.session_state["px_uploads"]
            kept[upload.batch_id] = kept.pop(None)
        else:
            said = client.post(f"/uploads/{upload.batch_id}/files", body, api=client.UPLOADS)
        items += [item | {"key": file["key"]} for item, file in zip(said["items"], fresh, strict=True)]
    return items


def _awaited(upload: Upload, files: list[dict[str, Any]]) -> tuple[dict[int, str], list[dict[str, Any]]]:
    """({key: image_id} of files that the manifest awaits: same name and size, the other files)."""
    resumed, fresh = {}, []
    for file in files:
        waiting = (upload.missing or {}).get((file_names.clean(file["name"]), file["size"]))
        if waiting:
            resumed[file["key"]] = waiting.pop()
        else:
            fresh.append(file)
    return resumed, fresh


def await_missing(upload: Upload) -> None:
    """Learn which files of an earlier sitting were never sent, so that choosing them again finishes it."""
    if upload.missing is not None or upload.batch_id is None:
        return
    upload.missing, cursor = {}, None
    while True:
        page = batch(upload.batch_id, "expected", cursor)
        for item in page["items"]:
            upload.missing.setdefault((item["name"], item["size"]), []).append(item["image_id"])
        cursor = page.get("next_cursor")
        if not cursor:
            return


def _given(upload: Upload, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """New grants of these files. A retry answers with 500 of a batch at most, the longest untouched first."""
    for _ in range(_RETRIES_A_QUESTION):
        if wanted <= upload.given.keys():
            break
        fresh = {item["image_id"]: item for item in retry(str(upload.batch_id))["items"]}
        if not fresh.keys() - upload.given.keys():
            break
        upload.given |= fresh
    return {image_id: upload.given.pop(image_id) for image_id in wanted & upload.given.keys()}


def _again(upload: Upload, question: dict[str, Any]) -> list[dict[str, Any]]:
    """Another try: of the files named, and where `failed` says so of all that failed on our side."""
    if question["failed"]:
        upload.given |= {item["image_id"]: item for item in retry(str(upload.batch_id))["items"]}
    else:
        upload.given.clear()  # what is asked for again has run out
    return list(_given(upload, set(question["images"])).values())


def _states(upload: Upload, _question: dict[str, Any]) -> list[list[Any]]:
    """How the files fare: a few pages of the manifest a look, round and round."""
    news: list[list[Any]] = []
    for _ in range(_PAGES_A_LOOK):
        page = batch(str(upload.batch_id), cursor=upload.cursor)
        for item in page["items"]:
            if item["status"] != "expected":
                message = (item.get("error") or {}).get("message", "")
                news.append([item["image_id"], item["status"], message, item.get("duplicate_of")])
        upload.cursor = page.get("next_cursor")
        if not upload.cursor:
            break
    return news
