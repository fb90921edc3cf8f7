"""Parts of a page that look again by themselves: a moment without the service leaves them as they were told."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from dashboard.look import theme
from pixplore.errors import PixploreError, Unauthenticated

_NO_FADING = """<style>
[class*="st-key-px-live"] [data-stale="true"] { opacity: 1 !important; transition: none !important; }
</style>"""
"""While a look takes its time, what stands there stays as it is: it would flicker with every look."""


def ahead(outline: theme.Outline, *looks: Callable[[], object]) -> None:
    """What a fragment shows first, asked for under an outline: the fragment's later looks leave what stands there.

    What cannot be read the fragment says itself.
    """
    with theme.skeleton(outline), suppress(PixploreError):
        for look in looks:
            look()


@contextmanager
def steady(what: str = "These numbers") -> Iterator[None]:
    """A fragment's body: when a call fails, a quiet line says so and the next look tries again.

    A session that is over says so and offers to sign in: not by itself, which would end what the browser is sending.
    """
    try:
        with st.container(key=f"px-live-{re.sub('[^a-z]+', '-', what.lower())}"):
            st.html(_NO_FADING)
            yield
    except Unauthenticated as problem:
        theme.error(problem, _sign_in)
    except PixploreError as problem:
        st.caption(f":material/cloud_off: {what} cannot be read just now. {theme.plain(problem.detail)}")


def _sign_in() -> None:
    if st.button("Sign in", icon=":material/login:", key="px-live-sign-in"):
        st.rerun(scope="app")
