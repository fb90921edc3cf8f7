"""The guide inside the dashboard: every link and picture of it is there, and none leads out."""

import re

from dashboard import help


def test_the_guide_leads_only_to_what_is_there() -> None:
    for role in help.GUIDES:
        text = (help.DOCS / "guide" / f"{role.value}.md").read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)]+)\)", text):
            assert (help.DOCS / "guide" / target).resolve().is_file(), target
        shown = help.guide(role)
        assert not re.search(r"\]\((?!/guide-pictures/|/help\?guide=)", shown), "every link leads into the dashboard"
        assert not shown.startswith("# ")
