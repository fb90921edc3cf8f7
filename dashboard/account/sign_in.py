"""What people see who are not signed in: sign in, sign up, the code by mail, a forgotten password, the second step."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit_authenticator.utilities import LoginError

from dashboard import session
from dashboard.account.authenticator import PasswordRules, PxAuth, follow, with_wait
from dashboard.components import cookie
from dashboard.look import theme
from pixplore.aws import cognito
from pixplore.errors import PixploreError, Unauthenticated
from pixplore.given import EMAIL

CODE = {"max_chars": 12, "autocomplete": "one-time-code"}


def view() -> None:
    """Whatever page was asked for: its address and parameters stay, and it shows once the cookie is there."""
    with st.container(horizontal_alignment="center"), st.container(width=440, key="px-sign-in", gap="medium"):
        st.html('<div class="px-brand"><img src="/app/static/mark.svg" alt=""><span>Pixplore</span></div>')
        if ticket := st.session_state.pop("px_ticket", None):
            cookie.begin(ticket)
            return
        form = VIEWS.get(st.session_state.get("px_view", ""), _sign_in)
        with st.container(border=True, key="px-sign-in-card"):
            if said := st.session_state.pop("px_said", None):
                st.success(said)
            if note := st.session_state.pop("px_note", None):
                st.info(note)
            form()
    if "px_ticket" in st.session_state:
        st.rerun()


def _sign_in() -> None:
    before = st.session_state.get("px_view")
    try:
        PxAuth().login(st.session_state.get("px_email", ""))
    except LoginError as error:
        if st.session_state.get("px_view") != before:  # unconfirmed: the next form says so
            st.session_state["px_note"] = str(error)
            st.rerun()
        st.error(str(error), icon=":material/error:")
    if "px_ticket" in st.session_state or st.session_state.get("px_view") != before:
        st.rerun()
    _links(("Forgot password", "forgot"), ("Create an account", "sign up"))


def _sign_up() -> None:
    with st.form("px-sign-up", border=False):
        st.header("Create an account", anchor=False)
        email = st.text_input("Email", autocomplete="email", max_chars=254).strip().lower()
        password = _new_password()
        sent = st.form_submit_button("Create account", type="primary", width="stretch")
    if sent and _email_holds(email) and _password_holds(email, *password):
        with _problems():
            with_wait(email, "mail")
            cognito.sign_up(session.client_id(), email, password[0])
            _go("confirm", email)
    _links(("Back to sign in", ""))


def _confirm() -> None:
    with st.form("px-confirm", border=False):
        st.header("Confirm your email", anchor=False)
        _mail_hint("We sent a code to")
        code = st.text_input("Code", **CODE).strip()
        sent = st.form_submit_button("Confirm", type="primary", width="stretch")
    email = st.session_state.get("px_email", "")
    if sent and _held(bool(code), "Type the code from the mail."):
        with _problems():
            with_wait(email, "code")
            cognito.confirm(session.client_id(), email, code)
            _proved(email)
            _go("", email, "Your email is confirmed. Sign in.")
    if st.button("Send another code", type="tertiary"):
        with _problems():
            with_wait(email, "mail")
            cognito.resend(session.client_id(), email)
            st.info("If this address waits for a code, another one is on its way.")
    _links(("Back to sign in", ""))


def _forgot() -> None:
    with st.form("px-forgot", border=False):
        st.header("Forgot password", anchor=False)
        st.write("We mail you a code with which you choose a new one.")
        email = st.text_input("Email", value=st.session_state.get("px_email", ""), autocomplete="email").strip().lower()
        sent = st.form_submit_button("Send code", type="primary", width="stretch")
    if sent and _email_holds(email):
        with _problems():
            with_wait(email, "mail")
            cognito.forgot(session.client_id(), email)
            _go("reset", email)
    _links(("Back to sign in", ""))


def _reset() -> None:
    with st.form("px-reset", border=False):
        st.header("Choose a new password", anchor=False)
        _mail_hint("If there is an account, we sent a code to")
        code = st.text_input("Code", **CODE).strip()
        password = _new_password()
        sent = st.form_submit_button("Set password", type="primary", width="stretch")
    email = st.session_state.get("px_email", "")
    if sent and _held(bool(code), "Type the code from the mail.") and _password_holds(email, *password):
        with _problems():
            with_wait(email, "code")
            cognito.reset(session.client_id(), email, code, password[0])
            _proved(email)
            _go("", email, "Your password is changed. Sign in.")
    _links(("Send another code", "forgot"), ("Back to sign in", ""))


def _totp() -> None:
    with st.form("px-totp", border=False):
        st.header("Two-step verification", anchor=False)
        st.write("Type the six digits that your authenticator app shows for Pixplore.")
        code = re.sub(r"\s", "", st.text_input("Code", **CODE))
        sent = st.form_submit_button("Verify", type="primary", width="stretch")
    if sent and _held(code.isdigit() and len(code) == 6, "The code has six digits."):
        _answer(code)
    _links(("Back to sign in", ""))


def _choose_password() -> None:
    with st.form("px-new-password", border=False):
        st.header("Choose a password", anchor=False)
        st.write("The password you were given was for the first time only.")
        password = _new_password()
        sent = st.form_submit_button("Set password", type="primary", width="stretch")
    if sent and _password_holds(st.session_state.get("px_email", ""), *password):
        _answer(password[0])
    _links(("Back to sign in", ""))


VIEWS: dict[str, Callable[[], None]] = {
    "sign up": _sign_up,
    "confirm": _confirm,
    "forgot": _forgot,
    "reset": _reset,
    "totp": _totp,
    "new password": _choose_password,
}


def _answer(value: str) -> None:
    """One answer to the pool's question, counted like a password."""
    challenge, email = st.session_state.get("px_challenge"), st.session_state.get("px_email", "")
    if challenge is None:
        _go("", email)
    with _problems():
        with_wait(email, "code")
        try:
            outcome = cognito.answer(session.client_id(), challenge, value)
        except Unauthenticated:  # the question itself has run out
            _go("", email, "That took too long. Sign in again.")
        session.forgive(email, "code")
        del st.session_state["px_challenge"]
        st.session_state["px_view"] = ""
        follow(outcome, email)
        st.rerun()


