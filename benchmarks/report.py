"""Where measured tables go: printed, and kept as one section each of docs/benchmarks.md or another paper."""

import datetime
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

PAPER = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def publish(title: str, text: str, into: Path = PAPER) -> None:
    """Print `text` and replace the section `title` of the paper by it, with the machine and the date."""
    print(text)
    section = f"## {title}\n\n{machine()}\n\n{text.strip()}\n"
    paper = into.read_text(encoding="utf-8") if into.exists() else "# Benchmarks\n"
    old = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.S | re.M)
    paper = old.sub(lambda _: section + "\n", paper) if old.search(paper) else f"{paper.rstrip()}\n\n{section}"
    into.write_text(paper.rstrip() + "\n", encoding="utf-8")


def machine() -> str:
    """One sentence: when and on what the figures were measured."""
    try:
        processor = re.findall(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))[0]
    except (OSError, IndexError):
        processor = platform.processor() or platform.machine()
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return (
        f"Measured {datetime.date.today():%Y-%m-%d} on {cores} cores ({processor}), {platform.system()}, "
        f"Python {platform.python_version()}, load average {load:.1f} at the end."
    )


def table(header: list[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
