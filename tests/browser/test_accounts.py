"""Signing in and out, accounts, and who may see what, as people do it."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import struct
import time
from collections.abc import Callable
from contextlib import closing

import httpx
import psycopg2
import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.test_operations import choose, people
from tests.stack import Stack

PASSWORD = "Correct-horse 7"
Anybody = Callable[..., Person]


def somebody(stack: Stack) -> str:
    """A confirmed account of its own, so that tests may spoil it."""
    email = f"{secrets.token_hex(4)}@pixplore.example"
    pool = stack.client("cognito-idp")
    pool.admin_create_user(
        UserPoolId=stack.ends["user_pool_id"],
        Username=email,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
    )
    pool.admin_set_user_password(
        UserPoolId=stack.ends["user_pool_id"], Username=email, Password=PASSWORD, Permanent=True
    )
    return email


def totp(secret: str, at: float) -> str:
    """RFC 6238 with SHA-1, 30 s, six digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at // 30)), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def new_letter(stack: Stack, email: str, before: int) -> str:
    deadline = time.monotonic() + 10
    while len(stack.letters(email)) <= before:
        assert time.monotonic() < deadline, "no mail"
        time.sleep(0.1)
    return stack.code(email)


def failures(stack: Stack, email: str) -> int:
    """Wrong passwords noted for a name."""
    name = hashlib.sha256(f"password:{email}".encode()).hexdigest()
    with closing(psycopg2.connect(stack.ends["database_url"])) as link, link.cursor() as cursor:
        cursor.execute("select failures from sign_in_attempt where subject = %s", (name,))
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def cookie(person: Person) -> dict[str, object]:
    return next(dict(c) for c in person.context.cookies() if c["name"] == "px")


def test_a_link_with_parameters_survives_the_sign_in(anybody: Anybody) -> None:
    person = anybody()
    page = person.sign_in("viewer", "/catalogue?any_label=Dog&min_confidence=60")
    assert page.url == f"{person.base}/catalogue?any_label=Dog&min_confidence=60"
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    set_cookie = cookie(person)
    assert (set_cookie["httpOnly"], set_cookie["sameSite"]) == (True, "Lax")
    assert set_cookie["value"] not in page.evaluate("document.cookie")


def test_enter_signs_in_and_a_reload_keeps_it(anybody: Anybody, stack: Stack) -> None:
    person = anybody()
    user = stack.ends["demo_users"]["viewer"]
    page = person.page
    page.goto("/account")
    page.get_by_label("Email", exact=True).fill(user["email"])
    page.get_by_label("Password", exact=True).fill(user["password"])
    page.keyboard.press("Enter")
    person.arrived()
    page.reload()
    person.arrived()
    expect(page.get_by_text(user["email"])).to_be_visible()


def test_a_wrong_password_is_told_and_after_five_one_waits(anybody: Anybody, stack: Stack) -> None:
    email, person = somebody(stack), anybody()
    person.page.goto("/home")
    for number in range(5):
        person.submit(email, "Wrong-horse 7")
        eventually(lambda n=number: failures(stack, email) == n + 1)
        expect(person.page.get_by_text("Wrong email or password.")).to_be_visible()
        person.settled()
    person.submit(email, PASSWORD)
    expect(person.page.get_by_text(re.compile("Too many wrong passwords. Wait [0-9]+ seconds"))).to_be_visible()
    expect(person.page.get_by_role("heading", level=1)).to_have_count(0)
    time.sleep(5)
    person.submit(email, PASSWORD)
    person.arrived()


def test_nobody_learns_who_has_an_account(anybody: Anybody) -> None:
    person = anybody()
    person.page.goto("/home")
    person.submit("nobody@pixplore.example", PASSWORD)
    expect(person.page.get_by_text("Wrong email or password.")).to_be_visible()


def test_sign_up_with_the_mailed_code(anybody: Anybody, stack: Stack) -> None:
    person, email = anybody(), f"{secrets.token_hex(4)}@pixplore.example"
    page = person.page
    page.goto("/catalogue")
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    person.settled()
    page.get_by_label("Email", exact=True).fill(email)
    for label in ("Password", "Repeat password"):
        expect(page.get_by_label(label, exact=True)).to_have_attribute("type", "password")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Repeat password", exact=True).fill("short")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("The password needs at least 8 characters")).to_be_visible()
    page.get_by_label("Password", exact=True).fill("Pixplore2026")
    page.get_by_label("Repeat password", exact=True).fill("Pixplore2026")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Others would soon guess this password")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Repeat password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text(str(stack.ends["mail_dir"]))).to_be_visible()
    code = new_letter(stack, email, 0)
    wrong = "111111" if code != "111111" else "222222"
    page.get_by_label("Code", exact=True).fill(wrong)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Your email is confirmed.")).to_be_visible()
    expect(page.get_by_label("Email", exact=True)).to_have_value(email)
    person.submit(email, PASSWORD)
    person.arrived()
    assert page.url == f"{person.base}/catalogue"


