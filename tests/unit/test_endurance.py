"""What the half hour makes of what it saw: lines through it, and verdicts."""

import pytest

from benchmarks.endurance.batch import planned
from benchmarks.endurance.line import line
from benchmarks.endurance.paper import Ran, section
from benchmarks.endurance.watch import Held, Look
from benchmarks.endurance.work import Sent
from benchmarks.profile.summary import Request
from tests.faults.model import BROKEN

SECONDS, WARM_S = 1800.0, 180.0


def ran(slower: float = 1.0, leak_mb_h: float = 0.0, grown: int = 0, failed: int = 0) -> Ran:
    """An hour's half in which only that was wrong."""
    requests = [
        Request(at, "search", 10.0 + at % 3 + (10 * (slower - 1) if at > SECONDS / 2 else 0), None)
        for at in range(1800)
    ]
    requests += [Request(100.0 + number, "edit", 1.0, "503: away") for number in range(failed)]
    looks = [
        Look(at, {"search API": Held(1, 400, 300, 250 + leak_mb_h * at / 3600 + at % 2, 30, 8, at / 10)}, 17,
             {"odd": 8_192, "image": 50_000}, 1.0, {"originals": int(at) * 50_000}, 1_000)
        for at in map(float, range(0, 1801, 15))
    ]  # fmt: skip
    sent = [Sent(str(number), 50_000, float(number)) for number in range(1800)]
    rows = {"image": 10, "odd": 1}, {"image": 1_810, "odd": 1 + grown}
    return Ran(50_000, 0.0, SECONDS, WARM_S, requests, sent, {"ready": 1800}, looks, rows)


def unmet(of: Ran) -> list[str]:
    return [text.split(" | ")[0].strip("| ") for text in section(of).splitlines() if "UNMET" in text]


def test_a_run_in_which_nothing_grows() -> None:
    assert unmet(ran()) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"slower": 1.3}, ["search", "all"]),
        ({"leak_mb_h": 60.0}, ["search API"]),
        ({"grown": 5}, ["odd"]),  # nobody says what bounds it
        ({"failed": 2}, ["requests / failed"]),
    ],
)
def test_what_grows_or_slows_is_told(wrong: dict[str, float], told: list[str]) -> None:
    assert unmet(ran(**wrong)) == told  # type: ignore[arg-type]


def test_a_line_through_noise() -> None:
    """20 an hour, known to the noise that a fixed pattern makes."""
    seconds = [float(at) for at in range(0, 3600, 15)]
    found = line(seconds, [100 + 20 * at / 3600 + (1 if at % 30 else -1) for at in seconds])
    assert abs(found.slope - 20) <= found.error < 1
    assert found.start == pytest.approx(100, abs=0.5)
    assert found.growth == pytest.approx(20, abs=0.5)
    assert not found.flat(0.03, 5)
    assert found.flat(0.25, 5)
    with pytest.raises(ValueError, match="three"):
        line([0, 1], [0, 1])


def test_a_planned_batch_has_every_kind() -> None:
    files = planned(2_000)
    good = [file.content for file in files if file.ends == "ready"]
    assert len(set(good)) == len(good)
    assert all(file.content in good for file in files if file.ends == "duplicate")
    assert {file.ends for file in files} == {"ready", "duplicate", "rejected"}
    assert {file.ends for file in files if file.kind == BROKEN} == {"rejected"}
    assert sum(file.huge for file in files) > 0
