"""Bent pictures, hundreds here and ten thousand in `make test-hostile`: each is taken or refused with a word, soon, in
bounded memory; none ends the process."""

import os
import subprocess
import sys
from collections import Counter

from tests.hostile.mutants import mutant
from tests.stack import ROOT

FILES = int(os.environ.get("PIXPLORE_HOSTILE_FILES", "400"))
EACH_S = 5.0
ENDS = {"taken", "empty_file", "too_large", "kind_not_taken", "not_an_image", "truncated", "damaged", "too_many_pixels",
        "too_small"}  # fmt: skip


def judged(first: int, last: int) -> tuple[dict[int, tuple[str, float]], list[int]]:
    """How each seed ended, with its milliseconds; and those that took the process with them."""
    ended: dict[int, tuple[str, float]] = {}
    fatal: list[int] = []
    while first < last:
        command = [sys.executable, "-m", "tests.hostile.taken", str(first), str(last)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60 + EACH_S * (last - first))
        assert done.stdout, done.stderr[-2_000:]
        for line in done.stdout.splitlines():
            seed, *rest = line.split()
            if rest:
                ended[int(seed)] = rest[0], float(rest[1])
            first = int(seed) + 1
        if done.returncode == 0:
            break
        fatal.append(first - 1)
        print(done.stderr[-2_000:])
    return ended, fatal


def test_bent_pictures_are_taken_or_refused() -> None:
    ended, fatal = judged(0, FILES)
    assert not fatal, f"seeds of tests/hostile/mutants.py that ended the process: {fatal}"
    assert sorted(ended) == list(range(FILES))
    strange = {seed: end for seed, (end, _) in ended.items() if end not in ENDS}
    assert not strange
    slowest = max(ended, key=lambda seed: ended[seed][1])
    counts = Counter(end for end, _ in ended.values())
    print(f"\n{FILES:,} files: {dict(counts.most_common())}; slowest: seed {slowest}, {ended[slowest][1]:.0f} ms")
    assert ended[slowest][1] < EACH_S * 1000
    assert counts["taken"] > FILES / 20, "hardly any gets past the first look: they are bent too much"
    assert counts["damaged"] + counts["truncated"] > FILES / 5


def test_a_crash_would_be_told() -> None:
    """What this file asks for can fail: a decoder that ends the process is found, by its file, and others go on."""
    code = "import os, tests.hostile.taken as t\nt.outcome = lambda content: os.abort()\nt.main(3, 5)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stdout.split() == ["3"]
    assert mutant(3) == mutant(3) != mutant(4)
