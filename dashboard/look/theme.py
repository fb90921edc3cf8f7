"""What every page shares: its header, and its states (empty, loading, error, no access). docs/design.md shows them.

Values (colours, spacing, charts) are in tokens.py, numbers and times as people read them in wording.py; all of these
answer under this name too: `theme.chart`, `theme.number`, `theme.when`.
"""

import html
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import streamlit as st

from dashboard.look import tokens
from dashboard.look.tokens import CHART_COLOURS, CHART_GUIDE, CHART_SCALE, SPACE, chart, colours
from dashboard.look.wording import ago, counted, exact, number, when
from pixplore import request_ids
from pixplore.domain import Role
from pixplore.errors import Forbidden, Invalid, NotFound, PixploreError, Unauthenticated, Unavailable

__all__ = ["CHART_COLOURS", "CHART_GUIDE", "CHART_SCALE", "SPACE", "ago", "chart", "colours", "counted", "exact",
           "number", "when"]  # fmt: skip

DASHBOARD = Path(__file__).resolve().parents[1]
STATIC = DASHBOARD / "static"
log = logging.getLogger("pixplore.dashboard")
_MADE_LATER = re.compile(r":(?=[\w+/-]+:)|https?:(?=//)|www(?=\.)|@(?=[\w-]+\.)|(?<!\S)[<>~-](?=[->=]+(?!\S))", re.I)
Outline = Literal["gallery", "figures", "chart", "lines"]
BROKEN = (
    "This page has a fault. What was saved before is safe; look whether your last change was made. Try again, and tell "
    "an administrator if it stays."
)
_SKELETONS = {"gallery": 12, "figures": 4, "chart": 9, "lines": 4}


def apply() -> None:
    """Once a run, before anything else is drawn."""
    st.session_state["px_states"] = 0
    st.html(f"<style>{tokens.css()}</style>")
    st.html(Path(__file__).with_name("theme.css"))


def plain(text: str) -> str:
    """`text` as it is, where Markdown would read signs into it.

    What Streamlit makes of text after Markdown (icons, emoji, arrows, links of addresses) no sign escapes: a break
    without width does.
    """
    still = _MADE_LATER.sub(lambda found: f"{found[0]}\u200b", text)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~<>$:&])", r"\\\1", still)


def logo() -> None:
    """The name at the left of the navigation, in the ink of the browser's theme."""
    shade = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(str(STATIC / f"logo-{shade}.svg"), size="large", link=None)


def page_header(title: str, subtitle: str = "", action: Callable[[], None] | None = None) -> None:
    """The one h1 of a page, a line that says what it is for, and its one primary action at the right.

    Both texts are shown as they are: names that people gave need no escaping.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", key="px-header"):
        with st.container(gap="xsmall", width="stretch"):
            st.title(plain(title), anchor=False)
            if subtitle:
                st.markdown(plain(subtitle))
        if action:
            with st.container(width="content", key="px-action"):
                action()


def empty(title: str, hint: str, action: Callable[[], None] | None = None, icon: str = "photo_library") -> None:
    """Nothing here: what that means and what to do. `icon` is a Material symbol's name."""
    _state(icon, title, hint, "empty", action)


def error(problem: Exception, action: Callable[[], None] | None = None, reference: str = "") -> None:
    """A problem in its own words; a PixploreError's `detail` is written for people, others are not shown: of them
    people get the `reference` of what the log says.
    """
    if isinstance(problem, Unavailable):
        _state("cloud_off", "Not available just now", problem.detail, "error", action or _again)
    elif isinstance(problem, Unauthenticated):  # the next run asks to sign in
        _state("lock", "Signed out", problem.detail, "error", action or _to_sign_in)
    elif isinstance(problem, Forbidden):
        _state("lock", "Not for your role", problem.detail, "error", action)
    elif isinstance(problem, NotFound):
        _state("search_off", "Not found", problem.detail, "error", action)
    elif isinstance(problem, Invalid):
        _state("rule", "That is not understood", problem.detail, "error", action)
    elif isinstance(problem, PixploreError):
        _state("error", "That did not work", problem.detail, "error", action)
    else:
        _state("error", "Something went wrong", request_ids.referred(BROKEN, reference), "error", action or _again)


