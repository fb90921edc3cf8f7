"""The demo catalogue comes in whole, once, also when its loader is killed on the way."""

import subprocess
import sys
from pathlib import Path

from demo.load import BATCHES, MARKER, photos
from tests.stack import ROOT, Stack


def loader(stack: Stack) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "demo.load", "--home", str(stack.home)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_killed_on_the_way_and_started_again(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "home").start()
    try:
        first = loader(stack)
        assert first.stdout
        first.stdout.readline()  # some are granted, some sent, some searchable
        first.kill()
        first.wait(10)
        assert not (stack.home / MARKER).exists()
        again = loader(stack)
        said, _ = again.communicate(timeout=120)
        assert again.returncode == 0, said
        assert said.endswith(f"demo: {len(photos())} of {len(photos())} photographs searchable\n")
        assert (stack.home / MARKER).exists()
        token = stack.token()
        found = stack.images(token, limit=200, facets="category,sku")
        assert found["total"] == len(photos())
        assert len({image["sha256"] for image in found["items"]}) == len(photos())
        assert found["facets"]["sku"]["unset"] == 0
        assert all(image["title"] and image["category"] and image["attributes"]["price"] for image in found["items"])
        uploads = stack.call("GET", f"{stack.ends['uploads_api']}/uploads", token).json()["items"]
        assert sorted(batch["name"] for batch in uploads) == sorted(BATCHES.values())
        summary = stack.call("GET", f"{stack.ends['search_api']}/v1/products/summary", token).json()
        assert summary == {"products": 42, "with_images": 39, "without_images": 3, "images_without_product": 0}
        assert loader(stack).wait(20) == 0  # nothing to do any more
    finally:
        stack.stop()
