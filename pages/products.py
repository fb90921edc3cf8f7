"""The products of the company beside their pictures: which have none, and which pictures belong to none."""

import streamlit as st

from dashboard import session
from dashboard.components.marks import marks
from dashboard.look import theme
from dashboard.products import coverage_views, product_lists, reconciliation_views
from pixplore.domain import Role

person = session.require(Role.VIEWER)
admin = Role.ADMIN in person.role.includes


def _import() -> None:
    st.page_link(
        st.session_state["pages"]["upload"], label="Import a product list", icon=":material/upload_file:",
        query_params={"tab": "products"},
    )  # fmt: skip


st.html(theme.DASHBOARD / "insights" / "insights.css")
theme.page_header("Products", "Your product list beside the pictures it has.", _import if admin else None)
with theme.skeleton("figures"):
    found = reconciliation_views.reconciliation(1)
if not found["counts"]["products"]:
    theme.empty("No products yet", "Import a product list to join SKUs, titles and prices to your pictures.",
                _import if admin else None, icon="inventory_2")  # fmt: skip
    st.stop()
product_lists.show()
with theme.part("Coverage over time"):
    coverage_views.over_time()
marks()
