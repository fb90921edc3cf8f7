"""Operations, for administrators: is everything moving, what failed, and the buttons that set it right."""

import streamlit as st

from dashboard import audit_views, client, operation_views, people_views, session, theme
from pixplore.domain import Role

person = session.require(Role.ADMIN)


def _refresh() -> None:
    if st.button("Refresh", icon=":material/refresh:"):
        st.rerun()


theme.page_header("Operations", "Is everything moving, what failed, and what was done about it.", _refresh)
found = client.get("/v1/operations", {"minutes": 60})
operation_views.figures(found)
# The numbers stand above: labels that change would lead back to the first tab.
names = ["Throughput", "Dead letters", "Failures", "Audit log", "People"]
now, dead, failed, trail, people = st.tabs(names, on_change="rerun", key="px-operations")
with now:
    operation_views.throughput(found["throughput"])
with dead:
    operation_views.dead_letters()
with failed:
    operation_views.failures(found["failures"], found["items"])
with trail:
    audit_views.audit()
if people.open:  # asks the user pool, which limits its callers
    with people:
        people_views.members(person)