def test_a_forgotten_password(anybody: Anybody, stack: Stack) -> None:
    person, email = anybody(), somebody(stack)
    page = person.page
    page.goto("/account")
    page.get_by_role("button", name="Forgot password").click()
    expect(page.get_by_role("heading", name="Forgot password")).to_be_visible()
    person.settled()
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code", exact=True).fill(new_letter(stack, email, 0))
    page.get_by_label("Password", exact=True).fill("Another-horse 8")
    page.get_by_label("Repeat password", exact=True).fill("Another-horse 8")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    person.submit(email, PASSWORD)
    expect(page.get_by_text("Wrong email or password.")).to_be_visible()
    person.submit(email, "Another-horse 8")
    person.arrived()


def test_two_steps_are_set_up_and_asked_for(anybody: Anybody, stack: Stack) -> None:
    person, email = anybody(), somebody(stack)
    page = person.page
    page.goto("/account")
    person.submit(email, PASSWORD)
    person.arrived()
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_alt_text("QR code of the key below")).to_be_visible()
    expect(page.get_by_text("Off. With it on")).to_have_count(0)
    secret = page.get_by_test_id("stCode").inner_text().strip()
    page.get_by_label("Code from the app").fill(totp(secret, time.time()))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("On: each sign-in asks for a code")).to_be_visible()

    other = anybody()
    other.page.goto("/account")
    other.submit(email, PASSWORD)
    other.page.get_by_label("Code", exact=True).fill("12")
    other.page.get_by_role("button", name="Verify").click()
    expect(other.page.get_by_text("The code has six digits.")).to_be_visible()
    right = totp(secret, time.time())
    other.page.get_by_label("Code", exact=True).fill(f"{(int(right) + 1) % 1_000_000:06d}")
    other.page.get_by_role("button", name="Verify").click()
    expect(other.page.get_by_text("That code is not right. Wait for the next one")).to_be_visible()
    other.settled()
    other.page.get_by_label("Code", exact=True).fill(totp(secret, time.time()))
    other.page.get_by_role("button", name="Verify").click()
    other.arrived()

    page.get_by_role("button", name="Turn off").click()  # asks who it is: neither half is enough
    right = totp(secret, time.time())
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for password, code, said in (("Wrong-horse 7", right, "The password is wrong."), (PASSWORD, wrong, "not right")):
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_label("Code from the app").fill(code)
        page.get_by_role("button", name="Turn off now").click()
        expect(page.get_by_text(said)).to_be_visible()
        person.settled()
    page.get_by_label("Code from the app").fill(totp(secret, time.time()))
    page.get_by_role("button", name="Turn off now").click()
    expect(page.get_by_text("Off. With it on")).to_be_visible()


def test_a_changed_password(anybody: Anybody, stack: Stack) -> None:
    person, email = anybody(), somebody(stack)
    page = person.page
    other = anybody()
    for one in (other, person):
        one.page.goto("/account")
        one.submit(email, PASSWORD)
        one.arrived()
    for old, new, said in (
        ("Wrong-horse 7", "Another-horse 8", "The current password is wrong."),
        (PASSWORD, f"{email.partition('@')[0].capitalize()} A1", "Others would soon guess this password"),
        (PASSWORD, "Another-horse 8", "Your password is changed."),
    ):
        page.get_by_label("Current password", exact=True).fill(old)
        page.get_by_label("New password", exact=True).fill(new)
        page.get_by_label("Repeat new password", exact=True).fill(new)
        expect(page.locator("input[type=password]")).to_have_count(3)
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_text(said)).to_be_visible()
    assert stack.sign_in(email, "Another-horse 8")["AccessToken"]
    other.page.reload()
    expect(other.page.get_by_label("Email", exact=True)).to_be_visible()


def test_after_signing_out_the_old_cookie_is_worth_nothing(anybody: Anybody) -> None:
    person = anybody()
    page = person.sign_in("viewer", "/account")
    old = str(cookie(person)["value"])
    who = f"{person.base}/auth/session"
    assert httpx.get(who, cookies={"px": old}).json()["role"] == "viewer"
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_label("Email", exact=True)).to_be_visible()
    assert not [c for c in person.context.cookies() if c["name"] == "px"]
    assert httpx.get(who, cookies={"px": old}).status_code == 401
    person.context.add_cookies([{"name": "px", "value": old, "url": person.base}])
    page.goto("/account")
    expect(page.get_by_label("Email", exact=True)).to_be_visible()


def test_what_is_kept_about_oneself_is_one_file(anybody: Anybody, stack: Stack) -> None:
    email, person = somebody(stack), anybody()
    token = stack.sign_in(email, PASSWORD)["AccessToken"]
    search = {"name": "Hammers of mine", "query": "q=hammer"}
    made = httpx.post(f"{stack.ends['search_api']}/v1/saved-searches", json=search,
                      headers={"Authorization": f"Bearer {token}"})  # fmt: skip
    assert made.status_code == 201, made.text
    person.page.goto("/account")
    person.submit(email, PASSWORD)
    page = person.arrived()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download my data").click()
    expect(page.get_by_text("The download begins.")).to_be_visible()
    assert re.fullmatch(r"pixplore-my-data-[\d-]+\.json", saved.value.suggested_filename)
    told = json.loads(saved.value.path().read_bytes())
    assert (told["about"], told["account"]["attributes"]["email"]) == (email, email)
    assert [one["name"] for one in told["saved_searches"]] == ["Hammers of mine"]
    assert [one["action"] for one in told["changes"]] == ["saved_search_create"]
    assert len(told["sessions"]) == 1
    for name in ("admin", "analyst"):
        assert stack.ends["demo_users"][name]["email"] not in json.dumps(told)


