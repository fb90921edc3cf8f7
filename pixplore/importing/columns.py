"""Whole columns of an imported file into plain rows (pixplore.importing.rows.SCHEMA), as long as they are plain.

A row with anything that is not is left to `rows.clean`, which knows every case and every sentence. Both agree: a
test holds them together.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pixplore.importing import rows
from pixplore.importing.buffers import row_numbers, text_parts
from pixplore.importing.rows import FIRST_YEAR, LABEL, LAST_YEAR, MOST_LABELS, MOST_TAGS, SCHEMA, Unfit

Doubt = NDArray[np.bool_]
# What `clean` changes or refuses. (RE2's \s knows no wide spaces, hence \p{Z}.)
_ODD = r"^[\s\pZ\x{85}]|[\s\pZ\x{85}]$|[\x00-\x1f\x7f]|^__unset__$"
_FIRST, _LAST = (datetime(year, 1, 1, tzinfo=UTC) for year in (FIRST_YEAR, LAST_YEAR + 1))
_IN_UTC = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?Z$"
_PERCENT = r"^(?:0|[1-9][0-9]?|100)(?:\.[0-9]{1,15})?$"


def plain(raw: pa.Table) -> tuple[pa.Table, Doubt]:
    """The rows as SCHEMA has them, and which of them are not plain (what stands there says nothing)."""
    count, doubt = len(raw), np.zeros(len(raw), bool)
    out: dict[str, pa.Array] = {}
    for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True):
        out[name] = pa.nulls(count, kind)
    for name, take in _TAKEN.items():
        if name in raw.column_names:
            try:
                out[name], odd = take(_whole(raw.column(name)))
                doubt |= odd
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                doubt[:] = True
    if any(name.startswith("attr.") for name in raw.column_names):
        doubt[:] = True
    doubt |= out["name"].is_null().to_numpy(zero_copy_only=False)
    if "attributes" in raw.column_names:
        out["attributes"], out["told"], odd = _attributes(_whole(raw.column("attributes")), doubt)
        doubt |= odd
    return pa.table(out, SCHEMA), doubt


def _whole(column: Any) -> Any:
    found = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found = found.chunk(0) if isinstance(found, pa.ChunkedArray) else found
    return found.dictionary_decode() if pa.types.is_dictionary(found.type) else found


def _bools(mask: Any) -> Doubt:
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False), bool)


def _string(column: Any) -> Any:
    """Texts as they are, an empty one as null. Raises ArrowInvalid for bytes that are no text."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
            or pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):  # fmt: skip
        raise pa.ArrowInvalid("not text")
    column = column.cast(pa.string())
    return pc.if_else(pc.equal(pc.binary_length(column), 0), pa.scalar(None, pa.string()), column)


def _texts(most: int) -> Callable[[Any], tuple[Any, Doubt]]:
    def take(column: Any) -> tuple[Any, Doubt]:
        column = _string(column)
        odd = pc.or_(pc.greater(pc.utf8_length(column), most), pc.match_substring_regex(column, _ODD))
        return column, _bools(odd)

    return take


def _moments(column: Any) -> tuple[Any, Doubt]:
    if not pa.types.is_timestamp(column.type) and not pa.types.is_date(column.type):
        column = _string(column)
        if pc.any(pc.invert(pc.match_substring_regex(column, _IN_UTC))).as_py():
            return _read_one_by_one(column)
        column = column.cast(pa.timestamp("us", "UTC"))
    if (pa.types.is_timestamp(column.type) and column.type.tz is None) or pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("us"), safe=False).cast(pa.timestamp("us", "UTC"))
    column = column.cast(pa.timestamp("us", "UTC"), safe=False)
    far = pc.or_(pc.less(column, pa.scalar(_FIRST)), pc.greater_equal(column, pa.scalar(_LAST)))
    return column, _bools(far)


def _read_one_by_one(column: Any) -> tuple[Any, Doubt]:
    found, odd = [], np.zeros(len(column), bool)
    for n, text in enumerate(column.to_pylist()):
        try:
            found.append(rows._moment(text))
        except Unfit:
            found.append(None)
            odd[n] = True
    return pa.array(found, pa.timestamp("us", "UTC")), odd


def _sides(column: Any) -> tuple[Any, Doubt]:
    if pa.types.is_boolean(column.type):
        raise pa.ArrowInvalid("not numbers")
    if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
        column = _string(column)
    numbers = column.cast(pa.int32())
    return numbers, _bools(pc.less(numbers, 1))


def _labels(column: Any) -> tuple[Any, Doubt]:
    if not pa.types.is_list(column.type) and not pa.types.is_large_list(column.type):
        return _label_cells(_string(column))
    one = column.type.value_type
    if not pa.types.is_struct(one) or min(one.get_field_index("name"), one.get_field_index("confidence")) < 0:
        raise pa.ArrowInvalid("not labels")
    column = column.cast(pa.list_(one))
    flat = column.flatten()
    names, confidences = flat.field("name").cast(pa.string()), flat.field("confidence").cast(pa.float64())
    return _labelled(column, names, confidences, flat.is_null())


