"""What `copy ... to stdout (format binary)` sends, taken apart column by column without a Python object per row."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from pixplore.catalogue import copied_kernels as kernels
from pixplore.index.columns import Coded

Bytes = NDArray[np.uint8]


class _Parts:
    """What psycopg2 writes a row at a time into."""

    __slots__ = ("rows", "write")

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.write = self.rows.append


@dataclass(frozen=True, slots=True)
class Slices:
    """Pieces of one block of bytes; a length of -1 says null."""

    block: Bytes
    starts: NDArray[np.int64]
    lengths: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.starts)

    def texts(self) -> list[str]:
        """Each as a str; null as an empty one."""
        held: Any = memoryview(self.block)  # type: ignore[arg-type]
        return [
            str(held[start : start + size], "utf-8") if size > 0 else ""
            for start, size in zip(self.starts.tolist(), self.lengths.tolist(), strict=True)
        ]

    def bytes_of(self, width: int) -> Bytes:
        """(n, width) uint8; zeros where a piece has another length."""
        found: Bytes = kernels.fixed(self.block, self.starts, self.lengths, width)
        return found

    def whole(self, width: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Signed whole numbers of 2, 4 or 8 bytes, and which of them are not null."""
        raw = self.bytes_of(width)
        return raw.view(f">i{width}").reshape(-1).astype(np.int64), self.lengths == width

    def numbers(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """integer[]: all of them, and the offsets of each row's (n + 1)."""
        found: tuple[NDArray[np.int32], NDArray[np.int64]] = kernels.array_numbers(
            self.block, self.starts, self.lengths
        )
        return found

    def elements(self) -> tuple["Slices", NDArray[np.int64]]:
        """text[], uuid[]: the elements' bytes, and the offsets of each row's."""
        starts, lengths, offsets = kernels.array_elements(self.block, self.starts, self.lengths)
        return Slices(self.block, starts, lengths), offsets

    def tokens(self) -> tuple["Slices", NDArray[np.int64]]:
        """Text between spaces, with line ends and unit separators as tokens of their own."""
        starts, lengths, offsets = kernels.tokens(self.block, self.starts, self.lengths)
        return Slices(self.block, starts, lengths), offsets

    def coded(self, offsets: NDArray[np.int64] | None = None) -> Coded:
        """Each distinct text once."""
        codes, firsts = kernels.encode(self.block, self.starts, self.lengths)
        return Coded(Slices(self.block, self.starts[firsts], self.lengths[firsts]).texts(), codes, offsets)

    def identities(self, offsets: NDArray[np.int64] | None = None) -> Coded:
        """The same for uuids, as UUIDs are written."""
        codes, firsts = kernels.encode(self.block, self.starts, self.lengths)
        raw = (Slices(self.block, self.starts[firsts], self.lengths[firsts])).bytes_of(16)
        return Coded([_uuid(one.tobytes().hex()) for one in raw], codes, offsets)

    def attributes(self) -> dict[str, Coded]:
        """jsonb objects: for each name the values as ->> gives them, -1 for none and for null."""
        pairs = kernels.object_pairs(self.block, self.starts, self.lengths)
        rows, key_starts, key_lengths, starts, lengths, is_text = pairs
        names = Slices(self.block, key_starts, key_lengths)
        codes, firsts = kernels.encode(self.block, key_starts, key_lengths)
        order = np.argsort(codes, kind="stable")
        borders = np.searchsorted(codes[order], np.arange(len(firsts) + 1))
        found: dict[str, Coded] = {}
        for place, name in enumerate(Slices(self.block, names.starts[firsts], names.lengths[firsts]).texts()):
            mine = order[borders[place] : borders[place + 1]]
            inner = Slices(self.block, starts[mine], lengths[mine])
            found[_unescaped(name)] = _values(inner, rows[mine], is_text[mine], len(self))
        return found


def warm() -> None:
    """Take a small answer apart in every way, so that all of it is compiled."""
    sent = [
        _array(23, [struct.pack(">i", 7)]),
        _array(25, [b"red"]),
        b" red shoe \n x \x1f",
        b'\x01{"a": "b", "c": {"d": [1]}}',
        bytes(16),
        struct.pack(">q", 1),
    ]
    row = struct.pack(">h", len(sent)) + b"".join(struct.pack(">i", len(field)) + field for field in sent)
    numbers, texts, words, attributes, identity, whole = _fields(bytes(19) + row + b"\xff\xff", 1)
    numbers.numbers()
    texts.elements()[0].coded()
    words.tokens()[0].coded()
    attributes.attributes()
    identity.identities()
    whole.whole(8)


def _array(element: int, fields: list[bytes]) -> bytes:
    """As PostgreSQL sends an array of one dimension."""
    head = struct.pack(">iiiii", 1, 0, element, len(fields), 1)
    return head + b"".join(struct.pack(">i", len(field)) + field for field in fields)


def copy(connection: Connection, statement: str, values: dict[str, Any] | None = None) -> list[Slices]:
    """The columns of `select ...`; `values` for its %(name)s."""
    raw: Any = connection.connection.driver_connection
    parts = _Parts()
    with raw.cursor() as cursor:
        asked = cursor.mogrify(statement, values).decode()
        cursor.copy_expert(f"copy ({asked}) to stdout (format binary)", parts)
    sent, rows = b"".join(parts.rows), len(parts.rows)
    parts.rows.clear()
    return _fields(sent, rows)


def _fields(sent: bytes, rows: int) -> list[Slices]:
    block = np.frombuffer(sent, np.uint8)
    count, width = kernels.shape(block)
    if count > rows:
        raise ValueError("COPY sent more rows than messages")
    starts, lengths = kernels.fields(block, count, width)
    return [Slices(block, starts[column], lengths[column]) for column in range(width)]


def _values(inner: Slices, rows: NDArray[np.int64], is_text: NDArray[np.bool_], count: int) -> Coded:
    codes, firsts = kernels.encode(inner.block, inner.starts, inner.lengths)
    values = Slices(inner.block, inner.starts[firsts], inner.lengths[firsts]).texts()
    if any("\\" in value for value in values):
        # Text and other values never share a piece with a backslash: in text every quote is escaped.
        plain = [
            _unescaped(value) if text else value for value, text in zip(values, is_text[firsts].tolist(), strict=True)
        ]
        places = {value: place for place, value in enumerate(dict.fromkeys(plain))}
        known = np.array([places[value] for value in plain], np.int32)
        codes, values = np.where(codes < 0, codes, known[codes]).astype(np.int32), list(places)
    spread = np.full(count, -1, np.int32)
    spread[rows] = codes
    return Coded(values, spread)


def _unescaped(text: str) -> str:
    return str(json.loads(f'"{text}"')) if "\\" in text else text


def _uuid(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