def test_signing_out_everywhere_reaches_other_browsers(anybody: Anybody, stack: Stack) -> None:
    email, here, there = somebody(stack), anybody(), anybody()
    for person in (here, there):
        person.page.goto("/account")
        person.submit(email, PASSWORD)
        person.arrived()
    here.page.get_by_role("button", name="Sign out everywhere").click()
    expect(here.page.get_by_label("Email", exact=True)).to_be_visible()
    there.page.get_by_role("link", name="Catalogue").click()
    expect(there.page.get_by_label("Email", exact=True)).to_be_visible()


def test_other_sites_cannot_use_the_session_calls(stack: Stack) -> None:
    base = stack.ends["dashboard"]
    for path in ("/auth/session", "/auth/sign-out"):
        assert (
            httpx.post(base + path, json={"ticket": "x"}, headers={"Origin": "https://evil.example"}).status_code == 403
        )
        assert httpx.post(base + path, json={"ticket": "x"}).status_code == 403
    assert httpx.post(f"{base}/auth/session", json={"ticket": "x"}, headers={"Origin": base}).status_code == 401
    headers = httpx.get(base).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_viewers_see_no_upload_and_no_operations(signed_in: Callable[[str], Person]) -> None:
    viewer = signed_in("viewer")
    page = viewer.go("/home")
    navigation = page.get_by_test_id("stHeader")
    expect(navigation.get_by_role("link", name="Catalogue")).to_be_visible()
    for name in ("Upload", "Operations", "Review"):
        expect(navigation.get_by_role("link", name=name)).to_have_count(0)
    for path in ("/upload", "/operations"):
        viewer.go(path)
        expect(page.get_by_text("This page is for administrators")).to_be_visible()
        expect(page.locator("input[type=file]")).to_have_count(0)


def test_an_administrator_makes_somebody_an_analyst(
    anybody: Anybody, signed_in: Callable[[str], Person], stack: Stack
) -> None:
    email, person = somebody(stack), anybody()
    person.page.goto("/home")
    person.submit(email, PASSWORD)
    person.arrived()
    review = person.page.get_by_test_id("stHeader").get_by_role("link", name="Review")
    expect(review).to_have_count(0)

    admin = signed_in("admin")
    page = admin.go("/operations")
    people(admin)
    who = page.get_by_role("combobox", name="Person")
    who.fill(stack.ends["demo_users"]["admin"]["email"])
    expect(page.get_by_role("option", name=stack.ends["demo_users"]["admin"]["email"])).to_have_count(0)
    choose(admin, email)
    page.get_by_role("radiogroup", name="Role").get_by_role("radio", name="Analyst").click()
    expect(page.get_by_role("button", name="Change role")).to_be_enabled()
    admin.settled()
    page.get_by_role("button", name="Change role").click()
    expect(page.get_by_text(f"{email} is an analyst now.")).to_be_visible()

    anew = anybody()
    anew.page.goto("/home")
    anew.submit(email, PASSWORD)
    anew.arrived()
    anew.page.get_by_test_id("stHeader").get_by_role("link", name="Review").click()
    expect(anew.page.get_by_role("heading", level=1)).to_have_text("Review")

    admin.settled()
    page.get_by_role("radiogroup", name="Role").get_by_role("radio", name="Viewer").click()
    expect(page.get_by_role("button", name="Change role")).to_be_enabled()
    admin.settled()
    page.get_by_role("button", name="Change role").click()
    expect(page.get_by_text(f"{email} is a viewer now.")).to_be_visible()
    for one in (person, anew):  # a role taken away is taken away at once
        one.page.get_by_test_id("stHeader").get_by_role("link", name="Catalogue").click()
        expect(one.page.get_by_label("Email", exact=True)).to_be_visible()
    anew.submit(email, PASSWORD)
    anew.arrived()
    old = stack.sign_in(email, PASSWORD)["AccessToken"]

    admin.settled()
    page.get_by_role("button", name="Disable the account").click()
    expect(page.get_by_text(f"{email} can no longer sign in.")).to_be_visible()
    anew.page.get_by_test_id("stHeader").get_by_role("link", name="Help").click()
    expect(anew.page.get_by_label("Email", exact=True)).to_be_visible()
    with pytest.raises(ClientError):
        stack.client("cognito-idp").get_user(AccessToken=old)
    other = anybody()
    other.page.goto("/home")
    other.submit(email, PASSWORD)
    expect(other.page.get_by_text("Wrong email or password.")).to_be_visible()
