"""Compiled loops are kept on disk, and compiled in a process of their own where they are not there yet.

Compiling takes half a minute and 80 MB that are never given back: nothing that a program which answers should do.
"""

import contextlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from hashlib import blake2b
from importlib import metadata
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_LOOPS = (_PACKAGE / "index", _PACKAGE / "catalogue")


def prepare(index_dir: Path) -> None:
    """Name a folder for them that can be written, before numba is imported for the first time.

    That is the one beside each file, or NUMBA_CACHE_DIR; where it is read-only (an image that brings its compiled loops
    along) a copy of it below `index_dir`.
    """
    shipped = os.environ.get("NUMBA_CACHE_DIR")
    if shipped and not os.access(_existing(Path(shipped)), os.W_OK):
        own = index_dir / "compiled"
        with contextlib.suppress(OSError):
            shutil.copytree(shipped, own, dirs_exist_ok=True, copy_function=_copy_once)
        os.environ["NUMBA_CACHE_DIR"] = str(own)
    elif not shipped and not all(os.access(folder, os.W_OK) for folder in _LOOPS):
        os.environ["NUMBA_CACHE_DIR"] = str(index_dir / "compiled")


def missing() -> Path | None:
    """Where to note that all loops are compiled for this processor and version; None where that is noted."""
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or _LOOPS[0] / "__pycache__")
    mark = folder / f"compiled-{_version()}"
    return None if mark.exists() else mark


def note(mark: Path) -> None:
    with contextlib.suppress(OSError):
        mark.parent.mkdir(parents=True, exist_ok=True)
        for old in mark.parent.glob("compiled-*"):
            old.unlink()
        mark.touch()


def _version() -> str:
    """Differs where the compiled loops would: other sources, versions, processor or place."""
    told = [sys.version, metadata.version("numba"), platform.machine(), _processor(), str(_PACKAGE), *_sources()]
    return blake2b("\n".join(told).encode(), digest_size=8).hexdigest()


def _sources() -> Iterator[str]:
    for folder in _LOOPS:
        for path in sorted(folder.glob("*.py")):
            seen = path.stat()
            yield f"{path.name} {seen.st_mtime_ns} {seen.st_size}"


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith(("model name", "CPU part")):
                return line
    return platform.processor()


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _copy_once(source: str, target: str) -> str:
    return target if Path(target).exists() else shutil.copy2(source, target)
