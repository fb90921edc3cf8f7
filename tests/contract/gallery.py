"""A small catalogue of the demo's photographs with what the pipeline's own eyes see in them."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import UUID

import numpy as np
from PIL import Image
from sqlalchemy import text

from pixplore.catalogue import changes
from pixplore.catalogue.snapshot import Engine, transaction
from pixplore.vision.decode import decode
from pixplore.vision.embedding import Embedder
from pixplore.vision.hashes import perceptual_hash
from pixplore.vision.renditions import small
from tests.contract import catalogues
from tests.contract.conftest import picture
from tests.pictures import PHOTOS, saved

Eyes = tuple[bytes, int]
"""Embedding, perceptual hash."""


@cache
def _embedder(model_dir: Path) -> Embedder:
    return Embedder(model_dir)


@cache
def seen(model_dir: Path, content: bytes) -> Eyes:
    image = small(decode(content).image).image
    return _embedder(model_dir)(image), perceptual_hash(image)


def photo(name: str) -> bytes:
    return next(path for path in PHOTOS if path.stem == name).read_bytes()


def copied(name: str, share: float = 0.5, quality: int = 60) -> bytes:
    """The same photograph, smaller and of poorer quality."""
    image = decode(photo(name)).image
    size = (round(image.width * share), round(image.height * share))
    return saved(image.resize(size, Image.Resampling.BICUBIC), quality=quality)


def store(engine: Engine, made: list[catalogues.Picture], eyes: dict[UUID, Eyes]) -> int:
    """Empty the catalogue, put these pictures in; the version."""
    with transaction(engine) as connection:
        catalogues.empty(connection)
        connection.execute(text("truncate taught_label"))
        catalogues.write(connection, made)
        connection.execute(
            text("update image set embedding = :vector, phash = :hash where id = :id"),
            [{"id": i, "vector": vector, "hash": value} for i, (vector, value) in eyes.items()],
        )
        return changes.record(connection, "test", "import", [one.id for one in made])


def hang(engine: Engine, model_dir: Path, names: list[str]) -> tuple[dict[str, UUID], int]:
    """Each photograph by its name, one more without a picture; name -> id, and the version."""
    made = [
        picture(n, name=f"{name}.jpg", category=name.rstrip("0123456789"), labels={"Cup": Decimal(90)})
        for n, name in enumerate(names)
    ]
    made.append(picture(len(names), name="entry"))
    eyes = {one.id: seen(model_dir, photo(name)) for one, name in zip(made, names, strict=False)}
    return {one.name.removesuffix(".jpg"): one.id for one in made}, store(engine, made, eyes)


def as_vector(embedding: bytes) -> np.ndarray:
    return np.frombuffer(embedding, "<f2").astype(np.float64)
