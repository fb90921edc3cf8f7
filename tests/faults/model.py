"""What the system has acknowledged, and what it therefore has to be in the end: the model that faults are held against.

Only an answer of the system counts: a file is `sent` once S3 said 2xx, a tag is there once the search API said so.
"""

import hashlib
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from pixplore.catalogue.database import engine_of
from tests.stack import Stack

GOOD, BROKEN = "good", "broken"


@dataclass
class Model:
    """`sent`: image id -> (digest, kind); `batches` of them; `tagged` and `trashed`: image ids, as acknowledged."""

    sent: dict[str, tuple[str, str]] = field(default_factory=dict)
    batches: set[str] = field(default_factory=set)
    tagged: dict[str, set[str]] = field(default_factory=dict)
    trashed: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    """Answers that contradicted what had been acknowledged before they were asked for."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, batch: str, image: str, content: bytes, kind: str) -> None:
        with self.lock:
            self.batches.add(batch)
            self.sent[image] = (hashlib.sha256(content).hexdigest(), kind)

    def of_kind(self, kind: str) -> set[str]:
        return {image for image, (_, is_) in self.sent.items() if is_ == kind}


def differences(stack: Stack, model: Model) -> list[str]:
    """Where manifest, catalogue, storage, queues, search, facets and charts are not what the model says."""
    found = list(model.wrong)
    with engine_of(stack.ends["database_url"]).connect() as link:
        items = {
            str(image): status
            for image, status in link.execute(
                text("select image_id, status from item where batch_id = any(cast(:b as uuid[]))"),
                {"b": sorted(model.batches)},
            )
        }
        rows = {
            str(image): (
                digest.hex() if isinstance(digest, bytes | memoryview) else digest,
                gone is not None,
                set(tags),
            )
            for image, digest, gone, tags in link.execute(
                text("select id, sha256, deleted_at, tags from image where batch_id = any(cast(:b as uuid[]))"),
                {"b": sorted(model.batches)},
            )
        }
    return [
        *found,
        *_ends(model, items, rows),
        *_work(model, rows),
        *_storage(stack, model),
        *_seen(stack, model, rows),
    ]


Rows = dict[str, tuple[str, bool, set[str]]]


def _ends(model: Model, items: dict[str, str], rows: Rows) -> list[str]:
    """Each file that S3 took has ended in exactly one way, and the same bytes are one picture."""
    found = []
    digests: dict[str, list[str]] = {}
    for image, (digest, kind) in model.sent.items():
        status = items.get(image, "no item")
        wanted = {"rejected"} if kind == BROKEN else {"ready", "duplicate"}
        if status not in wanted:
            found.append(f"{kind} file {image} ended as {status}")
        if (image in rows) != (status == "ready"):
            found.append(f"{image} is {status}, and {'has' if image in rows else 'has no'} row in the catalogue")
        if image in rows and rows[image][0] != digest:
            found.append(f"{image} has other bytes than were sent")
        if kind == GOOD:
            digests.setdefault(digest, []).append(image)
    for digest, images in digests.items():
        pictures = [image for image in images if image in rows]
        if len(pictures) != 1:
            found.append(f"the bytes {digest[:8]} were taken {len(images)} times and are {len(pictures)} pictures")
    strangers = rows.keys() - model.sent.keys()
    return [*found, *(f"{image} is in the catalogue, and nobody sent it" for image in strangers)]


def _work(model: Model, rows: Rows) -> list[str]:
    """What people were told is written is there: tags, the trash."""
    found = []
    for image, tags in model.tagged.items():
        lost = tags - rows.get(image, ("", False, set()))[2]
        if lost:
            found.append(f"{image} lost its tags {sorted(lost)}")
    for image, (_, gone, _) in rows.items():
        if gone != (image in model.trashed):
            found.append(f"{image} is {'in' if gone else 'not in'} the trash, unlike what was acknowledged")
    return found


def _storage(stack: Stack, model: Model) -> list[str]:
    """The originals are byte for byte what was sent, and no queue holds anything back."""
    s3, found = stack.client("s3"), []
    keys = {}
    for batch in model.batches:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=stack.ends["originals_bucket"], Prefix=f"{batch}/")
        keys |= {
            one["Key"].split("/")[1].split(".")[0]: one["Key"] for page in pages for one in page.get("Contents", ())
        }
    for image, (digest, kind) in model.sent.items():
        if kind == GOOD and image in keys:
            body = s3.get_object(Bucket=stack.ends["originals_bucket"], Key=keys[image])["Body"].read()
            if hashlib.sha256(body).hexdigest() != digest:
                found.append(f"the original of {image} is not what was sent")
        elif kind == GOOD:
            found.append(f"the original of {image} is gone")
    if depths := waiting(stack):
        found.append(f"a queue still holds messages: {depths}")
    return found


def held(stack: Stack, kinds: tuple[str, ...] = ("", "Delayed", "NotVisible")) -> dict[str, str]:
    """What the two queues hold, waiting, put off or being worked on; empty where they are."""
    names = [f"ApproximateNumberOfMessages{kind}" for kind in kinds]
    sqs, found = stack.client("sqs"), dict[str, str]()
    for queue in ("queue_url", "dlq_url"):
        said = sqs.get_queue_attributes(QueueUrl=stack.ends[queue], AttributeNames=names)["Attributes"]
        found |= {f"{queue} {name}": said[name] for name in names if int(said[name])}
    return found


def waiting(stack: Stack) -> dict[str, str]:
    """The same without what a worker that is gone still hides, though its file has ended: six minutes at most."""
    return held(stack, ("", "Delayed"))


def of_batches(answer: dict[str, Any], batches: Collection[str]) -> int:
    """What the facet of uploads counts for these: their own choice does not narrow it, so it names others too."""
    return sum(one["count"] for one in answer["facets"]["batch_id"]["values"] if one["value"] in batches)


def _seen(stack: Stack, model: Model, rows: Rows) -> list[str]:
    """Search, facet, chart and catalogue count the same pictures."""
    token, api = stack.token("viewer"), stack.ends["search_api"]
    here = sorted(image for image, (_, gone, _) in rows.items() if not gone)
    batches = {"batch_id": sorted(model.batches)}
    answer = stack.images(token, limit=1, facets="label,batch_id", facet_limit=1000, **batches)
    by_batch = of_batches(answer, batches["batch_id"])
    ids, after = [], None
    while True:
        page = stack.images(token, limit=200, **batches, **({"cursor": after} if after else {}))
        ids += [one["id"] for one in page["items"]]
        after = page["next_cursor"]
        if not after:
            break
    chart = stack.call("GET", f"{api}/v1/insights/labels", token, params={**batches, "limit": 1000}).json()
    found = []
    if not answer["total"] == by_batch == chart["total"] == len(here) or sorted(ids) != here:
        counts = {"catalogue": len(here), "total": answer["total"], "facet": by_batch, "chart": chart["total"]}
        found.append(f"{counts}, and {len(ids)} on all pages")
    facet = {value["value"]: value["count"] for value in answer["facets"]["label"]["values"]}
    bars = {row["label"]: row["count"] for row in chart["rows"]}
    found += [f"{label}: the facet says {facet.get(label)}, the chart {bars.get(label)}"
              for label in facet.keys() | bars.keys() if facet.get(label) != bars.get(label)]  # fmt: skip
    return found
