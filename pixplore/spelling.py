"""What a word was meant to be that no image has: the words of the catalogue that it is most like."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from pixplore.words import Phrase

SHORTEST = 5
"""A shorter word is a wrong word, or the beginning of one, rather than a misspelt one."""
LONG = 8


def spelt(
    phrases: Iterable[Phrase], begins: Callable[[str], bool], vocabulary: Callable[[str], Iterable[str]]
) -> tuple[tuple[Phrase, ...], dict[str, list[str]]]:
    """The phrases with what misspelt words are taken for, and those words: typed -> meant (sorted, at least one).

    `begins` tells whether a word of the catalogue begins so (a word of an image, or of a label that some image shows).
    `vocabulary` gives the catalogue's words that may be within reach of one; it is asked only if none begins so.
    """
    understood, spelling = [], {}
    for phrase in phrases:
        word = doubtful(phrase)
        if word is not None and not begins(word):
            meant = taken_for(word, vocabulary(word))
            phrase = replace(phrase, meant=tuple(meant))
            if meant:
                spelling[word] = meant
        understood.append(phrase)
    return tuple(understood), spelling


def respelt(phrases: Sequence[Phrase], spelling: Mapping[str, list[str]]) -> tuple[Phrase, ...]:
    """The phrases with what an answer says that misspelt words were taken for."""
    meant = [spelling.get(doubtful(phrase) or "") for phrase in phrases]
    return tuple(
        phrase if words is None else replace(phrase, meant=tuple(words))
        for phrase, words in zip(phrases, meant, strict=True)
    )


def doubtful(phrase: Phrase) -> str | None:
    """The word of a phrase that may be misspelt: one alone, without quotes, of letters only, and long enough."""
    parts = phrase.parts
    fits = phrase.open and len(parts) == 1 and len(parts[0]) >= SHORTEST and parts[0].isalpha()
    return parts[0] if fits else None


def reach(word: str) -> int:
    """How many letters may be wrong: inserted, left out, replaced, or swapped with their neighbour."""
    return 1 if len(word) < LONG else 2


def taken_for(word: str, vocabulary: Iterable[str]) -> list[str]:
    """The words of `vocabulary` at the smallest distance within reach, sorted."""
    near = within_reach(word, vocabulary)
    closest = min(near.values(), default=0)
    return sorted(found for found, distance in near.items() if distance == closest)


def within_reach(word: str, vocabulary: Iterable[str]) -> dict[str, int]:
    """The words of `vocabulary` within reach of `word`, with their distance (optimal string alignment)."""
    near = process.extract(word, set(vocabulary), scorer=OSA.distance, score_cutoff=reach(word), limit=None)
    return {found: distance for found, distance, _ in near}
