import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

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


def mixed(ink: str, share: float, ground: str) -> str:
    """What CSS's color-mix with transparent looks like on this ground."""
    pairs = ((int(ink[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * over + (1 - share) * under):02x}" for over, under in pairs)


def test_the_colours_of_words_and_marks_are_read_in_both_themes() -> None:
    quiet = re.search(r"--px-quiet: color-mix\(in srgb, currentColor (\d+)%, transparent\)", tokens.css())
    assert quiet
    for theme, page in enumerate(tokens.colours("page")):
        for ground in (page, tokens.colours("panel")[theme]):
            for name in ("text", "accent-text", "good", "warn", "bad", "info"):
                assert contrast(tokens.colours(name)[theme], ground) >= 4.5, name
            assert contrast(mixed(tokens.colours("text")[theme], int(quiet[1]) / 100, ground), ground) >= 4.5
            assert contrast(tokens.colours("accent")[theme], ground) >= 3, "the ring of the focus"
        assert all(contrast(mark, page) >= 3 for mark in (tokens.CHART_GUIDE, *tokens.CHART_COLOURS))
    for fill in (tokens.colours("accent")[0], tokens.colours("accent-text")[0]):
        assert contrast(fill, "#ffffff") >= 4.5, "white words on it"


def test_more_is_always_darker() -> None:
    """Its ends are near to the one or the other ground by their nature: what counts is that no two steps are alike."""
    steps = [_light(colour) for colour in tokens.CHART_SCALE]
    assert steps == sorted(steps, reverse=True)
    assert min(contrast(one, other) for one, other in pairwise(tokens.CHART_SCALE)) >= 1.15


def test_a_score_is_called_the_same_on_every_page() -> None:
    for score, words in ((0, "Needs work"), (49.6, "Fair"), (85, "Good"), (89.4, "Good"), (89.5, "Very good")):
        said, colour = wording.grade(score)
        assert said == words
        assert f'data-kind="{colour}"' in home_quality._score(score)
        assert f"<em>{said}</em>" in home_quality._score(score)
        assert f"<span>{said}<" in insight_quality._score(score)
