"""Pictures that somebody bent: the same for the same seed, each near enough to a real one to be looked into."""

import random
from collections.abc import Callable
from functools import cache

from tests.pictures import drawn, saved

KINDS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")
EXTREMES = (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\x00\x00\xff\xff")


@cache
def whole(kind: str) -> bytes:
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x9003] = "Maker", 6, "2026:11:30 10:00:00"
    return saved(drawn(320, 240), kind, exif=exif)


def mutant(seed: int) -> bytes:
    """One to three faults in a picture of any kind that is taken."""
    own = random.Random(seed)
    content = bytearray(whole(own.choice(KINDS)))
    for _ in range(own.randint(1, 3)):
        own.choice(FAULTS)(content, own)
    return bytes(content)


def _flipped(content: bytearray, own: random.Random) -> None:
    for _ in range(own.choice((1, 4, 30, 200))):
        content[own.randrange(len(content))] ^= 1 << own.randrange(8)


def _cut(content: bytearray, own: random.Random) -> None:
    del content[own.randrange(4, len(content)) :]


def _lost(content: bytearray, own: random.Random) -> None:
    at = own.randrange(4, len(content))
    del content[at : at + own.randint(1, 400)]


def _twice(content: bytearray, own: random.Random) -> None:
    at = own.randrange(4, len(content))
    content[at:at] = content[at : at + own.randint(1, 2_000)] * own.choice((1, 2, 50))


def _grafted(content: bytearray, own: random.Random) -> None:
    """The body of one kind behind the head of another."""
    other = whole(own.choice(KINDS))
    at = own.randrange(4, min(len(content), len(other)))
    content[at:] = other[at:]


def _numbers(content: bytearray, own: random.Random) -> None:
    """Lengths, sizes and counts stand near the beginning: the largest and the least that fit there."""
    for _ in range(own.randint(1, 4)):
        at = own.randrange(4, min(len(content), 400))
        content[at : at + 4] = own.choice(EXTREMES)[: len(content) - at]


def _padded(content: bytearray, own: random.Random) -> None:
    at = own.randrange(4, len(content))
    content[at:at] = bytes([own.choice((0, 255, own.randrange(256)))]) * own.choice((10, 1_000, 200_000))


FAULTS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flipped, _cut, _lost, _twice, _grafted, _numbers, _padded,
)  # fmt: skip
