"""Who I am, my password, the second step at sign-in, what is kept about me, and the ways out."""

import streamlit as st
from streamlit_authenticator.utilities import ResetError

from dashboard import session
from dashboard.account import account_views, two_step
from dashboard.account.authenticator import PxAuth
from dashboard.look import theme
from pixplore.errors import Unauthenticated

found = session.session()
if found is None:
    raise Unauthenticated()
theme.page_header(
    "Account", "Your password, the second step at sign-in, where you are signed in, and what is kept about you."
)
if st.session_state.get("px_leaving"):
    account_views.leave()


def _password() -> None:
    st.session_state["authentication_status"] = True  # its form is shown to nobody else
    try:
        changed = PxAuth(found.person.email).reset_password(
            found.person.email,
            fields={
                "Form name": "Change password",
                "Current password": "Current password",
                "New password": "New password",
                "Repeat password": "Repeat new password",
                "Reset": "Change password",
            },
            clear_on_submit=True,
            key="px-change-password",
        )
        if changed:
            session.end_others(found)
            st.success("Your password is changed. Other browsers are signed out.")
    except ResetError as error:
        st.error(str(error), icon=":material/error:")


left, right = st.columns(2, gap="medium")
with left, theme.card("who"):
    account_views.you(found)
with left, theme.card("places"), theme.part("Where you are signed in"), theme.skeleton("lines"):
    account_views.places(found)
with right, theme.card("two-step"), theme.part("Two-step verification"), theme.skeleton("lines"):
    two_step.section(found)
with right, theme.card("password"):
    _password()
with left, theme.card("own-data"):
    account_views.own_data()
