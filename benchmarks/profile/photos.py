"""Photographs to send, each with bytes of its own."""

import random
from pathlib import Path

KINDS = 120
MEGABYTES = 0.15


def own(photograph: bytes, words: str) -> bytes:
    """The same JPEG with a comment: another file to everybody who looks at bytes, the same picture to the eye."""
    comment = words.encode()
    return photograph[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photograph[2:]


def read(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]


def one_of(photographs: list[bytes], chance: random.Random) -> bytes:
    return own(chance.choice(photographs), f"{chance.getrandbits(128):032x}")
