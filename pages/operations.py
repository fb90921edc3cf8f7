"""Operations, for administrators: is everything moving, what failed, and the buttons that set it right."""

import streamlit as st

from dashboard import live, session
from dashboard.components.marks import marks
from dashboard.look import theme
from dashboard.operations import audit_views, operation_live, operation_views, people_views, spend_views
from pixplore.domain import Role

person = session.require(Role.ADMIN)

st.html(theme.DASHBOARD / "insights" / "insights.css")
theme.page_header("Operations", "Is everything moving, what failed, and what was done about it.")
live.ahead("figures", operation_live.operations)
operation_views.figures()
# The numbers stand above: labels that change would lead back to the first tab. Which is open stands in the address.
names = ["Now", "Dead letters", "Failures", "Spend", "Audit log", "People"]
now, dead, failed, spend, trail, people = st.tabs(names, key="tab", bind="query-params")
if now.open:
    with now:
        operation_views.now()
if dead.open:
    with dead:
        operation_views.dead_letters()
if failed.open:
    with failed:
        operation_views.failures()
if spend.open:
    with spend:
        spend_views.spend()
if trail.open:
    with trail:
        audit_views.audit()
if people.open:  # asks the user pool, which limits its callers
    with people:
        people_views.members(person)
marks()
