"""The folder that a backup is: tables, people, objects, and `backup.json`, which is written last and names the rest
with lengths and SHA-256. docs/backup-format.md describes it for people.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from pixplore.errors import Conflict, Damaged

FORMAT = 1
_CHUNK = 1 << 20
_MOST_LINE = 1_000_000
"""Bytes of one line of a list."""
Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of the folder. `rows`: lines of a table or a list."""

    file: str
    bytes: int
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class KeptTable:
    name: str
    columns: list[str]
    kept: Kept


@dataclass(frozen=True, slots=True)
class Stored:
    """One object: `bucket` is originals or renditions; the file's place in the folder follows from bucket and key."""

    bucket: str
    key: str
    version: str | None
    bytes: int
    sha256: str
    content_type: str
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"objects/{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `backup.json` says. `buckets`: the names they had; `missing`: objects that pictures need and S3 had not."""

    format: int
    id: str
    taken_at: str
    finished_at: str
    schema: str
    tables: list[KeptTable]
    people: Kept
    objects: Kept
    object_bytes: int
    buckets: dict[str, str]
    missing: list[str]


class Folder:
    """`root` is absolute. Everything in it is for its owner alone: it holds people's addresses and the key of share
    links."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()

    def make(self) -> None:
        """Raises Conflict where something is in it."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(self.root.iterdir()):
                raise Conflict(f"{self.root} is not empty: name a new folder for the backup.")
        except OSError as error:
            raise Conflict(f"{self.root} cannot be made ({error.strerror}): name another folder.") from error
        self.root.chmod(0o700)

    @contextmanager
    def writing(self, file: str) -> "Iterator[Writing]":
        """A gzip file to write into; what it became is known in the end."""
        with self._path(file).open("xb") as raw, closing(Writing(file, raw)) as written:
            yield written

    @contextmanager
    def reading(self, kept: Kept) -> Iterator[BinaryIO]:
        """The content of a gzip file of the folder. Raises Damaged."""
        path = self._inside(kept.file)
        with ExitStack() as opened:
            with _legible(kept.file):
                file = opened.enter_context(gzip.open(path, "rb"))
            try:
                yield cast(BinaryIO, file)
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise Damaged(f"{kept.file} of the backup is damaged: {error}.") from error

    def write_object(self, stored: Stored, content: bytes) -> None:
        path = self._path(stored.file)
        with path.open("xb") as file:
            file.write(content)

    def link_object(self, stored: Stored, older: "Folder") -> bool:
        """Take the file from an older backup without a copy; False where that cannot be done."""
        try:
            if (older.root / stored.file).stat().st_size != stored.bytes:
                return False
            self._path(stored.file).hardlink_to(older.root / stored.file)
        except OSError:
            return False
        return True

    def read_object(self, stored: Stored) -> bytes:
        """Raises Damaged where it is not what was kept."""
        with _legible(stored.file), self._inside(stored.file).open("rb") as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != stored.sha256:
            raise Damaged(f"{stored.file} of the backup is damaged: its content is not what was kept.")
        return content

    def original(self, key: str) -> bytes | None:
        """The original under this key as it was kept, not compared to anything; None where there is none."""
        try:
            return self._inside(f"objects/originals/{key}").read_bytes()
        except OSError:
            return None

    def objects(self, manifest: Manifest) -> Iterator[Stored]:
        """All objects by bucket and key, one at a time. Raises Damaged."""
        return self.lines(manifest.objects, Stored)

    def lines(self, kept: Kept, kind: type[Line]) -> Iterator[Line]:
        """What stands in a list, one a line. Raises Damaged."""
        read = TypeAdapter(kind).validate_json
        with self.reading(kept) as file:
            while line := file.readline(_MOST_LINE):
                try:
                    yield read(line)
                except ValidationError as error:
                    raise Damaged(f"{kept.file} of the backup is damaged: a line in it says nothing.") from error

    def finish(self, manifest: Manifest) -> None:
        """Only a backup that has this file is one."""
        os.sync()
        draft = self.root / "backup.json.draft"
        draft.write_text(json.dumps(asdict(manifest), indent=1) + "\n")
        draft.replace(self.root / "backup.json")
        os.sync()

    def manifest(self) -> Manifest:
        """Raises Damaged where there is none that can be read, Conflict for a newer format."""
        try:
            said: Any = json.loads((self.root / "backup.json").read_text())
        except FileNotFoundError as error:
            what = "an unfinished backup: it was broken off" if (self.root / "tables").exists() else "no backup"
            raise Damaged(f"{self.root} is {what}. There is nothing to restore from.") from error
        except (OSError, ValueError) as error:
            raise Damaged(f"{self.root}/backup.json is damaged: it cannot be read.") from error
        written = said.get("format") if isinstance(said, dict) else None
        if isinstance(written, int) and written > FORMAT:
            raise Conflict(f"This backup has format {written}, this Pixplore reads {FORMAT} at most: install a newer.")
        try:
            return TypeAdapter(Manifest).validate_python(said)
        except ValidationError as error:
            raise Damaged(f"{self.root}/backup.json is damaged: {error.errors()[0]['msg'].lower()}.") from error

    def check(self, manifest: Manifest) -> None:
        """Read every file once and compare it to what was kept. Raises Damaged for the first that differs."""
        for kept in (*(table.kept for table in manifest.tables), manifest.people, manifest.objects):
            self._check(kept)
        for stored in self.objects(manifest):
            self.read_object(stored)

    def _check(self, kept: Kept) -> None:
        digest = hashlib.sha256()
        with _legible(kept.file), self._inside(kept.file).open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != kept.sha256:
            raise Damaged(f"{kept.file} of the backup is damaged: its content is not what was kept.")

    def _path(self, file: str) -> Path:
        path = self.root / file
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def _inside(self, file: str) -> Path:
        """Whoever made the folder may have written any name into it."""
        path = self.root / file
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
        except (OSError, ValueError):  # a name that no file can have
            inside = False
        if not inside:
            raise Damaged(f"The backup names a file outside its folder: {file[:200]!a}.")
        return path


@contextmanager
def _legible(file: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Damaged(f"{file} of the backup is missing.") from error
    except OSError as error:
        raise Damaged(f"{file} of the backup cannot be read ({error.strerror}).") from error


class _Counted:
    """Counts and hashes what goes into a file."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self.digest, self.bytes = raw, hashlib.sha256(), 0

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.bytes += len(content)
        return self._raw.write(content)

    def flush(self) -> None:
        self._raw.flush()


class Writing:
    """Compresses what is written. `rows` is the writer's to set; `kept` is known once it is closed."""

    def __init__(self, file: str, raw: BinaryIO) -> None:
        self._file, self._counted, self.rows = file, _Counted(raw), 0
        out = cast(BinaryIO, self._counted)
        self._packed = gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=out, mtime=0)

    def close(self) -> None:
        self._packed.close()

    def write(self, content: bytes) -> int:
        return self._packed.write(content)

    def line(self, value: dict[str, Any]) -> None:
        self._packed.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
        self.rows += 1

    def kept(self) -> Kept:
        return Kept(self._file, self._counted.bytes, self._counted.digest.hexdigest(), self.rows)
