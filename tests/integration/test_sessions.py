"""Sessions and attempts to sign in, on a real database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from pixplore.catalogue import sessions
from pixplore.catalogue.database import open_engine
from pixplore.errors import Unavailable


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_engine(database_url, pool_size=20)
    yield opened
    opened.dispose()


def later(engine: Engine, table: str, column: str, by: str) -> None:
    """Let time pass: move what a table remembers into the past."""
    with engine.begin() as link:
        link.execute(text(f"update {table} set {column} = {column} - interval '{by}'"))


def begin(engine: Engine, sid: str, sub: str = "ada") -> None:
    sessions.open_ticket(engine, f"ticket of {sid}", sub, b"sealed")
    assert sessions.redeem(engine, f"ticket of {sid}", sid)


def test_a_ticket_is_good_once(engine: Engine) -> None:
    sessions.open_ticket(engine, "t", "ada", b"sealed")
    with ThreadPoolExecutor(8) as pool:
        redeemed = list(pool.map(lambda n: sessions.redeem(engine, "t", f"sid{n}"), range(8)))
    assert sum(redeemed) == 1
    found = sessions.find(engine, f"sid{redeemed.index(True)}")
    assert found
    assert (found.sub, found.sealed) == ("ada", b"sealed")


def test_a_ticket_is_no_session_and_runs_out(engine: Engine) -> None:
    sessions.open_ticket(engine, "t", "ada", b"sealed")
    assert sessions.find(engine, "ticket:t") is None
    later(engine, "session", "ticket_until", "31 seconds")
    assert not sessions.redeem(engine, "t", "sid")


@pytest.mark.parametrize(("column", "by"), [("seen_at", "12 hours"), ("expires_at", "7 days")])
def test_a_session_ends_unused_or_old(engine: Engine, column: str, by: str) -> None:
    begin(engine, "sid")
    assert sessions.find(engine, "sid")
    later(engine, "session", column, by)
    assert sessions.find(engine, "sid") is None
    begin(engine, "other")
    with engine.connect() as link:
        assert link.execute(text("select count(*) from session")).scalar_one() == 1, "what is over is cleared away"


def test_using_a_session_keeps_it(engine: Engine) -> None:
    begin(engine, "sid")
    for _ in range(3):
        later(engine, "session", "seen_at", "11 hours")
        assert sessions.find(engine, "sid")


def test_signing_out_here_and_everywhere(engine: Engine) -> None:
    for sid in ("one", "two", "three"):
        begin(engine, sid)
    begin(engine, "bob's", "bob")
    sessions.end(engine, "one")
    assert sessions.find(engine, "one") is None
    assert len(sessions.of(engine, "ada")) == 2
    assert sessions.end_all(engine, "ada") == 2
    assert sessions.find(engine, "two") is None
    assert sessions.find(engine, "bob's")


def test_waits_grow_after_five_wrong_passwords(engine: Engine) -> None:
    waits = []
    for _ in range(9):
        waits.append(sessions.attempt(engine, ("ada", "office")))
        if waits[-1]:
            later(engine, "sign_in_attempt", "blocked_until", "1 hour")
    assert waits == [0, 0, 0, 0, 0, 5, 0, 10, 0]
    later(engine, "sign_in_attempt", "updated_at", "31 minutes")
    later(engine, "sign_in_attempt", "blocked_until", "1 hour")
    assert [sessions.attempt(engine, ("ada", "office")) for _ in range(5)] == [0] * 5, "old failures are forgotten"


def test_many_guesses_at_once_are_no_more_than_five(engine: Engine) -> None:
    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(lambda n: sessions.attempt(engine, ("ada", f"address {n}")), range(20)))
    assert waits.count(0) == 5


def test_a_right_password_starts_the_name_afresh_and_halves_the_address(engine: Engine) -> None:
    for name in ("ada", "ada", "bob", "bob", "ada"):
        assert sessions.attempt(engine, (name, "office")) == 0
    sessions.forgive(engine, "ada", "office")
    with engine.connect() as link:
        left = dict(link.execute(text("select subject, failures from sign_in_attempt")).all())
    assert left == {"ada": 0, "bob": 2, "office": 2}
    assert sessions.attempt(engine, ("ada", "office")) == 0


def test_a_database_away_is_said() -> None:
    away = open_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        sessions.find(away, "sid")
