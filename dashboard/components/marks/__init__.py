"""Charts whose marks are links, and their pictures as files: what Plotly knows and Streamlit does not pass on."""

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "pixplore_marks", html="<span></span>", js=Path(__file__).with_name("marks.js").read_text()
)


def marks() -> None:
    """Once a page. From then on, in the browser and without a rerun:

    - a click on a mark whose `customdata` is an address of this dashboard opens it (with Ctrl or Cmd in a new tab);
    - so does a link inside a table of a chart's data;
    - a button with `data-px-take` (png, svg) downloads the chart inside the container with the key `data-px-chart`;
    - a link to /report takes the page's address with it, so that the report shows what the page shows.
    """
    _mount(key="px-marks")
