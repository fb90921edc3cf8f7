"""streamlit-authenticator's forms over Cognito: its accounts, cookie and password rules are replaced by ours.

As shipped its cookie can be read by scripts and outlives a sign-out; so it gets no cookie at all (dashboard/session.py
has the real one) and no list of users: every question goes to the user pool.
"""

import logging
import re
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit_authenticator import Authenticate
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel
from streamlit_authenticator.utilities import LoginError, ResetError, Validator

from dashboard import session
from dashboard.account.passwords import is_guessable
from pixplore.aws import cognito
from pixplore.errors import Forbidden, PixploreError, Unauthenticated, Unavailable

GUESSED = "Others would soon guess this password. Take a longer one, of several words that do not belong together."
MISSING = "Type your email and your password."
MANY = {
    "password": "Too many wrong passwords", "code": "Too many wrong codes", "mail": "Too many mails were asked for",
}  # fmt: skip
log = logging.getLogger(__name__)


class PasswordRules(Validator):
    """The pool's policy, so that the form says what is missing before the pool does; and no password that is guessed
    soon, which the pool would take. `email`: whose password it is."""

    def __init__(self, email: str = "") -> None:
        self.email = email

    def validate_password(self, password: str) -> bool:
        return not self.diagnose_password(password)

    def diagnose_password(self, password: str) -> str:
        """What a password lacks, as a sentence; empty where nothing."""
        faults = [
            fault
            for fault, there in (
                ("at least 8 characters", len(password) < 8),
                ("at most 256 characters", len(password) > 256),
                ("a capital letter", not re.search("[A-Z]", password)),
                ("a number", not re.search("[0-9]", password)),
                ("no space at the beginning or the end", password != password.strip()),
            )
            if there
        ]
        if faults:
            return f"The password needs {', '.join(faults)}."
        return GUESSED if is_guessable(password, self.email) else ""


class CognitoModel(AuthenticationModel):
    """What the forms ask, answered by the user pool. The outcome of a sign-in is left in st.session_state:
    `px_ticket` for the cookie, `px_challenge` for a further step, `px_view` for another form."""

    def login(
        self,
        username: str,
        password: str,
        max_concurrent_users: int | None = None,
        max_login_attempts: int | None = None,
        token: dict[str, str] | None = None,
        single_session: bool = False,
        callback: Callable[..., Any] | None = None,
    ) -> bool:
        """True once the pool knows the pair. Raises LoginError with a sentence."""
        if not username or not password:
            raise LoginError(MISSING)
        try:
            with_wait(username)
        except Unavailable as error:
            raise LoginError(error.detail) from error
        try:
            outcome = cognito.sign_in(session.client_id(), username, password)
        except Forbidden as error:
            st.session_state["px_email"] = username
            st.session_state["px_view"] = "confirm" if "Confirm" in error.detail else "forgot"
            raise LoginError(error.detail) from error
        except Unavailable as error:
            session.forgive(username, right=False)
            raise LoginError(error.detail) from error
        except PixploreError as error:
            _noted("wrong password", username)
            raise LoginError(cognito.WRONG) from error
        session.forgive(username)
        follow(outcome, username)
        return True

    def reset_password(
        self, username: str, password: str, new_password: str, callback: Callable[..., Any] | None = None
    ) -> bool:
        """Change the password of the signed-in person. Raises ResetError with a sentence."""
        try:
            with_wait(username)
            cognito.change_password(session.access_token(), password, new_password)
            session.forgive(username)
        except Unauthenticated as error:
            _noted("wrong password", username)
            raise ResetError("The current password is wrong. It was not changed: type it again.") from error
        except PixploreError as error:
            raise ResetError(error.detail) from error
        return True


def with_wait(email: str, kind: str = "password") -> None:
    """Count an attempt; raises Unavailable that says how long to wait where there were too many."""
    if wait := session.attempt(email, kind):
        many = MANY[kind]
        _noted(many.lower(), email)
        raise Unavailable(f"{many}. Wait {wait} seconds, then try again.", wait)


def follow(outcome: cognito.Tokens | cognito.Challenge, email: str) -> None:
    """Remember what comes next: the cookie, or one more question."""
    if isinstance(outcome, cognito.Challenge):
        st.session_state["px_challenge"], st.session_state["px_email"] = outcome, email
        st.session_state["px_view"] = "totp" if outcome.name == "SOFTWARE_TOKEN_MFA" else "new password"
    else:
        st.session_state["px_ticket"] = session.open_ticket(outcome)
        _noted("signed in", email)


def _noted(what: str, email: str) -> None:
    """A line for whoever looks into misuse: which account, by a sign that names nobody, and from where."""
    log.info("%s: account %s, from %s", what, session.sign_of(email), session.asking_address() or "this machine")


class _NoCookies:
    """In place of a cookie that scripts could read."""

    def get_cookie(self) -> None:
        return None

    def set_cookie(self) -> None:
        return None

    def delete_cookie(self) -> None:
        return None


class PxAuth(Authenticate):
    """The forms alone. Made anew on every run: it holds nothing."""

    def login(self, email: str = "") -> None:
        """The form of the sign-in with `email` typed already; the shipped one begins empty and bars password stores.

        Raises LoginError with a sentence.
        """
        with st.form("px-login", border=False):
            st.header("Sign in", anchor=False)
            name = st.text_input("Email", value=email, autocomplete="username", max_chars=254)
            password = st.text_input("Password", type="password", autocomplete="current-password", max_chars=256)
            sent = st.form_submit_button("Sign in")
        if sent:
            self.authentication_controller.login(name, password)

    def __init__(self, email: str = "") -> None:
        self.api_key = self.path = None
        self.secret_key = ""
        self.attrs = {"login_sleep_time": 0, "password_instructions": cognito.POLICY}
        self.cookie_controller = _NoCookies()
        self.authentication_controller = AuthenticationController(
            {"usernames": {}}, PasswordRules(email), auto_hash=False
        )
        self.authentication_controller.authentication_model = CognitoModel({"usernames": {}}, auto_hash=False)