def _label_cells(cells: Any) -> tuple[Any, Doubt]:
    """`name:confidence|...`."""
    odd = _bools(pc.match_substring_regex(cells, r"\\|^\s*\[|\|\s*\||^\s*\||\|\s*$"))
    lists = pc.split_pattern(cells, "|")
    pairs = pc.split_pattern(lists.flatten(), ":", max_splits=1, reverse=True)
    two = pc.equal(pc.list_value_length(pairs), 2)
    pairs = pc.if_else(two, pairs, pa.scalar(["", ""], pairs.type))
    names, numbers = pc.list_element(pairs, 0), pc.list_element(pairs, 1)
    numbers = pc.if_else(pc.match_substring_regex(numbers, _PERCENT), numbers, pa.scalar(None, pa.string()))
    found, more = _labelled(lists, names, numbers.cast(pa.float64()), pa.nulls(len(names), pa.bool_()))
    return found, odd | more


def _labelled(lists: Any, names: Any, confidences: Any, missing: Any) -> tuple[Any, Doubt]:
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy().astype(np.int64)
    owner = row_numbers(lengths)
    coded = names.dictionary_encode()
    bad = np.array([_is_odd_word(name) for name in coded.dictionary.to_pylist()], bool)
    codes = pc.fill_null(coded.indices, -1).to_numpy()
    wrong = (codes < 0) | _bools(missing)
    wrong |= np.where(codes < 0, True, bad[codes] if len(bad) else True)
    numbers = pc.fill_null(confidences, -1.0).to_numpy()
    wrong |= ~((numbers >= 0) & (numbers <= 100))
    doubt = np.zeros(len(lists), bool)
    doubt[owner[wrong]] = True
    doubt |= lengths > MOST_LABELS
    tenths = np.where(wrong, 0, np.rint(np.where(wrong, 0, numbers) * 10)).astype(np.int32)
    flat = pa.StructArray.from_arrays([pc.fill_null(names, ""), pa.array(tenths)], fields=list(LABEL))
    return _lists(lengths, flat, lists.is_null()), doubt


def _lists(lengths: NDArray[np.int64], flat: Any, missing: Any) -> Any:
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), flat, mask=missing)


def _tags(column: Any) -> tuple[Any, Doubt]:
    odd = np.zeros(len(column), bool)
    if not pa.types.is_list(column.type) and not pa.types.is_large_list(column.type):
        cells = _string(column)
        odd = _bools(pc.match_substring_regex(cells, r"[\\,;]|^\s*\[|\|\s*\||^\s*\||\|\s*$"))
        column = pc.split_pattern(cells, "|")
    column = column.cast(pa.list_(pa.string()))
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy().astype(np.int64)
    owner = row_numbers(lengths)
    flat = column.flatten()
    coded = flat.dictionary_encode()
    bad = np.array([_is_odd_word(tag) for tag in coded.dictionary.to_pylist()], bool)
    codes = pc.fill_null(coded.indices, -1).to_numpy()
    odd[owner[np.where(codes < 0, True, bad[codes] if len(bad) else True)]] = True
    odd |= lengths > MOST_TAGS
    keys = np.sort(owner * (len(bad) + 2) + codes + 1)
    odd[np.unique(keys[1:][keys[1:] == keys[:-1]] // (len(bad) + 2))] = True  # a tag twice
    return _lists(lengths, pc.fill_null(flat, ""), column.is_null()), odd


def _is_odd_word(text: str) -> bool:
    try:
        return rows._word("", text) != text
    except Unfit:
        return True


def _ids(column: Any) -> tuple[Any, Doubt]:
    column = _string(column)
    if _are_digits(column):
        return column, np.zeros(len(column), bool)
    column = pc.utf8_lower(pc.replace_substring(column, "-", ""))
    return column, _bools(pc.invert(pc.match_substring_regex(column, r"^[0-9a-f]{32}$")))


def _are_digits(column: Any) -> bool:
    """Whether each is 32 small hexadecimal digits."""
    block, places = text_parts(column)
    if column.null_count or np.any(np.diff(places) != 32):
        return False
    digits = block[places[0] : places[-1]]
    return bool(np.all(((digits >= 48) & (digits <= 57)) | ((digits >= 97) & (digits <= 102))))


def _attributes(column: Any, doubt: Doubt) -> tuple[Any, Any, Doubt]:
    """JSON objects, each read once; a row in doubt already is not looked at."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_binary(column.type):
        read: Callable[[Any], Any] = orjson.loads
    elif pa.types.is_map(column.type) or pa.types.is_struct(column.type):
        read = dict
    else:
        return pa.nulls(len(column), pa.string()), pa.nulls(len(column), pa.string()), np.ones(len(column), bool)
    odd, texts, told = np.zeros(len(column), bool), [], []
    for n, given in enumerate(column.to_pylist()):
        text = words = None
        if given and not doubt[n]:
            try:
                text, words = rows.attributes_of(read(given))
            except (Unfit, ValueError, TypeError, AttributeError):
                odd[n] = True
        texts.append(text)
        told.append(words)
    return pa.array(texts, pa.string()), pa.array(told, pa.string()), odd


_TAKEN: dict[str, Callable[[Any], tuple[Any, Doubt]]] = {
    "id": _ids,
    "sku": _texts(rows.MOST_CHARS),
    "name": _texts(rows.MOST_CHARS),
    "title": _texts(rows.MOST_CHARS),
    "category": _texts(rows.MOST_WORD),
    "image": _texts(rows.MOST_CHARS),
    "created_at": _moments,
    "width": _sides,
    "height": _sides,
    "labels": _labels,
    "tags": _tags,
}
