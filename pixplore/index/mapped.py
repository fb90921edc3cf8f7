"""Arrays that lie in files: what has been read of them need not count as this process's memory."""

import ctypes
import mmap
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from pixplore.index.arrays import Array


def give_back(array: Array) -> None:
    """Unmap what reading a memory map has left in this process; the system keeps it as it likes."""
    if (region := mapped(array)) is not None:
        with suppress(AttributeError, OSError):
            _libc().madvise(*region, mmap.MADV_DONTNEED)


def trim() -> None:
    """Give what large pieces of work have left free in the heap back to the system (glibc)."""
    with suppress(AttributeError, OSError):
        _libc().malloc_trim(0)


def mapped(array: Array) -> tuple[ctypes.c_void_p, ctypes.c_size_t] | None:
    """The whole pages of an array that lies in a file; None for one in memory."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    base = base.obj if isinstance(base, memoryview) else base
    if not isinstance(base, mmap.mmap):
        return None
    page = mmap.PAGESIZE
    start = -(-array.ctypes.data // page) * page
    end = (array.ctypes.data + array.nbytes) // page * page
    return (ctypes.c_void_p(start), ctypes.c_size_t(end - start)) if end > start else None


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
