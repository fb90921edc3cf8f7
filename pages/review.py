"""Review: the labels that the recogniser is least sure of, one picture at a time; a verdict outlives relabelling."""

import streamlit as st

from dashboard import review_views, session, theme
from pixplore.domain import Role

person = session.require(Role.ANALYST)
theme.page_header("Review", "Say yes or no to labels that the recogniser is unsure of.")
left, right = st.columns(2, gap="large", vertical_alignment="bottom")
with right:
    low, high = review_views.band()
with left:
    label = review_views.label(low, high)
if label:
    review_views.queue(label, low, high)
