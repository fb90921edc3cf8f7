"""The parts of the account page."""

import re

import streamlit as st

from dashboard import session
from dashboard.components import cookie
from dashboard.components.downloads import File, downloads
from dashboard.look import theme
from pixplore.domain import Role

MAY = {
    Role.VIEWER: "You find, collect and download pictures.",
    Role.ANALYST: "You find pictures, read the charts and judge labels.",
    Role.ADMIN: "You bring pictures in, mend what failed and manage people.",
}
SHOWN = 6
_ALIVE = "/data/v1/saved-searches?limit=1"
"""A call that costs nothing and fails where the download would."""
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def you(found: session.Session) -> None:
    """Who is signed in, and the way out."""
    st.header("You", anchor=False)
    theme.person(found.person.email, f"{found.person.role.capitalize()}. {MAY[found.person.role]}")
    if st.button("Sign out", icon=":material/logout:"):
        session.sign_out(found)
        leave()


def places(found: session.Session) -> None:
    """Every browser in which this person is signed in, each with its own way out."""
    st.header("Where you are signed in", anchor=False)
    devices = session.devices(found)
    for device in devices[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"px-device-{device.sid_hash[:16]}"):
            name = named(device.browser)
            theme.lines(name, "This browser" if device.here else "Used", None if device.here else device.seen_at)
            key = f"px-end-{device.sid_hash[:16]}"
            if not device.here and st.button("Sign out there", key=key, help=f"End the session in {name}"):
                session.end_one(found, device)
                st.rerun()
    if (more := len(devices) - SHOWN) > 0:
        st.caption(f"And {theme.counted(more, 'browser')} more, used longer ago.")
    if st.button("Sign out everywhere", icon=":material/devices:"):
        session.sign_out_everywhere(found)
        leave()


def own_data() -> None:
    """Everything that is kept about this person, for them to save."""
    st.header("Your data", anchor=False)
    hint = "Everything kept under your name, as one JSON file"
    downloads([File("Download my data", hint, "/data/v1/me/data", _ALIVE)], None, key="px-my-data")


def leave() -> None:
    """Give the cookie up; nothing else of the page is drawn."""
    st.session_state["px_leaving"] = True
    cookie.end()
    st.stop()


def named(agent: str) -> str:
    """A browser's name for people, from what it calls itself: "Firefox on Windows"."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if re.search(sign, agent)), "")
    return " on ".join(filter(None, (browser or "A browser", system)))
