"""Labels that people teach: examples, suggestions to confirm, how well it holds, and from when new pictures get it."""

import html
from functools import partial
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.components.review import Teaching, review
from dashboard.components.teach import teach
from dashboard.look import theme
from dashboard.review.review_views import CATALOGUE, go
from dashboard.review.taught_report import report_in_words
from pixplore.domain import Person
from pixplore.errors import NotFound, PixploreError

PAGE = 50
Taught = dict[str, Any]


def teaching(person: Person) -> None:
    """All taught labels, a new one, or one of them: as the address says."""
    if opened := st.query_params.get("taught"):
        try:
            with theme.skeleton("lines"):
                taught = client.get(f"/v1/taught-labels/{opened}")
        except NotFound:
            theme.empty("This label is not taught any more", "Somebody deleted it.", partial(_way_back), icon="school")
        else:
            _one(taught, person)
    elif st.query_params.get("new"):
        _way_back()
        teach(person, key="px-teach", on_made=lambda new: _go(taught=new))
    else:
        _list()


def _go(**to: str) -> None:
    go(view="teach", **to)


def _way_back() -> None:
    st.button("All taught labels", icon=":material/arrow_back:", type="tertiary", on_click=_go)


def _list() -> None:
    with theme.skeleton("lines"):
        listed = client.get("/v1/taught-labels", {"limit": PAGE, "cursor": st.session_state.get("px_taught_cursor")})
    if not listed["items"]:
        hint = "Show Pixplore five pictures of something that the recogniser has no word for; it finds the others."
        theme.empty("No label is taught yet", hint, partial(_begin), icon="school")
        return
    _begin()
    for taught in listed["items"]:
        with theme.card(f"taught-{taught['id']}"), st.container(horizontal=True, vertical_alignment="center"):
            with st.container():
                theme.lines(taught["label"], _state(taught), taught["updated_at"])
            st.button("Open", key=f"px-open-{taught['id']}", on_click=partial(_go, taught=taught["id"]))
    with st.container(horizontal=True):
        if st.session_state.get("px_taught_cursor"):
            st.button("First ones", on_click=lambda: st.session_state.pop("px_taught_cursor"))
        if more := listed["next_cursor"]:
            st.button("More", on_click=lambda: st.session_state.update(px_taught_cursor=more))


def _begin() -> None:
    st.button("Teach a label", type="primary", icon=":material/school:", on_click=partial(_go, new="1"))


def _state(taught: Taught) -> str:
    on = "In use: new pictures get it" if taught["active"] else "Not in use yet"
    examples = theme.counted(len(taught["examples"]), "example")
    return f"{on}. {examples}, by {taught['by']},"


def _one(taught: Taught, person: Person) -> None:
    _way_back()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(gap="xsmall", width="stretch", key="px-taught"):
            st.header(theme.plain(taught["label"]), anchor=False)
            at = theme.when(taught["updated_at"])
            st.html(f"<p>{html.escape(_state(taught))} {at}</p>")  # Markdown would make links of addresses
        _switches(taught)
    if problem := st.session_state.pop("px_taught_problem", None):
        st.error(theme.plain(problem), icon=":material/error:")
    st.subheader("How well it holds", anchor=False)
    _report(taught)
    st.subheader("Which of these show it, too?", anchor=False)
    st.markdown("Each answer teaches more. Yes also gives the picture the label, no keeps it away.")
    review(person, key=f"px-suggested-{taught['id']}", href=CATALOGUE, teaching=Teaching(taught["id"], taught["label"]))


def _switches(taught: Taught) -> None:
    path = f"/v1/taught-labels/{taught['id']}"
    with st.container(horizontal=True, width="content"):
        if taught["active"]:
            st.button("Stop using it", on_click=partial(_write, client.post, f"{path}/deactivate"))
        else:
            st.button("Use it from now on", type="primary", on_click=partial(_write, client.post, f"{path}/activate"))
        if st.button("Delete", icon=":material/delete:", type="tertiary"):
            _confirm(taught, path)


@st.dialog("Delete this taught label?")
def _confirm(taught: Taught, path: str) -> None:
    name = theme.plain(taught["label"])
    st.markdown(f"Pixplore forgets what it learned of **{name}**. Pictures that have the label keep it.")
    if st.button("Delete", type="primary"):
        _write(client.delete, path)
        if "px_taught_problem" not in st.session_state:
            _go()
        st.rerun()


def _write(call: Any, path: str) -> None:
    try:
        call(path)
    except PixploreError as problem:
        st.session_state["px_taught_problem"] = problem.detail


@st.fragment
def _report(taught: Taught) -> None:
    """Computed when it is asked for: it learns the label once for each of its pictures."""
    with theme.skeleton("lines"):
        told = client.get(f"/v1/taught-labels/{taught['id']}/report")
    for line in report_in_words(told):
        st.markdown(line)
    with st.expander("The figures"):
        st.dataframe(
            [
                {
                    "From confidence": f"{step['confidence']:g} %",
                    "Examples found": step["found"],
                    "Wrong ones found": step["wrong"],
                    "Others found": step["others"],
                    "Recall": _share(step["recall"]),
                    "Precision": _share(step["precision"]),
                    "Precision at least": _share(step["precision_at_least"]),
                }
                for step in told["steps"]
            ],
            hide_index=True,
        )
    st.button("Measure again", icon=":material/refresh:", type="tertiary")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"
