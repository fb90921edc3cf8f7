"""Images as columns of text, made all at once: an engine that is being loaded should not wait for Python."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.peers.plain import STEPS, Images


def codes(column: Any, mask: Any = None) -> Any:
    """Numbers as text; null where `mask` says so."""
    return pc.cast(pa.array(column, mask=mask), pa.string())


def joined(*parts: Any) -> Any:
    """One after another; null where one is null."""
    return pc.binary_join_element_wise(*parts, "")


def by_image(texts: Any, offsets: Any, between: str) -> Any:
    """The texts of each image as one."""
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts), between)


def several(chunk: Images, bins: Sequence[int] = STEPS) -> dict[str, Any]:
    """Lists as `1,2,3`: tag, word, for each step `l<step>`, labels that reach it, and for each bin `p<bin>`, pairs of
    label and confidence (label << 10 | tenths) from it to the next. Empty for none."""
    made = {"tag": by_image(codes(chunk.tags), chunk.tag_offsets, ","),
            "word": by_image(codes(chunk.words), chunk.word_offsets, ",")}  # fmt: skip
    labels, pairs = codes(chunk.labels), codes(chunk.labels << 10 | chunk.tenths)
    image = np.repeat(np.arange(len(chunk)), np.diff(chunk.label_offsets))
    kept = [(f"l{step}", labels, chunk.tenths >= step) for step in STEPS]
    for low, above in zip(bins, [*bins[1:], 1001], strict=True):
        kept.append((f"p{low}", pairs, (chunk.tenths >= low) & (chunk.tenths < above)))
    for name, texts, these in kept:
        offsets = np.zeros(len(chunk) + 1, np.int64)
        np.cumsum(np.bincount(image[these], minlength=len(chunk)), out=offsets[1:])
        made[name] = by_image(texts.filter(pa.array(these)), offsets, ",")
    return made


def single(chunk: Images) -> dict[str, Any]:
    """Single numbers, null for none: category, price and the attributes."""
    plain = {"category": chunk.category, "price": chunk.price, **chunk.attributes}
    return {name: codes(column, column < 0) for name, column in plain.items()}
