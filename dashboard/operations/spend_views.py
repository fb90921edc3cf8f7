"""What looking at pictures costs, by list prices, and the limit that stops uploads before it is passed."""

import streamlit as st

from dashboard import client, live
from dashboard.look import theme
from dashboard.operations import operation_live
from dashboard.operations.operation_live import Row
from pixplore.errors import PixploreError


def spend() -> None:
    """This month against the budget, what all pictures have cost so far, and the budget to change."""
    live.ahead("figures", operation_live.budget, operation_live.cost)
    _spend()


@st.fragment(run_every=15.0)
def _spend() -> None:
    with live.steady("The estimate"):
        month, cost = operation_live.budget(), operation_live.cost()
        taken, seen = month["spent"] + month["promised"], theme.counted(month["pictures"], "picture")
        with st.container(horizontal=True, key="px-spend"):
            for label, shown, told in (
                ("This month", dollars(month["spent"]), f"{seen} looked at since the 1st"),
                ("On their way", dollars(month["promised"]), "Files promised or in the queue, if all of them arrive"),
                ("So far", dollars(cost["once"]), "All pictures of the catalogue that came by an upload"),
                ("Storage", f"{dollars(cost['monthly'])} a month", "Originals in Amazon S3 Standard"),
                ("A picture", dollars(month["per_image"]), "Labels, properties, text and moderation together"),
            ):
                st.metric(label, shown, border=True, help=told)
        if (limit := month["limit"]) is not None:
            share = taken / limit if limit else 1.0
            st.progress(
                min(1.0, share), text=theme.plain(f"{dollars(taken)} of {dollars(limit)} this month ({share:.0%})")
            )
            if taken >= limit:
                st.warning(
                    "The budget of this month is used up: new uploads are refused until it is raised or a new month "
                    "begins. Files that are on their way are still looked at.",
                    icon=":material/block:",
                )
        _limit(month)
        st.caption(
            "Amazon list prices of US East in US dollars, without free tiers, discounts and the running costs of the "
            "servers. The bill can differ."
        )


def dollars(amount: float) -> str:
    """$1,234.50; small amounts with the digits that say something."""
    if amount and amount < 0.01:
        return f"${amount:.5f}".rstrip("0")
    return f"${amount:,.2f}"


def _limit(month: Row) -> None:
    with st.form("px-budget", border=True, width=520):
        limit = st.number_input(
            "Budget for a month, in US dollars", 0.0, 1_000_000.0, month["limit"], step=10.0, placeholder="No limit",
            help="Uploads that would pass it are refused with a word. Empty: no limit.", key="px-budget-limit",
        )  # fmt: skip
        if st.form_submit_button("Save the budget", type="primary"):
            try:
                client.put("/v1/operations/budget", {"limit": limit})
            except PixploreError as problem:
                st.error(theme.plain(problem.detail), icon=":material/error:")
                return
            operation_live.budget.clear()
            said = "There is no budget any more." if limit is None else f"The budget is ${limit:,.2f} a month."
            st.toast(theme.plain(said), icon=":material/check_circle:")
            st.rerun(scope="fragment")
