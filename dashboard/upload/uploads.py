"""What the uploader asks, answered by the uploads API: grants, new grants, and how the files fare.

One `Upload` lives in the session for what is being uploaded now; everything lasting is in the manifest. The question
that begins a batch comes by the page, after what was typed into its fields; every other one by
dashboard/upload/upload_route.py, so that an upload goes on wherever in the dashboard its person is.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st

from dashboard import client, session
from dashboard.components.uploader import uploader
from pixplore import file_names
from pixplore.errors import PixploreError, Unauthenticated, Unavailable

COMPONENT = "px-uploader"
ENDED = ("ready", "duplicate", "rejected", "failed")
WORDS = {
    "expected": "Not sent yet",
    "received": "In the queue",
    "processing": "Being looked at",
    "ready": "Searchable",
    "duplicate": "Already there",
    "rejected": "Not taken",
    "failed": "Failed",
}
"""Status of a manifest item -> what people read, as in the uploader's own list."""
HREF = "/catalogue?id="
ABOUT = ("px-new-name", "px-new-category", "px-new-tags")
"""Keys of the fields that say what a new upload is."""
_RETRIES_A_QUESTION = 20
_ANSWERS = 4
"""Answers that are remembered: a browser asks one question at a time, and again where its answer was slow or lost."""
_PAGES_A_LOOK = 3
"""Pages of a manifest that one look at the states reads; the next look goes on from there."""


