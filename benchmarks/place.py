"""A temporary home with PostgreSQL, a synthetic catalogue in it, and who signs its tokens."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import catalogue
from benchmarks.catalogue import Imported
from benchmarks.database import Postgres, postgres
from tests.contract.issuer import Issuer


@dataclass(frozen=True, slots=True)
class Place:
    """`imported`: how the catalogue came in."""

    folder: Path
    postgres: Postgres
    url: str
    issuer: Issuer
    imported: Imported


@contextmanager
def place(embeddings: bool = True) -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    issuer = Issuer()
    try:
        with postgres(folder / "home", *catalogue.SETTINGS) as server:
            url, file = server.new("catalogue"), folder / "images.parquet"
            catalogue.parquet(file)
            imported = catalogue.import_file(url, file)
            file.unlink()
            if embeddings:
                catalogue.give_embeddings(url)
            yield Place(folder, server, url, issuer, imported)
    finally:
        issuer.close()
        shutil.rmtree(folder, ignore_errors=True)
