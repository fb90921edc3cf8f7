"""DATABASE_URL without a password: each connection brings a token of the program's AWS role."""

from typing import Any

import boto3
import psycopg2
import pytest
from pydantic import ValidationError

from pixplore.aws import database_token
from pixplore.catalogue.database import engine_of
from pixplore.errors import Unavailable
from pixplore.settings import DatabaseSettings

URL = "postgresql+iam://pixplore@db.example:5433/pixplore?sslmode=require"


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}
    for name, value in (given | dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), "eu-central-1")).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(database_token, "_session", boto3.session.Session())


def test_the_token_is_the_one_that_rds_gives(role: None) -> None:
    """Letter for letter, made in the same second."""
    rds = boto3.session.Session().client("rds")  # the default session may remember another test's credentials
    for _ in range(20):
        theirs = rds.generate_db_auth_token("db.example", 5433, "pixplore")
        if theirs == database_token.token("db.example", 5433, "pixplore"):
            return
    raise AssertionError(f"never the same as {theirs}")


def test_each_connection_brings_one_and_no_password_lies_in_the_engine(
    role: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[dict[str, Any]] = []

    def connect(*_: Any, **arguments: Any) -> Any:
        tried.append(arguments)
        raise psycopg2.OperationalError("nobody there")

    monkeypatch.setattr(psycopg2, "connect", connect)
    engine = engine_of(URL)
    for _ in range(2):
        with pytest.raises(Exception, match="nobody there"):
            engine.connect()
    assert len(tried) == 2
    for arguments in tried:
        assert arguments["password"].startswith("db.example:5433/?Action=connect&DBUser=pixplore&X-Amz-")
        assert arguments["sslmode"] == "require"
    assert "X-Amz" not in str(engine.url)


def test_an_address_with_a_password_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def connect(*_: Any, **arguments: Any) -> Any:
        seen.update(arguments)
        raise psycopg2.OperationalError("nobody there")

    monkeypatch.setattr(psycopg2, "connect", connect)
    with pytest.raises(Exception, match="nobody there"):
        engine_of("postgresql://me:word@db.example/pixplore").connect()
    assert seen["password"] == "word"


def test_without_a_role_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nobody:
        region_name = None

        def get_credentials(self) -> None:
            return None

    monkeypatch.setattr(database_token, "_session", Nobody())
    with pytest.raises(Unavailable, match="AWS_REGION"):
        database_token.token("db.example", 5432, "pixplore")


@pytest.mark.parametrize(
    "url", ["postgresql+iam://me:word@db/pixplore", "postgresql+iam://db/pixplore", "mysql://db/x"]
)
def test_nonsense_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        DatabaseSettings(database_url=url)
    assert DatabaseSettings(database_url=URL).database_url == URL
