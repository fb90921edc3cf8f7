"""An original that somebody deleted or wrote over, found again; and renditions that are gone, made anew.

The catalogue shows the very version it has looked at, so a deletion or a later write hides nothing from it. But
what is not the newest version is what a lifecycle rule removes after a while: this brings it up again in time.
"""

from dataclasses import dataclass

from pixplore.aws import storage, versions
from pixplore.backup.folder import Folder
from pixplore.catalogue import originals
from pixplore.catalogue.originals import Kept
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.domain import MAX_FILE_BYTES
from pixplore.errors import NotFound, PixploreError
from pixplore.labelling import WEBP
from pixplore.vision import renditions
from pixplore.vision.apart import decode
from pixplore.vision.hashes import sha256

FINE, LOST = "in order", "lost"
ARCHIVED = "asked back from the archive: try again in two days"
_UNDELETED = "the deletion was taken back"
_BROUGHT_UP = "the version that the catalogue shows is the newest again"
_FOUND = "the same bytes were found in another version"
_FROM_BACKUP = "taken from the backup"
_MADE_ANEW = "thumbnail and preview made anew"


@dataclass(frozen=True)
class Recovery:
    """`backup`: where to look for what no version has any more."""

    engine: Engine
    originals_bucket: str
    renditions_bucket: str
    backup: Folder | None = None
    actor: str = "system"

    def __call__(self, picture: Kept) -> str:
        """Look after one picture's files and say what was done: FINE, LOST or a sentence. Raises Unavailable."""
        there = storage.head(self.originals_bucket, picture.key)
        as_it_was = there is not None and there.version == picture.version and there.size == picture.bytes
        done = FINE if as_it_was and there else self._original(picture)
        if done in (LOST, ARCHIVED) or not self._lacks_renditions(picture):
            return done
        self._make_renditions(picture)
        return _MADE_ANEW if done == FINE else f"{done}; {_MADE_ANEW}"

    def _original(self, picture: Kept) -> str:
        bucket, key = self.originals_bucket, picture.key
        every = versions.of(bucket, key)
        place = self._place(picture, every)
        if place is None:
            return self._from_backup(picture)
        found, above = every[place], every[:place]
        if not above and found.id == picture.version:
            return FINE
        done, version = _FOUND, found.id
        if above and all(one.marker for one in above):
            for one in above:
                versions.remove(bucket, key, one.id)
            done = _UNDELETED
        elif above and found.archived and not versions.is_back(bucket, key, found.id):
            versions.ask_back(bucket, key, found.id)
            return ARCHIVED
        elif above:
            done, version = _BROUGHT_UP, versions.bring_up(bucket, key, found.id) or found.id
        self._note(picture, version, done if found.id == picture.version else _FOUND)
        return done if found.id == picture.version else _FOUND

    def _place(self, picture: Kept, every: list[versions.Version]) -> int | None:
        """Where among the versions the picture's bytes are: the one that is known first, then the newest others."""
        places = [n for n, one in enumerate(every) if not one.marker and one.bytes == picture.bytes]
        for place in sorted(places, key=lambda n: every[n].id != picture.version):
            if every[place].archived:
                if every[place].id == picture.version:  # a version never changes: what was looked at is what it is
                    return place
                continue
            try:
                content, _ = storage.read(self.originals_bucket, picture.key, every[place].id)
            except NotFound:
                continue
            if sha256(content) == picture.sha256:
                return place
        return None

    def _from_backup(self, picture: Kept) -> str:
        content = self.backup.original(picture.key) if self.backup else None
        if content is None or sha256(content) != picture.sha256:
            return LOST
        told = storage.told({"name": picture.name, "by": picture.uploader or "system"})
        version = storage.put_original(self.originals_bucket, picture.key, content, picture.content_type, told)
        self._note(picture, version, _FROM_BACKUP)
        return _FROM_BACKUP

    def _note(self, picture: Kept, version: str | None, done: str) -> None:
        with transaction(self.engine) as connection:
            originals.recovered(connection, picture.id, version, done, self.actor)

    def _lacks_renditions(self, picture: Kept) -> bool:
        return picture.has_renditions and not all(
            storage.head(self.renditions_bucket, f"{picture.id}/{name}.webp") for name in ("thumb", "preview")
        )

    def _make_renditions(self, picture: Kept) -> None:
        with transaction(self.engine) as connection:
            now = originals.kept(connection, picture.id)
        if now is None:
            raise PixploreError("The picture was removed meanwhile.", "removed")
        content, _ = storage.read(self.originals_bucket, now.key, now.version, MAX_FILE_BYTES)
        image = decode(content).image
        small = renditions.small(image).image
        for name, made in (("thumb", renditions.thumbnail(small)), ("preview", renditions.preview(image))):
            storage.put(self.renditions_bucket, f"{picture.id}/{name}.webp", made, WEBP)
