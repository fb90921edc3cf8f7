"""One row of an imported file, checked and made plain. This is what holds; pixplore.importing.columns does the same
for whole columns at once and hands what it is not sure of to `clean`.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson
import pyarrow as pa

from pixplore import file_names
from pixplore.catalogue.document import attribute_text
from pixplore.given import MOST_NUMBER, name_fault, word_fault
from pixplore.words import VALUE_END, stored

TEXTS = ("sku", "name", "title", "category")
COLUMNS = (*TEXTS, "created_at", "width", "height", "labels", "tags", "attributes", "image")
"""What a file may have; `attr.<name>` is an attribute of its own, `id` says which entry is meant."""
MOST_CHARS, MOST_WORD, MOST_TAGS, MOST_ATTRIBUTES, MOST_LABELS = 1_000, 200, 200, 200, 1_000
FIRST_YEAR, LAST_YEAR = 1900, 2100
MOST_SIDE = 2**31 - 1

LABEL = pa.struct([("name", pa.string()), ("tenths", pa.int32())])
SCHEMA = pa.schema([
    ("line", pa.int64()), ("id", pa.string()), *((name, pa.string()) for name in TEXTS),
    ("created_at", pa.timestamp("us", "UTC")), ("width", pa.int32()), ("height", pa.int32()),
    ("labels", pa.list_(LABEL)), ("tags", pa.list_(pa.string())), ("attributes", pa.string()), ("told", pa.string()),
    ("image", pa.string()),
])  # fmt: skip
"""Plain rows. Null: the file says nothing. `line` is where the row stands in the file, `id` 32 hexadecimal digits,
`attributes` a JSON object, `told` the words of its values."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WHOLE = re.compile(r"[+-]?\d{1,15}(\.0*)?")
_NUMBER = re.compile(r"[+-]?(0|[1-9]\d{0,14})(\.\d{1,15})?")
_ID = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_WORTHLESS = ("", None)


class Unfit(ValueError):
    """A row, or a value, that cannot be taken; the text is a sentence for whoever made the file."""