@dataclass
class Upload:
    """What this browser tab is uploading.

    `missing`: (name, size) -> image_ids that an earlier sitting promised and never sent; `arrived`: (name, size) ->
    items that it did send; `given`: new grants that are not handed out yet; `settled`: page of the manifest -> the page
    behind it, where every file of the page has come to its end.
    """

    queue: str
    batch_id: str | None = None
    answer: dict[str, Any] | None = None
    """What was said last; None while this tab has asked for nothing."""
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The last few by their requests."""
    cursor: str | None = None
    missing: dict[tuple[str, int], list[str]] | None = None
    arrived: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)
    settled: dict[str | None, str] = field(default_factory=dict)
    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    stale: bool = False
    """The batch was created a moment ago: the page around should be drawn again."""
    about: dict[str, Any] = field(default_factory=dict)
    """Name and defaults of a batch that is not begun yet, as they stood on the page at last."""
    one_at_a_time: Lock = field(default_factory=Lock)

    @property
    def awaited(self) -> int:
        """Files of an earlier sitting that are not here yet and were not chosen again."""
        return sum(map(len, (self.missing or {}).values()))


_asked_for: WeakValueDictionary[tuple[str, str], Upload] = WeakValueDictionary()
"""(person, queue) -> what a session keeps of it; gone with the session."""


def current(batch_id: str | None) -> Upload:
    """The upload of this session that belongs to `batch_id` (None: the one that is not begun yet)."""
    kept: dict[str | None, Upload] = st.session_state.setdefault("px_uploads", {})
    if None in kept and (begun := kept[None].batch_id):
        kept[begun] = kept.pop(None)
    if batch_id not in kept:
        kept[batch_id] = upload = Upload(queue=secrets.token_hex(6), batch_id=batch_id)
        if person := session.current():
            _asked_for[person.sub, upload.queue] = upload
    st.session_state["px_upload"] = kept[batch_id]
    return kept[batch_id]


def of_queue(sub: str, queue: str) -> Upload | None:
    """The upload whose files wait in the browser under the name `queue`."""
    return _asked_for.get((sub, queue))


def under_way_here(batch_id: str) -> bool:
    """Whether this tab has sent files of it and may be at it still."""
    upload = st.session_state.get("px_uploads", {}).get(batch_id)
    return bool(upload and upload.answer)


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


def usual_name() -> str:
    return f"Upload of {datetime.now():%-d %B, %H:%M}"


def about() -> dict[str, Any]:
    """Name and defaults of a new upload, as they stand on the page at this moment."""
    name, category, tags = (st.session_state.get(key) or "" for key in ABOUT)
    defaults: dict[str, Any] = {}
    if category.strip():
        defaults["category"] = category.strip()
    if kept := [tag.strip() for tag in tags if tag.strip()]:
        defaults["tags"] = kept
    return {"name": name.strip() or usual_name(), "defaults": defaults}


@st.fragment
def show(upload: Upload) -> None:
    """The uploader itself, in a fragment so that its questions draw nothing else again."""
    upload.about = about()
    uploader(
        upload.queue,
        upload.answer,
        _answer,
        key=COMPONENT,
        href=HREF,
        batch=upload.batch_id,
        awaited=upload.awaited,
    )
    if upload.stale:
        upload.stale = False
        if upload.batch_id:
            st.query_params["batch"] = upload.batch_id
        st.rerun(scope="app")


def _answer() -> None:
    question = st.session_state[COMPONENT].get("ask")
    upload: Upload = st.session_state["px_upload"]
    if question:
        upload.about = about()
        answer(upload, question)


def answer(upload: Upload, question: dict[str, Any]) -> dict[str, Any]:
    """What is said to a question of the component; the same again where it was asked twice, the first being slow."""
    with upload.one_at_a_time:
        request = question["request"]
        if request not in upload.answers:
            try:
                items = {"grants": _grants, "retry": _again, "states": _states}[question["kind"]](upload, question)
                said = {"request": request, "batch": upload.batch_id, "items": items, "awaited": upload.awaited}
            except PixploreError as error:
                said = {"request": request} | excuse(error)
            upload.answers[request] = said
            for old in list(upload.answers)[:-_ANSWERS]:
                del upload.answers[old]
        upload.answer = upload.answers[request]
        return upload.answer


def excuse(error: PixploreError) -> dict[str, Any]:
    """Why there is no answer, and whether asking again by itself may help."""
    over = isinstance(error, Unauthenticated)
    after = " What was sent is safe. Afterwards choose the same files again." if over else ""
    return {"error": error.detail + after, "again": isinstance(error, Unavailable)}


def _grants(upload: Upload, question: dict[str, Any]) -> list[dict[str, Any]]:
    """Grants for files: of the manifest where they are awaited there, new ones for files that it does not know."""
    resumed, sent, fresh = known_files(upload, question["files"])
    given = _given(upload, set(resumed.values()))
    items = sent + [given[image_id] | {"key": key} for key, image_id in resumed.items() if image_id in given]
    if fresh:
        files = [{name: value for name, value in file.items() if name != "key" and value} for file in fresh]
        body = {"files": [file | {"size": file.get("size", 0)} for file in files]}
        if upload.batch_id is None:
            said = client.post("/uploads", body | upload.about, api=client.UPLOADS)
            upload.batch_id, upload.stale = said["batch_id"], True
        else:
            said = client.post(f"/uploads/{upload.batch_id}/files", body, api=client.UPLOADS)
        items += [item | {"key": file["key"]} for item, file in zip(said["items"], fresh, strict=True)]
    return items


def known_files(
    upload: Upload, files: list[dict[str, Any]]
) -> tuple[dict[int, str], list[dict[str, Any]], list[dict[str, Any]]]:
    """({key: image_id} of files that the manifest awaits, items of files that it has, the other files).

    A file is known by its name and size, so that a whole folder can be dropped again to finish an upload.
    """
    resumed: dict[int, str] = {}
    sent, fresh = [], []
    for file in files:
        name = file_names.clean(file["name"]), file["size"]
        if waiting := (upload.missing or {}).get(name):
            resumed[file["key"]] = waiting.pop(0)
        elif there := upload.arrived.get(name):
            sent.append(there.pop(0) | {"key": file["key"]})
        else:
            fresh.append(file)
    return resumed, sent, fresh


def recall(upload: Upload) -> None:
    """Learn what an earlier sitting promised and sent, so that choosing the same files again finishes it."""
    if upload.missing is not None or upload.batch_id is None:
        return
    missing: dict[tuple[str, int], list[str]] = {}
    arrived: dict[tuple[str, int], list[dict[str, Any]]] = {}
    cursor = None
    while True:
        page = batch(upload.batch_id, cursor=cursor)
        for item in page["items"]:
            name = item["name"], item["size"]
            if item["status"] == "expected":
                missing.setdefault(name, []).append(item["image_id"])
            else:
                arrived.setdefault(name, []).append(item)
        cursor = page.get("next_cursor")
        if not cursor:
            break
    upload.missing, upload.arrived = missing, arrived


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
    upload.settled.clear()
    if question["failed"]:
        upload.given |= {item["image_id"]: item for item in retry(str(upload.batch_id))["items"]}
    else:
        upload.given.clear()  # what is asked for again has run out
    return list(_given(upload, set(question["images"])).values())


def _here(upload: Upload, item: dict[str, Any]) -> None:
    """It arrived: sent by files that this tab had already when the page learnt what was missing."""
    waiting = (upload.missing or {}).get((item["name"], item["size"]), [])
    if item["image_id"] in waiting:
        waiting.remove(item["image_id"])


def _states(upload: Upload, _question: dict[str, Any]) -> list[list[Any]]:
    """How the files fare: a few pages of the manifest a look, round and round, without those that are settled."""
    news: list[list[Any]] = []
    for _ in range(_PAGES_A_LOOK):
        while upload.cursor in upload.settled:
            upload.cursor = upload.settled[upload.cursor]
        page = batch(str(upload.batch_id), cursor=upload.cursor)
        following = page.get("next_cursor")
        for item in page["items"]:
            if item["status"] != "expected":
                _here(upload, item)
                message = (item.get("error") or {}).get("message", "")
                news.append([item["image_id"], item["status"], message, item.get("duplicate_of")])
        if following and all(item["status"] in ENDED for item in page["items"]):
            upload.settled[upload.cursor] = following
        upload.cursor = following
        if not upload.cursor:
            break
    return news
