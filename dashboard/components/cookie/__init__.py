"""A component without controls: has the browser fetch its session cookie, or give it up, and load the page anew."""

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "pixplore_cookie",
    html='<p role="status"></p>',
    css="p { font: inherit; margin: 0.5rem 0; }\n",
    js=Path(__file__).with_name("cookie.js").read_text(encoding="utf-8"),
)


def begin(ticket: str) -> None:
    """Exchange the ticket of a sign-in for the cookie; the same address then loads again."""
    _mount(data={"call": "/auth/session", "ticket": ticket, "text": "Signing you in …"}, key="px-cookie")


def end() -> None:
    """Clear the cookie and go home."""
    _mount(data={"call": "/auth/sign-out", "then": "/", "text": "Signing you out …"}, key="px-cookie")
