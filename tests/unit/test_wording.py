from datetime import UTC, datetime, timedelta

import pytest

from dashboard.home import home_quality
from dashboard.insights import insight_quality
from dashboard.look import tokens, wording

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (50, "1 minute ago"),
        (89 * 60, "1 hour ago"),
        (23 * 3600, "1 day ago"),
        (10 * 86_400, "1 week ago"),
        (400 * 86_400, "1 year ago"),
        (-2 * 3600, "in 2 hours"),
    ],
)
def test_a_moment_from_now(seconds: int, words: str) -> None:
    assert wording.ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_a_moment_carries_the_exact_one() -> None:
    shown = wording.when("2026-06-15T12:00:00Z")
    assert 'datetime="2026-06-15T12:00:00+00:00"' in shown
    assert "15 June 2026, 12:00 UTC" in shown


def test_numbers() -> None:
    assert wording.number(1234567) == "1,234,567"
    assert wording.number(0.5, 2) == "0.50"
    assert wording.number(None) == "–"
    assert wording.counted(1, "category", "categories") == "1 category"
    assert wording.counted(12345, "picture") == "12,345 pictures"


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((_light(one), _light(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_colours_of_words_are_read_in_both_themes() -> None:
    for theme, (page, panel) in enumerate(zip(tokens.colours("page"), tokens.colours("panel"), strict=True)):
        for name in ("text", "accent-text", "good", "warn", "bad", "info"):
            ink = tokens.colours(name)[theme]
            assert min(contrast(ink, page), contrast(ink, panel)) >= 4.5, name
        assert all(contrast(colour, page) >= 3 for colour in tokens.CHART_COLOURS)
    assert contrast(tokens.colours("accent")[0], "#ffffff") >= 4.5


def test_a_score_is_called_the_same_on_every_page() -> None:
    for score, words in ((0, "Needs work"), (49.6, "Fair"), (85, "Good"), (89.4, "Good"), (89.5, "Very good")):
        said, colour = wording.grade(score)
        assert said == words
        assert f'data-kind="{colour}"' in home_quality._score(score)
        assert f"<em>{said}</em>" in home_quality._score(score)
        assert f"<span>{said}<" in insight_quality._score(score)
