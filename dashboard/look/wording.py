"""Numbers and moments as people read them."""

import html
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

GRADES = ((90, "Very good", "good"), (75, "Good", "good"), (50, "Fair", "warn"), (0, "Needs work", "bad"))
"""From how many points of 100 a catalogue is called what, and the colour of that word (tokens.py)."""
EXACTLY = "Exactly"
_DAY = 86_400
_STEPS = (
    (60, "minute"),
    (3600, "hour"),
    (_DAY, "day"),
    (7 * _DAY, "week"),
    (30.4375 * _DAY, "month"),
    (365.25 * _DAY, "year"),
)


def number(value: float | None, places: int = 0) -> str:
    """12345 as "12,345"; nothing known as a dash."""
    return "–" if value is None else f"{value:,.{places}f}"


def counted(value: int, one: str, many: str = "") -> str:
    """ "1 picture", "12,345 pictures"."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def grade(score: float) -> tuple[str, str]:
    """The words for a health score as it is shown, without places, and their colour's name."""
    return next((words, colour) for least, words, colour in GRADES if round(score) >= least)


def moment(value: str | datetime) -> datetime:
    """A time of the API, or a datetime (UTC where it does not say), as a datetime that knows its zone."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def ago(value: str | datetime, now: datetime | None = None) -> str:
    """ "just now", "3 minutes ago", "in 2 days": for places where nothing can be shown on hover."""
    seconds = ((now or datetime.now(UTC)) - moment(value)).total_seconds()
    size = abs(seconds)
    if size < 45:
        return "just now"
    length, name = next(((n, w) for n, w in reversed(_STEPS) if size >= n * 0.95), _STEPS[0])
    words = counted(max(1, round(size / length)), name)
    return f"{words} ago" if seconds > 0 else f"in {words}"


def exact(value: str | datetime) -> str:
    """The moment to the minute, in the zone of the reader's browser."""
    at = moment(value)
    try:
        at = at.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M %Z}"


def when_columns(name: str = "When") -> dict[str, Any]:
    """Columns of a table, which shows nothing on hover: the time from now, and `EXACTLY` for the same moment to the
    second, in the zone of the reader's browser."""
    return {
        name: st.column_config.DatetimeColumn(format="distance", width=140),
        EXACTLY: st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm:ss", timezone=st.context.timezone or "UTC"),
    }


def when(value: str | datetime) -> str:
    """HTML: the time from now, and the exact one on hover."""
    at = html.escape(moment(value).isoformat())
    return f'<time datetime="{at}" title="{html.escape(exact(value))}">{ago(value)}</time>'
