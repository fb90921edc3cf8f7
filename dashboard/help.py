"""The guide of docs/guide/ inside the dashboard: one page for each kind of people, pictures from this very server."""

import re
from functools import cache
from pathlib import Path

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from pixplore.domain import Role

DOCS = Path(__file__).resolve().parents[1] / "docs"
GUIDES = {Role.VIEWER: "Find and collect", Role.ANALYST: "Understand and judge", Role.ADMIN: "Bring in and run"}
"""Whose guide, and what it is about."""
PICTURES = Mount("/guide-pictures", StaticFiles(directory=DOCS / "screens", check_dir=False))
"""The route of the guide's pictures."""


@cache
def guide(role: Role) -> str:
    """The guide as Markdown for a page that has its own title: pictures and links lead into the dashboard.

    Raises OSError where the guide was not installed.
    """
    text = (DOCS / "guide" / f"{role.value}.md").read_text(encoding="utf-8")
    text = re.sub(r"\A# .*\n+", "", text)
    text = re.sub(r"\]\(\.\./screens/([\w-]+\.jpg)\)", r"](/guide-pictures/\1)", text)
    return re.sub(r"\]\((viewer|analyst|admin)\.md\)", r"](/help?guide=\1)", text)
