"""Decodes mutants in a process of its own, within a function's memory: `python -m tests.hostile.taken FROM TO`.

One line each: the seed before it is tried, then how it ended, in how many milliseconds. So a crash names its file.
"""

import json
import resource
import sys
import time

from pixplore.errors import Refused
from pixplore.vision.decode import decode
from pixplore.vision.renditions import preview, small, thumbnail
from tests.hostile.mutants import mutant

MEMORY = 2_000_000_000
"""Bytes of address space: about what `label_image` has."""
MOST_EXIF = 20_000
"""Bytes of what a picture says of itself that the catalogue has to keep."""


def outcome(content: bytes) -> str:
    try:
        found = decode(content)
    except Refused as refused:
        return refused.code
    written = json.dumps(found.exif, allow_nan=False)
    if "\\u0000" in written or len(written) > MOST_EXIF:
        return f"exif:{written[:80]!r}".replace(" ", "")
    thumbnail(small(found.image).image), preview(found.image)
    return "taken"


def main(first: int, last: int) -> None:
    for seed in range(first, last):
        content = mutant(seed)
        print(seed, end=" ", flush=True)
        began = time.perf_counter()
        ended = outcome(content)
        print(ended, round((time.perf_counter() - began) * 1000), flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    main(int(sys.argv[1]), int(sys.argv[2]))