def clean(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as SCHEMA wants it, but for `line`; `id` is None where the row does not give one. Raises Unfit."""
    out: dict[str, Any] = {name: _text(name, row.get(name)) for name in TEXTS}
    out["image"] = _text("image", row.get("image"))
    if out["name"] is None:
        out["name"] = file_names.clean(file_names.base(out["image"] or ""))
        if not out["name"]:
            raise Unfit("name: is missing")
    for name in ("sku", "title", "category"):
        if out[name] is not None and (fault := word_fault(out[name])):
            raise Unfit(f"{name}: {fault}")
    if out["category"] is not None and len(out["category"]) > MOST_WORD:
        raise Unfit(f"category: is longer than {MOST_WORD} characters")
    out["id"] = _id(row.get("id"))
    out["created_at"] = _moment(row.get("created_at"))
    out["width"], out["height"] = _side("width", row.get("width")), _side("height", row.get("height"))
    out["labels"] = _labels(row.get("labels"))
    out["tags"] = _tags(row.get("tags"))
    out["attributes"], out["told"] = _attributes(row)
    return out


def table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), SCHEMA)


def split(cell: str, separators: str) -> list[str]:
    """The parts of a cell between unescaped separators; a backslash takes the next character as it is."""
    if "\\" not in cell and len(separators) == 1:
        return cell.split(separators)
    parts, now, escaped = [], [], False
    for char in cell:
        if escaped:
            now.append(char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in separators:
            parts.append("".join(now))
            now = []
        else:
            now.append(char)
    if escaped:
        now.append("\\")
    return [*parts, "".join(now)]


def attributes_of(given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Attributes as JSON and their words. Raises Unfit."""
    kept: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        clean_name = _attribute_name(name)
        if clean_name in kept:
            raise Unfit(f"attributes: “{clean_name}” is there twice")
        kept[clean_name] = _attribute_text(name, value) if isinstance(value, str) else _value(name, value)
    if len(kept) > MOST_ATTRIBUTES:
        raise Unfit(f"attributes: more than {MOST_ATTRIBUTES}")
    if not kept:
        return None, None
    return orjson.dumps(kept).decode(), told(kept)


def told(attributes: Mapping[str, Any]) -> str | None:
    """The words of attributes, in the order in which the database keeps them; None for none."""
    words = [found for name in _in_jsonb(tuple(attributes)) if (found := _told(attributes[name]))]
    return VALUE_END.join(words) or None


@lru_cache(65_536, typed=True)
def _told(value: Any) -> str:
    text = attribute_text(value)
    return stored(text) if text else ""


@lru_cache(4_096)
def _in_jsonb(names: tuple[str, ...]) -> list[str]:
    return [name for _, name in sorted((len(name.encode()), name) for name in names)]


@lru_cache(4_096)
def _attribute_name(name: Any) -> str:
    field = f"attributes.{str(name)[:100]}"
    if fault := name_fault(clean_name := _word(field, name)):
        raise Unfit(f"{field}: {fault}")
    return clean_name


@lru_cache(65_536)
def _attribute_text(name: str, value: str) -> str:
    field = f"attributes.{name[:100]}"
    text = _line(field, value, MOST_CHARS)
    if fault := word_fault(text):
        raise Unfit(f"{field}: {fault}")
    return text


def _text(field: str, value: Any) -> str | None:
    if value in _WORTHLESS:
        return None
    if isinstance(value, bytes):
        value = _decoded(field, value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit(f"{field}: is not a text")
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = int(value) if value.is_integer() else value
    return _line(field, str(value), MOST_CHARS) or None


def _line(field: str, text: str, most: int) -> str:
    text = text.strip()
    if _CONTROL.search(text):
        raise Unfit(f"{field}: holds a control character")
    if len(text) > most:
        raise Unfit(f"{field}: is longer than {most:,} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit(f"{field}: its letters cannot be read") from None
    return text


def _decoded(field: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Unfit(f"{field}: its letters cannot be read") from None


def _word(field: str, value: Any) -> str:
    if not isinstance(value, str) or not (text := _line(field, value, MOST_WORD)):
        raise Unfit(f"{field}: is not a text of 1 to {MOST_WORD} characters")
    if fault := word_fault(text):
        raise Unfit(f"{field}: {fault}")
    return text


def _id(value: Any) -> str | None:
    if value in _WORTHLESS:
        return None
    if not isinstance(value, str) or not _ID.fullmatch(value.strip()):
        raise Unfit("id: is not an id (a UUID)")
    return value.strip().replace("-", "").lower()


def _moment(value: Any) -> datetime | None:
    if value in _WORTHLESS:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise Unfit("created_at: is not a time like 2026-11-24T09:30:00Z or a date like 2026-11-24") from None
    elif not isinstance(value, datetime):
        if not isinstance(value, date):
            raise Unfit("created_at: is not a time like 2026-11-24T09:30:00Z or a date like 2026-11-24")
        value = datetime(value.year, value.month, value.day)
    if value != value:  # pandas' way to say that there is none
        return None
    try:
        utc = (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).replace(fold=0)
    except OverflowError:
        raise Unfit("created_at: is too far away to be right") from None
    if not FIRST_YEAR <= utc.year <= LAST_YEAR:
        raise Unfit("created_at: is too far away to be right")
    return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, UTC)


def _side(field: str, value: Any) -> int | None:
    if value in _WORTHLESS or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        if not (value := value.strip()):
            return None
        value = float(value) if _WHOLE.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise Unfit(f"{field}: is not a whole number of pixels")
    if not 1 <= value <= MOST_SIDE:
        raise Unfit(f"{field}: is not between 1 and {MOST_SIDE} pixels")
    return int(value)


def _labels(value: Any) -> list[dict[str, Any]] | None:
    pairs = _label_pairs(value)
    if pairs is None:
        return None
    if len(pairs) > MOST_LABELS:
        raise Unfit(f"labels: more than {MOST_LABELS:,}")
    best: dict[str, int] = {}
    for name, confidence in pairs:
        name = _word("labels", name)
        number = confidence
        if isinstance(number, str) and _NUMBER.fullmatch(number.strip()):
            number = float(number)
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 100:
            raise Unfit(f"labels: the confidence of “{name[:100]}” is not a number from 0 to 100")
        best[name] = max(best.get(name, 0), round(number * 10))
    return [{"name": name, "tenths": tenths} for name, tenths in best.items()]


def _label_pairs(value: Any) -> list[tuple[Any, Any]] | None:
    if value in _WORTHLESS:
        return None
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _json("labels", value)
    if isinstance(value, str):
        pairs = [_named(part) for part in _cell_parts(value, "|")]
        return pairs or None
    if not isinstance(value, list):
        raise Unfit("labels: is neither a list nor name:confidence|...")
    for one in value:
        if not isinstance(one, Mapping) or "name" not in one or "confidence" not in one:
            raise Unfit('labels: each is to be {"name", "confidence"}')
    return [(one["name"], one["confidence"]) for one in value]


def _named(part: str) -> tuple[str, str]:
    name, colon, confidence = part.rpartition(":")
    if not colon:
        raise Unfit(f"labels: “{part[:100]}” is not name:confidence")
    return name, confidence


def _tags(value: Any) -> list[str] | None:
    if value in _WORTHLESS:
        return None
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _json("tags", value)
    if isinstance(value, str):
        parts = [part.strip() for part in _cell_parts(value, "|" if len(split(value, "|")) > 1 else ",;")]
        value = parts or None
        if value is None:
            return None
    if not isinstance(value, list):
        raise Unfit("tags: is neither a list nor tag|tag|...")
    tags = list(dict.fromkeys(_word("tags", one) for one in value))
    if len(tags) > MOST_TAGS:
        raise Unfit(f"tags: more than {MOST_TAGS}")
    return tags


def _cell_parts(cell: str, separators: str) -> list[str]:
    return [part for part in split(cell, separators) if part.strip()]


def _attributes(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    value = row.get("attributes")
    if value in _WORTHLESS:
        value = {}
    elif isinstance(value, str):
        value = _json("attributes", value) if value.lstrip().startswith("{") else _pairs(value)
    elif isinstance(value, list) and all(isinstance(one, tuple | list) and len(one) == 2 for one in value):
        value = {str(name): one for name, one in value}  # a map of Arrow
    if not isinstance(value, Mapping):
        raise Unfit("attributes: is not an object")
    apart = {name[5:]: _read(row[name]) for name in row if name.startswith("attr.") and row[name] not in _WORTHLESS}
    return attributes_of({**value, **apart})


def _pairs(cell: str) -> dict[str, Any]:
    found = {}
    for part in _cell_parts(cell, "|" if len(split(cell, "|")) > 1 else ";"):
        name, sign, value = part.partition("=" if "=" in part else ":")
        if not sign:
            raise Unfit(f"attributes: “{part[:100]}” is neither JSON nor name=value")
        found[name.strip()] = _read(value.strip())
    return found


def _read(cell: Any) -> Any:
    """A number where a cell of text is one beyond doubt."""
    if not isinstance(cell, str) or not _NUMBER.fullmatch(cell):
        return cell
    return float(cell) if "." in cell else int(cell)


def _value(name: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return _attribute_text(name, _decoded(f"attributes.{name[:100]}", value))
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) <= MOST_NUMBER:
        return value
    field = f"attributes.{name[:100]}"
    raise Unfit(f"{field}: is neither a text, a number (up to {MOST_NUMBER:.0e}), true nor false")


def _json(field: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        raise Unfit(f"{field}: is not JSON") from None
