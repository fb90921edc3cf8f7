"""What a misspelt word is taken for."""

import pytest

from pixplore.spelling import respelt, spelt, taken_for
from pixplore.words import asked

WORDS = ["sneaker", "sneakers", "shoe", "shoes", "running", "footwear", "summer", "sommer"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("sneeker", ["sneaker"]),  # one replaced
        ("sneakerss", ["sneakers"]),  # the nearest only, though sneaker is in reach
        ("runnign", ["running"]),  # two swapped
        ("rnunnig", []),  # two mistakes are too many for seven letters
        ("foootwaer", ["footwear"]),  # but not for nine
        ("summmer", ["summer"]),
        ("symmer", ["sommer", "summer"]),
        ("zzzzzzzz", []),
    ],
)
def test_taken_for(word: str, meant: list[str]) -> None:
    assert taken_for(word, WORDS) == meant


def test_only_long_words_of_letters_that_nothing_begins_with() -> None:
    asks: list[str] = []
    phrases = asked('snea "sneeker" shoo img2034x sneak foot-waer')
    understood, spelling = spelt(
        phrases, lambda word: any(w.startswith(word) for w in WORDS), lambda w: asks.append(w) or WORDS
    )
    assert (understood, spelling, asks) == (phrases, {}, [])


def test_what_an_answer_says_is_understood_again() -> None:
    phrases = asked("red sneeker qqqqqqqq")
    understood, spelling = spelt(phrases, lambda word: False, lambda word: WORDS)
    assert spelling == {"sneeker": ["sneaker"]}
    assert [phrase.forms for phrase in understood] == [(("red",),), (("sneaker",),), ()]
    assert respelt(phrases, spelling)[:2] == understood[:2]
