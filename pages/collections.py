"""Collections: boards of pictures that people put together by hand."""

import streamlit as st

from dashboard import client, session
from dashboard.bulk import changes
from dashboard.collections import board_views, collection_views
from dashboard.look import theme
from pixplore.domain import Role
from pixplore.errors import Invalid, NotFound

person = session.require(Role.VIEWER)
chosen = st.query_params.get("collection", "")


def _new() -> None:
    if st.button("New collection", type="primary", icon=":material/add:"):
        collection_views.new()


if chosen:
    try:
        with theme.skeleton("gallery"):
            collection = client.get(f"/v1/collections/{chosen}")
    except (NotFound, Invalid):
        theme.page_header("Collections")
        theme.error(
            NotFound("This collection is not here any more, or its link is not complete. Look for it in the list."),
            collection_views.back,
        )
    else:
        board_views.show(collection, person)
else:
    theme.page_header("Collections", "Pictures put together by hand: for a campaign, a season, a colleague.", _new)
    changes.bar(person)
    collection_views.all_of_them(_new)
