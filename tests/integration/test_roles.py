"""The programs' own database role, made by the owner whose password RDS keeps."""

from contextlib import closing
from types import SimpleNamespace

import psycopg2
import pytest

from backend_lambdas import migrate as function
from embedded import database
from pixplore.catalogue.database import migrate
from pixplore.catalogue.roles import admit, lets_in

ROLE = "pixplore_let_in"


@pytest.fixture
def owner(postgres: database.Server):
    """As RDS's: may make roles and databases, is no superuser, and finds `rds_iam` there."""
    with closing(psycopg2.connect(postgres.admin_url)) as link:
        link.autocommit = True
        run = link.cursor().execute
        run("create role rds_iam nologin")
        run("create role the_owner login createrole createdb password 'word'")
        run("grant rds_iam to the_owner with admin option")
        run("create database let_in owner the_owner template template0")
        yield postgres
        run("drop database let_in with (force)")
        run(f"drop role if exists {ROLE}")
        run("drop role the_owner")
        run("drop role rds_iam")


def test_the_role_may_migrate_its_database_and_nothing_else(owner: database.Server) -> None:
    place = owner.admin_url.rsplit("@", 1)[1].rsplit("/", 1)[0]
    assert not lets_in(f"postgresql://{ROLE}:of%20this%20test@{place}/let_in")
    for _ in range(2):  # a first deployment that stopped half-way
        admit(f"postgresql+iam://{ROLE}@{place}/let_in", "the_owner", "word")
    with closing(psycopg2.connect(owner.admin_url)) as link:
        link.autocommit = True
        cursor = link.cursor()
        may = "rolsuper, rolcreatedb, rolcreaterole, rolpassword is null"
        cursor.execute(f"select {may} from pg_authid where rolname = %s", [ROLE])
        assert cursor.fetchone() == (False, False, False, True)
        cursor.execute("select pg_has_role(%s, 'rds_iam', 'member')", [ROLE])
        assert cursor.fetchone() == (True,)
        cursor.execute(f"alter role {ROLE} password 'of this test'")  # here nobody checks tokens
    assert lets_in(f"postgresql://{ROLE}:of%20this%20test@{place}/let_in")
    migrate(f"postgresql://{ROLE}:of%20this%20test@{place}/let_in")
    with closing(psycopg2.connect(f"postgresql://{ROLE}:of%20this%20test@{place}/let_in")) as link:
        cursor = link.cursor()
        cursor.execute("select count(*) from image")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(("there", "asked"), [(False, ["admit", "migrate"]), (True, ["migrate"])])
def test_the_owners_password_is_needed_the_first_time_only(monkeypatch, there: bool, asked: list[str]) -> None:
    """Afterwards RDS would refuse it: whoever made a member of `rds_iam` counts as one."""
    done: list[str] = []
    monkeypatch.setenv("DATABASE_URL", "postgresql+iam://pixplore@nowhere.example/pixplore")
    monkeypatch.setenv("PIXPLORE_DATABASE_OWNER_SECRET", "arn:secret")
    monkeypatch.setattr(function, "lets_in", lambda url: there)
    monkeypatch.setattr(function.secrets, "read", lambda name: {"username": "owner", "password": "word"})
    monkeypatch.setattr(function, "admit", lambda *of: done.append("admit"))
    monkeypatch.setattr(function, "migrate", lambda url: done.append("migrate"))
    assert function.handler({}, SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="a",
                                                aws_request_id="1")) == {"migrated": True}  # fmt: skip
    assert done == asked
