"""Everything that needs a catalogue in PostgreSQL and the API in front of it: `python -m benchmarks.service`.

One catalogue for all: import, start, HTTP, changes, export, bulk work, memory.
"""

import sys
import time
from collections.abc import Callable

from benchmarks import bulk, exports, fresh, imports, load, starts
from benchmarks.api import WORKERS, serving
from benchmarks.figures import HEADER, IMAGES, row, told
from benchmarks.place import place
from benchmarks.queries import QUESTIONS
from benchmarks.report import table

Rows = list[list[object]]


def main() -> None:
    began, rows = time.monotonic(), Rows()

    def part(name: str, measure: Callable[[], Rows]) -> None:
        rows.extend(measure())
        print(f"{name}: done after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    with place() as here:
        part("import", lambda: imports.measure(here))
        part("start", lambda: starts.measure(here))
        with serving(here.url, here.folder, here.issuer) as api:
            api.wait_for_index()
            part("http", lambda: load.measure(api))
            memory = api.memory()
            rows.append(row(f"memory of one replica of {WORKERS} workers after that (PSS)",
                            f"{memory:,.0f} MB ({api.processes()})", "< 600 MB", memory < 600))  # fmt: skip
            part("export", lambda: exports.measure(api))
            part("changes", lambda: fresh.measure(here, api))
            part("bulk", lambda: bulk.measure(api))
            rows.append(row("memory of the replica at the end, PostgreSQL's", f"{api.memory():,.0f} MB, "
                            f"{here.postgres.memory():,.0f} MB"))  # fmt: skip
    text = (
        f"{IMAGES:,} images with embeddings in PostgreSQL (settings of `make run`, with a larger buffer), the search "
        f"API with {WORKERS} workers, clients on the same machine; {QUESTIONS} mixed questions. HTTP answers are not "
        f"compressed.\n\n{table(HEADER, rows)}"
    )
    told("The search service", text)


if __name__ == "__main__":
    main()
