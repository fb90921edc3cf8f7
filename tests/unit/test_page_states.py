"""What a page shows while something is on its way, away, or not for this person."""

from streamlit.testing.v1 import AppTest


def _parts() -> None:
    import streamlit as st

    from dashboard.look import theme
    from pixplore.errors import Unavailable

    theme.apply()
    with theme.part("Spend <b>"), theme.skeleton("figures"):
        if not st.session_state.get("there"):
            raise Unavailable("The service takes too long.")
        st.write("4 dollars")
    with theme.part("Health"):
        1 / 0  # noqa: B018
    st.write("The rest of the page")


def test_a_part_that_fails_leaves_the_page_and_can_be_tried_again() -> None:
    page = AppTest.from_function(_parts).run()
    assert [one.value for one in page.markdown] == ["The rest of the page"]
    said = " ".join(one.proto.body for one in page.get("html"))
    assert "Spend &lt;b&gt; is not available just now." in said
    assert "The service takes too long." in said
    assert "division" not in said, "what is not written for people stays in the log"
    assert not page.exception
    page.session_state["there"] = True
    page.button(key="px-part-again-Spend <b>").click().run()
    assert [one.value for one in page.markdown] == ["4 dollars", "The rest of the page"]


def test_the_guide_leads_only_to_what_is_there() -> None:
    import re

    from dashboard import help

    for role in help.GUIDES:
        text = (help.DOCS / "guide" / f"{role.value}.md").read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)]+)\)", text):
            assert (help.DOCS / "guide" / target).resolve().is_file(), target
        shown = help.guide(role)
        assert not re.search(r"\]\((?!/guide-pictures/|/help\?guide=)", shown), "every link leads into the dashboard"
        assert not shown.startswith("# ")
