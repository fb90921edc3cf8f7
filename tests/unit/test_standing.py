"""Cognito's word about a token: how long it is taken, and what happens while Cognito says nothing."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pixplore import standing
from pixplore.domain import Person, Role
from pixplore.errors import Unauthenticated, Unavailable
from pixplore.standing import AHEAD_S, AWAY_S, FRESH_S, PATIENCE_S, RETRY_S, Standing

ADA = Person("1", "ada@example.com", Role.ADMIN)
DEMOTED = Person("1", "ada@example.com", Role.VIEWER)
CLAIMED = Person("1", "1", Role.ADMIN)


class Cognito:
    """`says` a person, or an error; `asked` counts."""

    def __init__(self) -> None:
        self.says: Person | Exception = ADA
        self.asked = 0

    def __call__(self, token: str) -> Person:
        self.asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def pass_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets seconds pass."""
    now = [1000.0]
    monkeypatch.setattr(standing, "_now", lambda: now[0])
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def later(seconds: float) -> None:
        now[0] += seconds

    return later


Later = Callable[[float], None]


def test_a_word_is_asked_for_once_and_again_within_a_minute(pass_by: Later) -> None:
    cognito = Cognito()
    kept = Standing(cognito, ahead=0)
    assert kept.at_once("t") is None, "nobody was asked yet"
    for _ in range(100):
        assert kept.of("t") == ADA
    assert cognito.asked == 1
    cognito.says = DEMOTED
    pass_by(FRESH_S - 1)
    assert kept.at_once("t") == ADA
    pass_by(1)
    assert kept.at_once("t") is None
    assert kept.of("t") == DEMOTED
    assert FRESH_S + PATIENCE_S < 60


def test_who_is_out_stays_out_whatever_comes(pass_by: Later) -> None:
    cognito = Cognito()
    kept = Standing(cognito, ahead=0)
    assert kept.of("t") == ADA
    cognito.says = Unauthenticated()
    pass_by(FRESH_S)
    for answer in (Unauthenticated(), Unavailable("away"), ADA):
        cognito.says = answer
        with pytest.raises(Unauthenticated):
            kept.of("t", CLAIMED)
        assert kept.at_once("t") is None
        pass_by(RETRY_S)
    assert cognito.asked == 2, "Cognito is spared who was refused"


def test_while_cognito_is_away_its_last_word_holds_for_a_while_and_nobody_waits(pass_by: Later) -> None:
    cognito = Cognito()
    kept = Standing(cognito, ahead=0)
    assert kept.of("t") == ADA
    cognito.says = Unavailable("away")
    pass_by(FRESH_S)
    for _ in range(50):
        assert kept.of("t") == ADA
    assert cognito.asked == 2, "one try in some seconds"
    assert kept.at_once("t") == ADA
    pass_by(AWAY_S - FRESH_S)
    with pytest.raises(Unavailable):
        kept.of("t", CLAIMED)
    cognito.says = ADA
    pass_by(RETRY_S)
    assert kept.of("t") == ADA, "it heals"


def test_of_whom_cognito_never_spoke_the_caller_decides(pass_by: Later) -> None:
    cognito = Cognito()
    cognito.says = Unavailable("away")
    kept = Standing(cognito, ahead=0)
    assert kept.of("t", CLAIMED) == CLAIMED
    with pytest.raises(Unavailable):
        kept.of("t")


def test_in_use_it_is_renewed_in_the_background(pass_by: Later) -> None:
    cognito = Cognito()
    kept = Standing(cognito)
    kept.of("t")
    pass_by(FRESH_S - AHEAD_S)
    assert kept.at_once("t") == ADA
    kept._askers.shutdown(wait=True)
    assert cognito.asked == 2
    pass_by(FRESH_S - 1)
    assert kept._words[standing._digest("t")].holds(FRESH_S), "counted from the second answer"


def test_a_silent_cognito_is_not_waited_for_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "PATIENCE_S", 0.1)
    monkeypatch.setattr(standing, "FRESH_S", 0.0)
    silent, answers = threading.Event(), [ADA]

    def ask(token: str) -> Person:
        if answers:
            return answers.pop()
        silent.wait(10)
        return DEMOTED

    kept = Standing(ask, ahead=0)
    assert kept.of("t") == ADA
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: kept.of("t"), range(8))) == {ADA}
    word = kept._words[standing._digest("t")]
    assert word.asking, "one call is under way for all of them"
    assert word.not_before > time.monotonic(), "and until then nobody waits"
    silent.set()


def test_very_many_tokens_are_forgotten_but_not_who_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_MOST", 50)
    cognito = Cognito()
    kept = Standing(cognito)
    cognito.says = Unauthenticated()
    with pytest.raises(Unauthenticated):
        kept.of("out")
    cognito.says = ADA
    for number in range(120):
        kept.of(f"t{number}")
    assert len(kept._words) <= 50
    with pytest.raises(Unauthenticated):
        kept.of("out")
