"""Which of our modules a program can reach, however late it imports them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("pixplore", "search_api", "dashboard", "pages", "backend_lambdas")
# Run by hand on a developer's machine, or at the building of an image: not by a program that runs in one.
ELSEWHERE = ("pixplore.vision.efficientnet", "pixplore.vision.likeness_axes", "pixplore.vision.open_nsfw",
             "pixplore.catalogue.migrations", "pixplore.replica.compaction", "pixplore.replica.warm")  # fmt: skip


def modules_of(*starts: str) -> list[str]:
    """These and all they lead to, sorted."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in seen and not name.startswith(ELSEWHERE) and (path := _file(name)):
            seen.add(name)
            waiting += _imports(path)
    return sorted(seen)


def _file(name: str) -> Path | None:
    path = ROOT / name.replace(".", "/")
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def _imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []  # never run
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        yield from (name for name in names if name.split(".")[0] in OURS)
