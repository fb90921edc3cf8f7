"""docs/privacy.md says how long things are kept: what the programs do."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from embedded import children, provision_storage
from pixplore import sharing
from pixplore.catalogue import jobs, review, sessions
from pixplore.replica import follower
from pixplore.settings import TrashSettings

ROOT = Path(__file__).resolve().parents[2]
ROWS = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", (ROOT / "docs" / "privacy.md").read_text(), re.M))
DAY = timedelta(days=1)
CONFIG = (ROOT / "infra" / "cdk" / "config.py").read_text()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("pictures in the trash", f"{TrashSettings.model_fields['trash_days'].default} days"),
        ("bulk work", f"{jobs.KEPT // DAY} days"),
        ("sessions", f"{sessions.LASTS_FOR // DAY} days, or {sessions.IDLE_FOR // timedelta(hours=1)} hours"),
        ("wrong passwords (hashes of name and address)", f"{sessions.FORGOTTEN_AFTER // timedelta(minutes=1)} minutes"),
        ("skipped questions of the review", f"{review.SKIPPED_DAYS} days"),
        ("share links", f"{sharing.MOST_DAYS} days"),
        ("logs, on one machine", f"{children.LARGEST_LOG // 1_000_000} MB"),
        ("logs, on AWS", "{} days (`small`), {} days (`scale`)".format(*re.findall(r"log_days=(\d+)", CONFIG))),
        ("Aurora's backups", "{} days (`small`), {} days (`scale`)".format(*re.findall(r"backup_days=(\d+)", CONFIG))),
    ],
)
def test_what_is_said_is_what_is_done(what: str, said: str) -> None:
    assert said in ROWS[what]


def test_messages_and_snapshots() -> None:
    held = re.findall(r"str\((\d+) \* 86400\)", Path(provision_storage.__file__).read_text())
    assert ROWS["messages; dead letters"] == "{1} days; {0} days".format(*held)
    assert 2 * follower.OLD_S <= 7 * 86_400, "two snapshots after one another: up to a week"
