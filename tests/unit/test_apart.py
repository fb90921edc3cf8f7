"""The decoder's own process: it answers as decode() does, and whatever a file does to it, the next file is decoded."""

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from pixplore.errors import Refused, Unavailable
from pixplore.vision import apart
from pixplore.vision.decode import decode
from tests import broken_decoder as broken
from tests.hostile.mutants import KINDS, whole
from tests.pictures import photo
from tests.stack import ROOT


@pytest.fixture
def decoder() -> Iterator[apart.Decoder]:
    made = apart.Decoder()
    yield made
    made._idle()


@pytest.fixture
def breakable(decoder: apart.Decoder, monkeypatch: pytest.MonkeyPatch) -> apart.Decoder:
    monkeypatch.setattr(apart, "COMMAND", broken.COMMAND)
    return decoder


def process(decoder: apart.Decoder) -> psutil.Process:
    decoder.ready()
    assert decoder._process
    return psutil.Process(decoder._process.pid)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_picture_comes_back(kind: str, decoder: apart.Decoder) -> None:
    there, here = decoder(whole(kind)), decode(whole(kind))
    assert (there.kind, there.width, there.height, there.exif) == (here.kind, here.width, here.height, here.exif)
    assert (there.image.mode, there.image.size) == ("RGB", here.image.size)
    assert there.image.tobytes() == here.image.tobytes()
    assert there.exif["camera"] == "Maker"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"text", "not_an_image"), (photo()[:5000], "truncated"), (b"GIF89a", "kind_not_taken")],
)
def test_the_same_refusal_comes_back(content: bytes, code: str, decoder: apart.Decoder) -> None:
    with pytest.raises(Refused) as there:
        decoder(content)
    with pytest.raises(Refused) as here:
        decode(content)
    assert (there.value.code, there.value.detail) == (here.value.code, here.value.detail)
    assert there.value.code == code


@pytest.mark.parametrize(
    ("does", "seen"),
    [
        (broken.CRASHES, "ended"), (broken.FILLS, "ended"), (broken.SPINS, "ended"), (broken.SLEEPS, "ended"),
        (broken.LIES + photo(), "no size that we make"),
    ],
    ids=["crashes", "fills memory", "spins", "sleeps", "lies"],
)  # fmt: skip
def test_what_a_file_does_to_it_is_over_with_the_next(
    does: bytes, seen: str, breakable: apart.Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    if does == broken.SLEEPS:
        monkeypatch.setattr(apart, "WALL_S", 2.0)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="broke off at this one") as raised:
        breakable(does)
    assert time.monotonic() - began < 0.8 * apart.WALL_S or does == broken.SLEEPS
    assert seen in str(raised.value.__cause__)
    assert breakable(photo()).width == decode(photo()).width


def test_a_library_that_prints_does_not_speak_for_it(breakable: apart.Decoder) -> None:
    assert breakable(broken.PRINTS + photo()).width == decode(photo()).width


def test_one_that_others_ended_is_started_again(decoder: apart.Decoder) -> None:
    process(decoder).kill()
    time.sleep(0.2)
    assert decoder(photo()).kind == "image/jpeg"


def test_it_knows_no_secret_and_writes_no_file(decoder: apart.Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert "secret" not in str(process(decoder).environ())
    decoder(photo())
    assert process(decoder).rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert process(decoder).rlimit(psutil.RLIMIT_AS) == (apart.MEMORY, apart.MEMORY)


def test_it_ends_where_nobody_asks_for_long(decoder: apart.Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "IDLE_S", 0.3)
    first = process(decoder)
    first.wait(5)
    monkeypatch.undo()
    assert decoder(photo()).kind == "image/jpeg"


def test_it_does_not_outlive_who_started_it() -> None:
    code = "from pixplore.vision.apart import decode as d\nd.ready()\nprint(d._process.pid, flush=True)\ninput()"
    asking = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert asking.stdout
    started = psutil.Process(int(asking.stdout.readline()))
    asking.kill()
    asking.communicate()
    started.wait(5)
