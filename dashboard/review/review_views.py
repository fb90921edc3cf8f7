"""The queue of the review page: the filters around it, and where it stands in the page's address."""

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from dashboard.catalogue import catalogue_calls, filter_panel, nothing_found
from dashboard.catalogue.catalogue_state import State, is_filter
from dashboard.components.review import review
from dashboard.look import theme
from pixplore.domain import Person
from pixplore.errors import Invalid

CATALOGUE = "/catalogue?id="


def queue(person: Person) -> None:
    """Labels that want a person's eyes, under the page's filters."""
    here = filter_panel.state()
    try:
        with theme.skeleton("lines"):
            total = catalogue_calls.total(here)
    except Invalid as problem:
        theme.error(problem, partial(nothing_found.mend, here, problem))
        return
    filter_panel.sidebar(here)
    filter_panel.line(here, total)
    review(
        person,
        key="px-review",
        href=CATALOGUE,
        filters=query(here),
        of=st.query_params.get("of", ""),
        mode="grid" if st.query_params.get("mode") == "grid" else "one",
        on_go=_go,
    )


def go(**own: str) -> None:
    """Another view of the page, or another state of one; filters stay in the address, for the view that has them."""
    kept = {name: st.query_params.get_all(name) for name in st.query_params if is_filter(name)}
    st.query_params.from_dict({**kept, **own})


def query(here: State) -> str:
    """A state's filters as the API's query string."""
    return urlencode(here.query())


def _go(of: str, mode: str) -> None:
    for name, value in (("of", of), ("mode", "" if mode == "one" else mode)):
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]
