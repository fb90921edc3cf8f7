"""Text becomes words the same way for what is stored and what is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixplore.words import asked, document, found_in, stored, words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("red_Shoe-42EU.jpg", "red shoe 42 eu jpg"),
        ("RunningShoe", "running shoe"),
        ("Café Ølé ﬁne Straße", "cafe ole fine strasse"),
        ("IMG20240131", "img 20240131"),
        ("東京タワー red", "東 京 タ ワ ー red"),
        ("👟 shoe", "👟 shoe"),
        ("!?-_ ", ""),
    ],
)
def test_parts(text: str, parts: str) -> None:
    assert [part for word in words(text) for part in word.parts] == parts.split()


@pytest.mark.parametrize(
    ("q", "text", "found"),
    [
        ("sho", "Red Shoe", True),
        ("hoe", "Red Shoe", False),
        ('"sho"', "Red Shoe", False),
        ('"red shoe"', "a red-shoe", True),
        ('"red shoe"', "shoe red", False),
        ("runningsh", "RunningShoe.jpg", True),
        ("red-runningsh", "red RunningShoe.jpg", False),  # a whole is a value of its own
        ("red-running-sh", "red RunningShoe.jpg", True),
        ("42e", "42EU", True),
        ("img_2034", "IMG2034.jpg", True),
        ("IMG2034", "img 2034", True),
        ("ab-1", "AB-12", True),
        ("ab-1", "AB 2 1", False),
        ('"42eu"', "42EUR 42-EU", True),
    ],
)
def test_found_in(q: str, text: str, found: bool) -> None:
    assert all(found_in(phrase, text) for phrase in asked(q)) is found


def test_nothing_typed_is_more_than_its_words() -> None:
    assert [phrase.complete for phrase in asked("a_% & !b a")] == [(" a ",), (" b ",)]
    assert asked("&&& '' \"\"") == ()


def test_values_and_sections_stand_apart() -> None:
    assert stored("a-1b") == " a 1 b \n 1b "
    assert document([["a-1b", "--", "x"], [], ["B"]]) == " a 1 b \n 1b \n x \x1f\x1f b "


@given(st.text(st.characters(min_codepoint=32, max_codepoint=127), max_size=40))
def test_the_short_way_for_plain_text_stores_the_same(text: str) -> None:
    runs = words(text)
    value = "".join(f" {part}" for run in runs for part in run.parts)
    wholes = "".join(f"\n {run.whole} " for run in runs if len(run.parts) > 1)
    assert stored(text) == (f"{value} {wholes}" if runs else "")
