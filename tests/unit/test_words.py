"""Text becomes words the same way for what is stored and what is asked."""

import pytest

from pixplore.catalogue.document import document
from pixplore.catalogue.words import asked, found_in, tsquery, words


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
        ("red-runningsh", "red RunningShoe.jpg", True),
        ("42e", "42EU", True),
        ("img_2034", "IMG2034.jpg", True),
        ("IMG2034", "img 2034", True),
        ("ab-1", "AB-12", True),
        ("ab-1", "AB 2 1", False),
    ],
)
def test_found_in(q: str, text: str, found: bool) -> None:
    assert all(found_in(phrase, text) for phrase in asked(q)) is found


def test_nothing_typed_is_an_operator() -> None:
    assert tsquery(asked("a & !b | c:*")) == "('a':*) & ('b':*) & ('c':*)"
    assert tsquery(asked("''\\ \" & \"")) == ""
    assert asked("&&& '' \"\"") == ()


def test_a_document_keeps_places_and_weights_apart() -> None:
    assert document({"name": ["a-1b"], "tags": ["a"]}) == "'a':1A,14B '1b':2A '1':2A 'b':3A"
    assert len(document({"text": ["word " * 100_000]}).split(",")) == 250
