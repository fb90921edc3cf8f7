"""Starting the search API without a snapshot of the index, and with one."""

import shutil
import time

from benchmarks.api import Api, serving
from benchmarks.figures import IMAGES, row
from benchmarks.place import Place

ONE = "/v1/images?limit=1"


def measure(here: Place) -> list[list[object]]:
    """Leaves a snapshot behind."""
    shutil.rmtree(here.folder / "index", ignore_errors=True)
    began = time.monotonic()
    with serving(here.url, here.folder, here.issuer) as api:
        answered, exact = _first(api, began)
        api.wait_for_index()
        ready = time.monotonic() - began
        exact = exact and api.get(ONE)["total"] == IMAGES
        time.sleep(1)  # the second worker
    began = time.monotonic()
    with serving(here.url, here.folder, here.issuer) as api:
        api.wait_for_index()
        again = time.monotonic() - began
        exact = exact and api.get(ONE)["total"] == IMAGES
    return [
        row("start without a snapshot: first exact answer, by SQL", f"{answered:.1f} s{'' if exact else ', WRONG'}",
            "exact at once", exact),
        row("… the index answers", f"{ready:.1f} s", "< 60 s", ready < 60),
        row("start with a snapshot: the index answers", f"{again:.1f} s", "< 3 s", again < 3),
    ]  # fmt: skip


def _first(api: Api, began: float) -> tuple[float, bool]:
    found = api.get(ONE)
    return time.monotonic() - began, found["total"] == IMAGES
