"""Review: what people say of the labels, one by one, by a threshold, by teaching a new one, by the names they go by."""

import streamlit as st

from dashboard import session
from dashboard.look import theme
from dashboard.review import names_views, review_views, teach_views, threshold_views
from pixplore.domain import Person, Role

VIEW = "px-review-view"
VIEWS = {
    "queue": ("Queue", "Say yes or no to labels that the recogniser is unsure of.", review_views.queue),
    "thresholds": (
        "Thresholds",
        "Try a threshold before it is applied.",
        threshold_views.thresholds,
    ),
    "teach": ("Teach", "Teach a label: show some pictures of it, and Pixplore finds the others.", teach_views.teaching),
    "names": ("Names", "Put your own words in place of the recogniser's: rename, merge, hide.", names_views.editor),
}


def page(person: Person) -> None:
    asked = st.query_params.get("view", "queue")
    chosen = asked if asked in VIEWS else "queue"
    _, about, view = VIEWS[chosen]
    theme.page_header("Review", about)
    st.session_state[VIEW] = chosen  # the address says it, also after the browser's back or a click on what is chosen
    st.segmented_control(
        "What to review",
        list(VIEWS),
        format_func=lambda name: VIEWS[name][0],
        key=VIEW,
        label_visibility="collapsed",
        on_change=_choose,
    )
    view(person)


def _choose() -> None:
    if chosen := st.session_state[VIEW]:
        review_views.go(**({} if chosen == "queue" else {"view": chosen}))


page(session.require(Role.ANALYST))