def _proved(email: str) -> None:
    """The code was right: neither it nor the mail that brought it counts."""
    session.forgive(email, "code")
    session.forgive(email, "mail")


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except PixploreError as error:
        st.error(error.detail, icon=":material/error:")


def _go(view: str, email: str, said: str = "") -> None:
    st.session_state["px_view"], st.session_state["px_email"] = view, email
    if said:
        st.session_state["px_said"] = said
    st.rerun()


def _links(*links: tuple[str, str]) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for label, view in links:
            if st.button(label, type="tertiary", key=f"px-to-{view or 'sign in'}"):
                _go(view, st.session_state.get("px_email", ""))


def _mail_hint(sentence: str) -> None:
    theme.lines(sentence, st.session_state.get("px_email") or "your address")
    if hint := session.settings().mail_hint:
        st.info(f"The mail lies in {theme.plain(hint)}", icon=":material/mail:")


def _new_password() -> tuple[str, str]:
    first = st.text_input("Password", type="password", autocomplete="new-password", max_chars=256)
    st.caption(cognito.POLICY)
    return first, st.text_input("Repeat password", type="password", autocomplete="new-password", max_chars=256)


def _held(holds: bool, fault: str) -> bool:
    if not holds:
        st.error(fault, icon=":material/error:")
    return holds


def _email_holds(email: str) -> bool:
    return _held(bool(EMAIL.fullmatch(email)), "Type an email address, like name@company.com.")


def _password_holds(email: str, first: str, second: str) -> bool:
    fault = PasswordRules(email).diagnose_password(first) or ("" if first == second else "The two passwords differ.")
    return _held(not fault, fault)
