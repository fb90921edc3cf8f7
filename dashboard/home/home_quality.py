"""The first screen's parts for analysts: the catalogue's health, what changed this week, labels that want eyes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard import client
from dashboard.components.gallery import Tile, gallery, tile_of
from dashboard.home.home_views import aside, heading, link
from dashboard.look import theme
from dashboard.look.wording import grade

DOUBTS = 6
CHANGES = 5
Row = Mapping[str, Any]


@st.fragment(parallel=True)
def health() -> None:
    """The score and its parts; each part leads to the pictures that have it, each gap to those that have not."""
    with theme.card("health"), theme.part("Health"):
        heading("Health", "insights", "Insights")
        with theme.skeleton("lines"):
            found = client.get("/v1/insights/health")
            gaps = client.get("/v1/insights/coverage")["rows"]
        if found["score"] is None:
            st.html('<p class="px-none">There is nothing to judge yet.</p>')
            return
        st.html(_score(found["score"]))
        for part in found["rows"]:
            with st.container(gap=None, key=f"px-tile-health-{part['name']}"):
                with st.container(
                    horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
                ):
                    link("catalogue", part["text"], part["query"])
                    aside(f"{theme.number(part['count'])} of {theme.number(found['total'])}")
                st.html(f'<div class="px-bar"><i style="width:{part["share"] * 100:.1f}%"></i></div>')
        missing = [gap for gap in gaps if gap["count"] and gap["name"] in ("unlabelled", "unsure", "no_sku")]
        if missing:
            st.html('<p class="px-none">To mend</p>')
            with st.container(horizontal=True, gap="small", key="px-gaps"):
                for gap in missing:
                    link("catalogue", f"{gap['text']}: {theme.number(gap['count'])}", gap["query"])


def _score(score: float) -> str:
    words, kind = grade(score)
    return f'<p class="px-score" data-kind="{kind}"><b>{score:.0f}</b><span>of 100</span><em>{words}</em></p>'


def week_of(now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """The filters of the last seven days and of the seven before, to whole days so that addresses stay the same."""
    end = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    marks = [f"{end - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (0, 7, 14)]
    this = {"created_from": marks[1], "created_to": marks[0]}
    return this, {"created_from": marks[2], "created_to": marks[1]}


@st.fragment(parallel=True)
def this_week() -> None:
    """How many pictures came in seven days, and the labels that came more or less often than the week before."""
    with theme.card("week"), theme.part("This week"):
        heading("This week", "insights", "Insights")
        with theme.skeleton("lines"):
            this, before = week_of(datetime.now(UTC))
            asked = {"a": urlencode(this), "b": urlencode(before), "limit": 2 * CHANGES}
            found = client.get("/v1/insights/compare", asked)
        new, old = found["totals"]["a"], found["totals"]["b"]
        with st.container(gap=None, key="px-tile-week"):
            words = f"new, {theme.number(old)} the week before"
            st.html(f'<p class="px-score"><b>{theme.number(new)}</b><span>{words}</span></p>')
            link("catalogue", "See what is new", this)
        for label, now, then, query in _changes(found["rows"]):
            with st.container(
                horizontal=True,
                horizontal_alignment="distribute",
                vertical_alignment="center",
                gap="small",
                key=f"px-tile-week-{label}",
            ):
                link("catalogue", label, query)
                aside(f"{theme.number(now)} <small>{now - then:+,}</small>")


def _changes(rows: Sequence[Row]) -> list[tuple[str, int, int, Mapping[str, Any]]]:
    """(label, this week, the week before, the query of this week's), the largest change in number first."""
    sides: dict[str, dict[str, Row]] = {}
    for row in rows:
        sides.setdefault(row["value"], {})[row["side"]] = row
    both = [(label, side["a"], side["b"]) for label, side in sides.items() if len(side) == 2]
    changed = [(label, a["count"], b["count"], (a if a["count"] else b)["query"]) for label, a, b in both]
    changed = [one for one in changed if one[1] != one[2]]
    return sorted(changed, key=lambda one: (-abs(one[1] - one[2]), one[0]))[:CHANGES]


@st.fragment(parallel=True)
def doubts() -> None:
    """The labels that most want a person's eyes."""
    pages = st.session_state["pages"]
    with theme.part("The review queue"):
        with theme.skeleton("figures"):
            found = client.get("/v1/review", {"limit": DOUBTS})
        heading("Labels that need your eyes", "review", "The whole queue")
        if not found["items"]:
            st.html('<p class="px-none">Nothing is in doubt. New pictures may bring new questions.</p>')
            return
        happened = gallery(
            [_tile(one) for one in found["items"]],
            key="px-doubts",
            epoch=str(found["version"]),
            href="/catalogue?id=",
            name="Labels in doubt",
        )
        if happened.opened:
            st.switch_page(pages["catalogue"], query_params={"id": happened.opened})


def _tile(doubt: Row) -> Tile:
    """The picture, with the label in question in the place of its title."""
    label = {"name": doubt["label"], "confidence": doubt["confidence"]}
    told = {"title": f"{doubt['label']}?", "labels": [label], "matched": [{"text": doubt["why"]}]}
    return tile_of({**doubt["image"], **told})