def forbidden(role: Role) -> None:
    """The page of somebody who has not the role for this one."""
    page_header("Not for your role")
    who = "administrators" if role is Role.ADMIN else "analysts and administrators"
    hint = "Ask an administrator to change your role if you need it."
    _state("lock", f"This page is for {who}", hint, "error", _to_catalogue)


def lines(title: str, below: str, at: str | datetime | None = None) -> None:
    """A name and a quiet line under it, both as they are: Markdown would make links of addresses. The line ends with
    the moment `at`, if one is given."""
    line = " ".join(filter(None, (html.escape(below), when(at) if at else "")))
    st.html(f'<div class="px-lines"><b>{html.escape(title)}</b><span>{line}</span></div>')


def person(email: str, line: str) -> None:
    """Who somebody is: a sign with their initial, the e-mail, a line below."""
    who, sign, below = html.escape(email), html.escape(email[:1].upper()), html.escape(line)
    st.html(f'<div class="px-person"><i aria-hidden="true">{sign}</i><div><b>{who}</b><span>{below}</span></div></div>')


@contextmanager
def loading(what: str = "Loading") -> Iterator[None]:
    """A quiet word while something takes longer than a blink."""
    with st.spinner(f"{what} …"):
        yield


@contextmanager
def skeleton(kind: Outline = "lines") -> Iterator[None]:
    """The outline of what comes, until the block ends. Quick answers never show it: it waits a quarter of a second.

    with theme.skeleton("chart"):
        rows = client.get(...)
    """
    place = st.empty()
    bars = "<i></i>" * _SKELETONS[kind]
    place.html(f'<div class="px-outline px-outline-{kind}" role="status" aria-label="Loading">{bars}</div>')
    try:
        yield
    finally:
        place.empty()


def written(write: Callable[[], object]) -> bool:
    """Whether a write went through; a sentence says why not, and a session that is over leads to the sign-in."""
    try:
        write()
    except Unauthenticated:
        st.rerun(scope="app")
    except PixploreError as problem:
        st.error(plain(problem.detail), icon=":material/error:")
        return False
    return True


@contextmanager
def part(what: str) -> Iterator[None]:
    """One part of a page: where it fails, it says so in its own place, and the rest of the page stays.

    `what` names it in the sentence, as in "Spend": "Spend is not available just now."
    """
    try:
        yield
    except Unauthenticated:
        st.session_state["px_over"] = True
        st.rerun()  # the whole page, also from a fragment: it asks to sign in
    except PixploreError as problem:
        _small(what, problem.detail)
    except Exception as problem:
        reference = request_ids.new()
        log.error("request %s: a part of a page failed: %s", reference, what, exc_info=problem)
        _small(what, request_ids.referred("It has a fault. Nothing is lost.", reference))


def card(key: str) -> st.delta_generator.DeltaGenerator:
    """A bordered box; `key` unique on the page."""
    return st.container(border=True, key=f"px-card-{key}")


def _to_catalogue() -> None:
    st.page_link(st.session_state["pages"]["catalogue"], label="Open the catalogue", icon=":material/grid_view:")


def _to_sign_in() -> None:
    # A link, not a button: where a fragment failed, a click would only run that fragment again.
    here, asked = st.session_state["pages"]["here"], st.query_params.to_dict()
    st.page_link(here, label="Sign in", icon=":material/login:", query_params=asked)


def _again() -> None:
    # The click itself runs the page, or the fragment that failed, once more.
    st.button("Try again", icon=":material/refresh:", key=f"px-again-{st.session_state['px_states']}")


def _small(what: str, detail: str) -> None:
    title = f"<b>{html.escape(what)} is not available just now.</b>"
    with st.container(horizontal=True, vertical_alignment="center", key=f"px-part-{what}"):
        st.html(f'<p class="px-part" role="alert">{title} {html.escape(detail)}</p>')
        st.button("Try again", type="tertiary", icon=":material/refresh:", key=f"px-part-again-{what}")


def _state(icon: str, title: str, hint: str, kind: str, action: Callable[[], None] | None) -> None:
    place = st.session_state["px_states"] = st.session_state.get("px_states", 0) + 1
    with st.container(key=f"px-{kind}-{place}", horizontal_alignment="center", border=True, gap="small"):
        st.markdown(f":material/{icon}:", width="content")
        role = "alert" if kind == "error" else "status"
        st.html(f'<div class="px-state" role="{role}"><h2>{html.escape(title)}</h2><p>{html.escape(hint)}</p></div>')
        if action:
            action()
