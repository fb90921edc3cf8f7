"""Navigation, and nothing else: which pages there are and who sees them.

Every address exists before the sign-in too, so that a link with all its parameters leads where it says afterwards.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import failures, refused, session
from dashboard.account import sign_in
from dashboard.components import connection, keys, uploading
from dashboard.look import theme
from pixplore import request_ids
from pixplore.domain import Person, Role
from pixplore.errors import Unauthenticated, Unavailable

PAGES = Path(__file__).resolve().parents[1] / "pages"


@dataclass(frozen=True)
class Entry:
    path: str
    title: str
    icon: str
    role: Role = Role.VIEWER


ENTRIES = (
    Entry("home", "Home", "home"),
    Entry("catalogue", "Catalogue", "grid_view"),
    Entry("upload", "Upload", "cloud_upload", Role.ADMIN),
    Entry("insights", "Insights", "bar_chart"),
    Entry("review", "Review", "fact_check", Role.ANALYST),
    Entry("products", "Products", "inventory_2"),
    Entry("collections", "Collections", "collections_bookmark"),
    Entry("operations", "Operations", "monitor_heart", Role.ADMIN),
    Entry("account", "Account", "account_circle"),
    Entry("help", "Help", "help"),
)


def _shut(entry: Entry, sub: str) -> None:
    refused.page(f"/{entry.path}", sub)
    theme.forbidden(entry.role)


def _page(entry: Entry, person: Person | None) -> st.Page:
    options = {
        "title": entry.title,
        "icon": f":material/{entry.icon}:",
        "url_path": entry.path,
        "default": entry.path == "home",
    }
    if person is None:
        return st.Page(sign_in.view, **options)
    if entry.role not in person.role.includes:
        return st.Page(partial(_shut, entry, person.sub), visibility="hidden", **options)
    return st.Page(PAGES / f"{entry.path}.py", **options)


def _over(found: session.Session | None) -> None:
    """The API knows this person no longer: the next thing they see is the sign-in."""
    if found:
        session.sign_out(found)
    st.session_state["px_note"] = "Your session is over. Sign in again."


def run() -> None:
    st.set_page_config(page_title="Pixplore", page_icon=str(theme.STATIC / "mark.svg"), layout="wide")
    theme.apply()
    connection.watch()
    try:
        found = session.session()
        if st.session_state.pop("px_over", False):
            _over(found)
            found = None
    except Unavailable as problem:
        st.navigation([_page(entry, None) for entry in ENTRIES], position="hidden")
        theme.error(Unavailable(failures.without_session(problem, "a page", request_ids.new())))
        return
    person = found.person if found else None
    pages = {entry.path: _page(entry, person) for entry in ENTRIES}
    page = st.navigation(list(pages.values()), position="top" if found else "hidden")
    st.session_state["pages"] = pages | {"here": page}
    st.set_page_config(page_title=f"{page.title} · Pixplore")
    if found is None:
        page.run()
        return
    theme.logo()
    keys.listen(found.person.role)
    if Role.ADMIN in found.person.role.includes:
        uploading.watch()
    try:
        with session.acting(found):
            page.run()
    except Unauthenticated:
        _over(found)
        st.rerun()
    except Exception as problem:
        failures.show(problem)


run()
