"""A made-up catalogue of any size, the same for the same seed: for trials and benchmarks, without a single real name.

`chunks` makes it as columns; `to_rows` turns a chunk into what the index is built from, `to_batch` into a table with
the columns of the import. All three tell of the same images.
"""

from pixplore.synthesis.index_rows import label_names, to_rows
from pixplore.synthesis.make import Chunk, chunks
from pixplore.synthesis.table_rows import labels, to_batch, to_text

__all__ = ["Chunk", "chunks", "label_names", "labels", "to_batch", "to_rows", "to_text"]
