"""Which differences are told as clear, and in which words."""

import pytest

from dashboard.insights.significance import differences, in_words, odds


def pair(value: str, in_a: int, of_a: int, in_b: int, of_b: int) -> tuple[dict[str, object], dict[str, object]]:
    return (
        {"value": value, "count": in_a, "share": in_a / of_a},
        {"value": value, "count": in_b, "share": in_b / of_b},
    )


def test_odds_agree_with_the_textbook() -> None:
    assert odds(3, 4, 1, 4) == pytest.approx(0.4857, abs=1e-4)  # Fisher's tea
    assert odds(60, 200, 40, 200) == pytest.approx(0.0209, abs=1e-3)  # two shares, pooled z = 2.309
    assert odds(5, 5, 5, 5) == odds(0, 0, 3, 5) == 1.0
    assert odds(0, 1_000_000, 1, 1_000_000) == pytest.approx(1.0)
    assert odds(1_000, 1_000_000, 2_000, 1_000_000) < 1e-50


def test_a_clear_difference_is_said_and_noise_is_not() -> None:
    pairs = [pair("Shoe", 340, 1000, 210, 1000), pair("Cup", 101, 1000, 100, 1000), pair("Hat", 12, 1000, 30, 1000)]
    found = differences(pairs, 1000, 1000)
    assert [one.real for one in found] == [True, False, True]
    said = in_words(found, ("October", "September"))
    assert said[0] == "Shoe: 34.0 % in October, 21.0 % in September. That is 13.0 points more, and hardly chance."
    assert said[1].startswith("Hat: 3.0 % in September, 1.2 % in October.")


def test_many_comparisons_make_no_alarm() -> None:
    """Twenty values that each differ as one in twenty does by chance: none is clear (Holm)."""
    found = differences([pair(f"L{n}", 60, 200, 42, 200) for n in range(20)], 200, 200)
    assert odds(60, 200, 42, 200) < 0.05
    assert not any(one.real for one in found)
    assert in_words(found, ("A", "B")) == ["No difference here is clearer than chance would make it."]
