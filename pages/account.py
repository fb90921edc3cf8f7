"""Who I am, my password, the second step at sign-in, and the ways out."""

import streamlit as st
from streamlit_authenticator.utilities import ResetError

from dashboard import session, theme, two_step
from dashboard.authenticator import PxAuth
from dashboard.components import cookie
from pixplore.errors import Unauthenticated

found = session.session()
if found is None:
    raise Unauthenticated()
theme.page_header("Account", "Your password, the second step at sign-in, and where you are signed in.")

if st.session_state.get("px_leaving"):
    cookie.end()
    st.stop()

left, right = st.columns(2, gap="medium")
with left, theme.card("who"):
    st.subheader("You", anchor=False)
    browsers = session.devices(found)
    where = "signed in here only" if browsers == 1 else f"signed in in {browsers} browsers"
    theme.person(found.person.email, f"{found.person.role.capitalize()}, {where}")
    with st.container(horizontal=True):
        if st.button("Sign out", type="primary", icon=":material/logout:"):
            session.sign_out(found)
            st.session_state["px_leaving"] = True
        if st.button("Sign out everywhere", icon=":material/devices:"):
            session.sign_out_everywhere(found)
            st.session_state["px_leaving"] = True
    if st.session_state.get("px_leaving"):
        cookie.end()
        st.stop()

with left, theme.card("two-step"):
    two_step.section(found)

with right, theme.card("password"):
    st.session_state["authentication_status"] = True  # its form is shown to nobody else
    try:
        changed = PxAuth().reset_password(
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
