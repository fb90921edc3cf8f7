"""The words of whole columns are those of each text alone, also where a row says nothing at all."""

import itertools

import pyarrow as pa

from pixplore.importing import wording
from pixplore.words import document


def test_documents_of_rows_with_and_without_each_value() -> None:
    rows = list(
        itertools.product(("red_Shoe-42EU.jpg", None), ("Café Olé", None), ("AB-1", None), (None, "Shoes / Boot"))
    )
    columns = [wording.words(pa.array(column, pa.string())) for column in zip(*rows, strict=True)]
    made = wording.document(columns[:2], [columns[2]], [columns[3], columns[2]]).to_pylist()
    for (name, title, sku, category), text in zip(rows, made, strict=True):
        sections = ((name, title), (sku,), (category, sku), ())
        assert text == document([[one for one in section if one] for section in sections])
