"""Whoever guesses waits, at every form that takes a password or a code, and so does who has mails sent to others."""

import secrets
import time
from collections.abc import Iterator

import psycopg2
import pytest

from pixplore.aws import cognito
from pixplore.catalogue.sessions import FREE_FAILURES
from tests.browser.test_accounts import totp
from tests.integration.callers import PASSWORD, account, inside
from tests.integration.streamlit_page import Page
from tests.stack import Stack


@pytest.fixture(autouse=True)
def forgotten(stack: Stack) -> Iterator[None]:
    """All of it comes from this machine: nobody after this is to wait for it."""
    yield
    with psycopg2.connect(stack.ends["database_url"]) as link:
        link.cursor().execute("delete from sign_in_attempt")


@pytest.fixture
def page(stack: Stack) -> Iterator[Page]:
    with Page(stack.ends["dashboard"]) as opened:
        yield opened


def wrong_codes(page: Page, button: str, right: str, **more: str) -> None:
    """Until one has to wait: then the right one is not looked at either."""
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(FREE_FAILURES):
        assert b"code is not right" in page.press(button, Code=wrong, **more)
    assert b"Too many wrong codes. Wait " in page.press(button, Code=right, **more)


def test_passwords(stack: Stack, page: Page) -> None:
    email = account(stack)
    for _ in range(FREE_FAILURES):
        assert b"Wrong email or password" in page.press("Sign in", Email=email, Password="Wrong-horse 7")
    assert b"Too many wrong passwords. Wait " in page.press("Sign in", Email=email, Password=PASSWORD)
    other = account(stack)
    said = page.press("Sign in", Email=other, Password=PASSWORD)
    assert b"Too many wrong passwords. Wait " in said, "other names from the same address wait as well"


def test_the_code_of_a_sign_up(stack: Stack, page: Page) -> None:
    email = f"{secrets.token_hex(4)}@pixplore.example"
    page.press("Create an account")
    page.press("Create account", Email=email, Password=PASSWORD, Repeat_password=PASSWORD)
    wrong_codes(page, "Confirm", stack.code(email))


def test_the_code_for_a_forgotten_password(stack: Stack, page: Page) -> None:
    email = account(stack)
    page.press("Forgot password")
    page.press("Send code", Email=email)
    wrong_codes(page, "Set password", stack.code(email), Password=PASSWORD, Repeat_password=PASSWORD)


def test_the_second_step(stack: Stack, page: Page) -> None:
    email = account(stack)
    with inside(stack):
        access = stack.sign_in(email, PASSWORD)["AccessToken"]
        secret = cognito.begin_totp(access)
        cognito.finish_totp(access, totp(secret, time.time()))
    assert b"Two-step verification" in page.press("Sign in", Email=email, Password=PASSWORD)
    wrong_codes(page, "Verify", totp(secret, time.time() + 90))


def test_mails_to_somebody(stack: Stack, page: Page) -> None:
    email = account(stack)
    for _ in range(FREE_FAILURES):
        page.press("Forgot password")
        page.press("Send code", Email=email)
        page.press("Back to sign in")
    page.press("Forgot password")
    assert b"Too many mails were asked for. Wait " in page.press("Send code", Email=email)
    assert len(stack.letters(email)) == FREE_FAILURES
    page.press("Back to sign in")
    page.press("Create an account")
    again = {"Email": f"{secrets.token_hex(4)}@pixplore.example", "Password": PASSWORD, "Repeat_password": PASSWORD}
    assert b"Too many mails were asked for. Wait " in page.press("Create account", **again), "from this address"
