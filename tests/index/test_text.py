"""Phrases, ranks and misspelt words by the index agree with the plain definition: pieces of stored text."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from pixplore.index.segment import Words
from pixplore.index.strings import strings
from pixplore.index.text import build_postings, match, rank, spelling
from pixplore.spelling import respelt
from pixplore.words import SECTION_END, VALUE_END, Phrase, asked, document

TEXTS = st.lists(
    st.sampled_from(["red", "re", "redShoe", "shoe", "shoes", "sneaker", "sneakers", "42eu", "42", "eu", "straße", "靴",
                     "été", "sn", "x"]),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip
ROW = st.lists(st.lists(TEXTS, max_size=3), min_size=4, max_size=4)
ASKED = st.one_of(
    TEXTS,
    TEXTS.map(lambda text: text[:-1]),
    TEXTS.map(lambda text: f'"{text}"'),
    st.sampled_from(
        ["sneeker", "snaeker", "sneakeers", "schoes", "42e", "red-sh", "redsh", '"red shoe', "zzzzz", "re s"]
    ),
)


def as_words(documents: list[str]) -> Words:
    split = [
        [token for part in _marked(text) for token in (part.split(" ") if part not in "\n\x1f" else [part]) if token]
        for text in documents
    ]
    vocabulary = sorted({VALUE_END, SECTION_END}.union(*split))
    place = {word: number for number, word in enumerate(vocabulary)}
    codes = np.array([place[token] for row in split for token in row], np.int32)
    offsets = np.cumsum([0, *map(len, split)], dtype=np.int64)
    return Words(codes, offsets, strings(vocabulary))


def _marked(text: str) -> list[str]:
    return [part for part in text.replace("\n", "|\n|").replace("\x1f", "|\x1f|").split("|") if part]


def bits_of(rows: set[int], count: int) -> np.ndarray:
    marks = np.zeros((count + 63) // 64 * 64, bool)
    marks[list(rows)] = True
    return np.packbits(marks, bitorder="little").view(np.uint64)


def rows_of(bits: np.ndarray, count: int) -> set[int]:
    marks = np.unpackbits(bits.view(np.uint8), bitorder="little")
    assert not marks[count:].any()
    return set(np.nonzero(marks)[0].tolist())


def worth(document: str, phrase: Phrase) -> int:
    for at, section in enumerate(document.split(SECTION_END)):
        if any(piece in section for piece in phrase.complete):
            return 8 - 2 * at
        if any(piece in section for piece in phrase.begun):
            return 7 - 2 * at
    return 0


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(ROW, min_size=1, max_size=80),
    q=st.lists(ASKED, min_size=1, max_size=3).map(" ".join),
    chosen=st.randoms(use_true_random=False),
)
def test_as_the_plain_definition(rows: list[list[list[str]]], q: str, chosen: object) -> None:
    documents = [document(sections) for sections in rows]
    count, phrases = len(documents), asked(q)
    alive = {row for row in range(count) if chosen.random() < 0.8}
    labelled = [({row for row in range(count) if chosen.random() < 0.1}, {0} if chosen.random() < 0.1 else set())
                for _ in phrases]  # fmt: skip
    words = as_words(documents)
    text = build_postings(words)

    known = {word for row in alive for part in _marked(documents[row]) for word in part.split(" ")} - {"", "\n", "\x1f"}
    meant = {}
    for phrase in phrases:
        (word, *more) = phrase.parts
        if phrase.open and not more and len(word) >= 5 and word.isalpha():
            near = sorted((OSA.distance(word, other), other) for other in known)
            reach = 1 if len(word) < 8 else 2
            if not any(other.startswith(word) for other in known) and near and near[0][0] <= reach:
                meant[word] = [other for distance, other in near if distance == near[0][0]]
    assert spelling([(words, text, bits_of(alive, count))], phrases) == meant

    both = [(bits_of(complete, count), bits_of(begun, count)) for complete, begun in labelled]
    expected = {}
    for row in range(count):
        marks = [
            max(worth(documents[row], phrase), 6 if row in complete else 5 if row in begun else 0)
            for phrase, (complete, begun) in zip(respelt(phrases, meant), labelled, strict=True)
        ]
        if all(marks):
            expected[row] = sum(marks)
    found = match(words, text, phrases, meant, [complete | begun for complete, begun in both])
    assert rows_of(found, count) == set(expected)
    ordered = np.array(sorted(expected), np.int32)
    assert rank(words, text, phrases, meant, both, ordered).tolist() == [expected[row] for row in ordered]


def test_a_misspelt_word_is_looked_for_in_every_part() -> None:
    parts = []
    for name in ("blue sneaker", "sneakerz", "gone sneeker"):
        words = as_words([document([[name], [], [], []])])
        parts.append((words, build_postings(words), bits_of(set() if "gone" in name else {0}, 1)))
    assert spelling(parts, asked("sneeker")) == {"sneeker": ["sneaker"]}
    assert spelling(parts, asked("sneakers")) == {"sneakers": ["sneaker", "sneakerz"]}
    assert spelling(parts, asked('"sneeker" snea shoe blu')) == {}
