"""Two-step verification (TOTP): set up with any authenticator app, and switch off."""

from urllib.parse import quote

import segno
import streamlit as st

from dashboard import session
from dashboard.account.authenticator import with_wait
from pixplore.aws import cognito
from pixplore.errors import PixploreError, Unavailable


def section(found: session.Session) -> None:
    """The part of the account page."""
    st.header("Two-step verification", anchor=False)
    access = found.tokens.access
    if cognito.has_totp(access):
        st.write("On: each sign-in asks for a code of your authenticator app.")
        _turn_off(found)
        return
    if "px_totp_secret" not in st.session_state:
        st.write("Off. With it on, a stolen password alone opens nothing.")
        if st.button("Set up", icon=":material/qr_code:", key="px-totp-begin"):
            st.session_state["px_totp_secret"] = cognito.begin_totp(access)
            st.rerun()
        return
    _set_up(access, found.person.email, st.session_state["px_totp_secret"])


def _turn_off(found: session.Session) -> None:
    """By both steps: who sits at an open session, or took one, must not lower the guard."""
    if "px_totp_off" not in st.session_state:
        if st.button("Turn off", icon=":material/lock_open:", key="px-totp-off"):
            st.session_state["px_totp_off"] = True
            st.rerun()
        return
    email = found.person.email
    with st.form("px-totp-last", border=False):
        st.write("To turn it off, show once more that it is you.")
        password = st.text_input("Password", type="password", max_chars=256, autocomplete="current-password")
        code = st.text_input("Code from the app", max_chars=12, autocomplete="one-time-code").replace(" ", "")
        sent = st.form_submit_button("Turn off now", type="primary")
    if sent:
        try:
            with_wait(email)
            with_wait(email, "code")
            cognito.stop_totp(session.client_id(), found.tokens.access, email, password, code)
        except PixploreError as error:
            if isinstance(error, Unavailable):  # nobody could tell: no wrong attempt
                session.forgive(email, right=False)
                session.forgive(email, "code", right=False)
            st.error(error.detail, icon=":material/error:")
        else:
            session.forgive(email)
            session.forgive(email, "code")
            del st.session_state["px_totp_off"]
            st.rerun()
    if st.button("Cancel", type="tertiary", key="px-totp-stay"):
        del st.session_state["px_totp_off"]
        st.rerun()


def _set_up(access: str, email: str, secret: str) -> None:
    st.write("Scan this with an authenticator app, or type the key into it.")
    address = f"otpauth://totp/{quote(f'Pixplore:{email}')}?secret={secret}&issuer=Pixplore"
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=3, light="white")
    st.html(f'<img class="px-qr" src="{picture}" width="190" height="190" alt="QR code of the key below">')
    st.code(secret, language=None)
    with st.form("px-totp-first", border=False):
        code = st.text_input("Code from the app", max_chars=12, autocomplete="one-time-code").replace(" ", "")
        sent = st.form_submit_button("Turn on", type="primary")
    if sent:
        try:
            cognito.finish_totp(access, code)
        except PixploreError as error:
            st.error(error.detail, icon=":material/error:")
            return
        del st.session_state["px_totp_secret"]
        st.rerun()
    if st.button("Cancel", type="tertiary", key="px-totp-cancel"):
        del st.session_state["px_totp_secret"]
        st.rerun()
