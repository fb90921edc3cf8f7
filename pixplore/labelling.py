"""One file from storage into the catalogue: read, check, look, ask the recogniser, save. What `label_image` does.

The picture is decoded once, small. The recogniser gets its JPEG first, so that it works while we make the renditions
and the embedding.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import unquote

from pixplore.arrivals import Arrival
from pixplore.aws import recognition, storage
from pixplore.catalogue import ingest
from pixplore.catalogue.pictures import Look, save_image, save_relabel
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.domain import Picture
from pixplore.errors import NotFound, Refused
from pixplore.vision import renditions
from pixplore.vision.apart import decode
from pixplore.vision.decode import Decoded
from pixplore.vision.embedding import Embedder
from pixplore.vision.hashes import perceptual_hash, sha256

WEBP = "image/webp"
_GONE_AFTER = 3
"""A file that is not in storage when it is looked at for the third time is not there."""


@dataclass(frozen=True)
class Labeller:
    """What a worker keeps between files; safe to use from several threads."""

    engine: Engine
    originals_bucket: str
    renditions_bucket: str
    embedder: Embedder
    faces: bool = False
    calls: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(12, "rekognition"))

    def __call__(self, arrival: Arrival) -> str:
        """Take an arrived file in and say how it ended: ready, duplicate, rejected, failed; or `nothing` to be done.

        Raises Unavailable (and whatever is a fault of ours): try again later; nothing half done is seen by anybody.
        """
        work = self._claim(arrival)
        if work is None:
            return "nothing"
        try:
            content, version = storage.read(self.originals_bucket, work.key, work.version)
            ended = self._relabel(work, content) if work.relabel else self._take(work, content, version)
        except Refused as refusal:
            return self._end(work, "rejected", refusal.code, refusal.detail)
        except NotFound:
            if work.relabel or work.attempts < _GONE_AFTER:
                raise
            return self._end(work, "failed", "not_in_storage", "The file is not in storage. Send it again.")
        return ended

    def _claim(self, arrival: Arrival) -> ingest.Work | None:
        with transaction(self.engine) as connection:
            if work := ingest.claim(connection, arrival):
                return work
        if arrival.relabel or not (found := storage.head(self.originals_bucket, arrival.key)):
            return None
        with transaction(self.engine) as connection:
            name = unquote(found.metadata.get("name", "")) or str(arrival.image_id)
            by = unquote(found.metadata.get("by", "")) or "system"
            if not ingest.recover(connection, arrival, name, found.size, by, found.modified):
                return None
            return ingest.claim(connection, arrival)

    def _take(self, work: ingest.Work, content: bytes, version: str | None) -> str:
        digest = sha256(content)
        if work.announced and work.announced != digest:
            raise Refused("changed_on_the_way", "Another file arrived than the one that was announced. Send it again.")
        with transaction(self.engine) as connection:
            known = ingest.end_if_known(connection, work, digest)
        if known:
            if known.fresh and work.attempts > 1:  # an earlier try may have left some
                self._remove_renditions(work)
            return known.status
        decoded = decode(content)
        small = renditions.small(decoded.image)
        answers = recognition.start(small.jpeg, self.calls, self.faces)
        storage.put(self.renditions_bucket, f"{work.image_id}/thumb.webp", renditions.thumbnail(small.image), WEBP)
        storage.put(self.renditions_bucket, f"{work.image_id}/preview.webp", renditions.preview(decoded.image), WEBP)
        picture = self._picture(decoded, small, len(content), digest)
        ended = save_image(self.engine, work, Look(picture, answers(), version))
        if ended.status == "duplicate":
            self._remove_renditions(work)
        return ended.status

    def _picture(self, decoded: Decoded, small: renditions.Small, size: int, digest: str) -> Picture:
        return Picture(
            kind=decoded.kind, width=decoded.width, height=decoded.height, size=size, sha256=digest,
            phash=perceptual_hash(small.image), exif=decoded.exif, embedding=self.embedder(small.image),
        )  # fmt: skip

    def _relabel(self, work: ingest.Work, content: bytes) -> str:
        small = renditions.small(decode(content).image)
        answers = recognition.start(small.jpeg, self.calls, self.faces)
        embedding = self.embedder(small.image)
        return "ready" if save_relabel(self.engine, work, answers(), embedding) else "nothing"

    def _remove_renditions(self, work: ingest.Work) -> None:
        storage.delete(self.renditions_bucket, [f"{work.image_id}/thumb.webp", f"{work.image_id}/preview.webp"])

    def _end(self, work: ingest.Work, status: str, code: str, message: str) -> str:
        with transaction(self.engine) as connection:
            ingest.end(connection, work.image_id, status, code, message)
        return status
