"""Words of images: which images say a phrase, how well, and what a misspelt word was meant to be.

Beside the words of a segment it keeps, a word being its place in the vocabulary:
`first`, `postings`: postings[first[w]:first[w + 1]] are the rows that say word w, rising, with their sections;
`places`, `tokens`: tokens[places[r]:places[r + 1]] are the words of row r's values of two words and more, in order.
All that begins with the same letters lies together in the vocabulary, so a prefix is one run of postings.
Queries touch these and the vocabulary only, not the words' own codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pixplore.index import text_kernels as kernels
from pixplore.index.arrays import Array, Bits, Words
from pixplore.index.strings import Strings, encoded
from pixplore.spelling import reach, respelt, spelt
from pixplore.words import Phrase

MAX_ROWS, MAX_WORDS = 2**28, 2**29
"""A posting has 28 bits for its row, a token 29 for its word."""
_NONE = np.zeros(0, np.uint64)
_CLOSED = 0
_BY_PREFIX = 1


@dataclass(frozen=True, slots=True)
class _Form:
    """A run of words that answers a phrase: those before the last, and the last as one of low..high of the words.

    `exact` is the last word as it was typed, -1 where no row says it.
    """

    before: tuple[int, ...]
    low: int
    high: int
    exact: int


def build_postings(words: Words) -> dict[str, Array]:
    """Postings and tokens of a segment's words. About 90 MB for a million images of 15 words, and as much to build."""
    size = len(words.vocabulary)
    if len(words) > MAX_ROWS or size > MAX_WORDS:
        raise ValueError("A segment holds at most 268 million images and 536 million words.")
    uses = np.zeros(size, np.uint32)
    places = np.zeros(len(words) + 1, np.int64)
    kernels.count(words.codes, words.offsets, uses, places)
    first = np.zeros(size + 1, np.int64)
    np.cumsum(uses, out=first[1:])
    postings = np.empty(first[-1], np.uint32)
    tokens = np.empty(places[-1] + 1, np.uint32)
    kernels.fill(words.codes, words.offsets, first, postings, tokens)
    return {"first": first, "postings": postings, "places": places, "tokens": tokens[:-1]}


def match(
    words: Words,
    text: Mapping[str, Array],
    phrases: Sequence[Phrase],
    spelling: Mapping[str, list[str]],
    by_label: Sequence[Bits] | None,
) -> Bits:
    """The rows that answer all phrases; `by_label[i]` are those that phrase i finds by a label they carry."""
    found: Bits | None = None
    for number, phrase in enumerate(respelt(phrases, spelling)):
        bits = np.zeros((len(words) + 63) // 64, np.uint64)
        if by_label is not None:
            bits |= by_label[number]
        for form in _forms(words.vocabulary, phrase):
            if not form.before:
                begin, end = text["first"][form.low], text["first"][form.high]
                kernels.mark_postings(text["postings"], begin, end, bits)
            else:
                kernels.mark_rows(_followed(len(words), text, form)[0], bits)
        found = bits if found is None else found & bits
    return _every(len(words)) if found is None else found


def rank(
    words: Words,
    text: Mapping[str, Array],
    phrases: Sequence[Phrase],
    spelling: Mapping[str, list[str]],
    by_label: Sequence[tuple[Bits, Bits]] | None,
    rows: Array,
) -> Array:
    """int32 for each of `rows` (int32, rising): the sum over the phrases of the best place each is found at.

    Section A counts 8 where the words are complete and 7 where the last one goes on; B 6 and 5, as do labels
    (`by_label[i]`: rows with a label that says phrase i completely, and by prefix); C 4 and 3, D 2 and 1.
    """
    total = np.zeros(len(rows), np.int32)
    for number, phrase in enumerate(respelt(phrases, spelling)):
        best = np.zeros(len(words), np.uint8)
        for form in _forms(words.vocabulary, phrase):
            if form.before:
                kernels.raise_rows(*_followed(len(words), text, form), best)
                continue
            begin, end = text["first"][form.low], text["first"][form.high]
            complete = begin
            if form.exact == form.low:  # what was typed sorts before all that goes on
                complete = text["first"][form.low + 1]
                kernels.raise_ranks(text["postings"], begin, complete, _CLOSED, best)
            kernels.raise_ranks(text["postings"], complete, end, _BY_PREFIX, best)
        labels = (_NONE, _NONE) if by_label is None else by_label[number]
        kernels.add_ranks(rows, best, labels[0], labels[1], total)
    return total


def spelling(
    parts: Sequence[tuple[Words, Mapping[str, Array], Bits]], phrases: Sequence[Phrase]
) -> dict[str, list[str]]:
    """What misspelt words are taken for: typed -> words, sorted. The bits of a part are the rows that count."""

    def begins(word: str) -> bool:
        for words, text, alive in parts:
            low, high = words.vocabulary.beginning(word)
            if kernels.any_alive(text["postings"], text["first"][low], text["first"][high], alive):
                return True
        return False

    def near(word: str) -> list[str]:
        found: list[str] = []
        for words, text, alive in parts:
            known, key = words.vocabulary, np.frombuffer(encoded(word), np.uint8)
            places = kernels.within_reach(
                known.blob, known.offsets, text["first"], text["postings"], alive, key, reach(word)
            )
            found += [known[place] for place in places]
        return found

    return spelt(phrases, begins, near)[1]


def _forms(vocabulary: Strings, phrase: Phrase) -> list[_Form]:
    """The runs that answer `phrase`, as places in the vocabulary; those that no row can say are left out."""
    goes_on = phrase.open and phrase.meant is None
    forms = []
    for parts in phrase.forms:
        before = tuple(vocabulary.find(part) for part in parts[:-1])
        exact = vocabulary.find(parts[-1])
        low, high = vocabulary.beginning(parts[-1]) if goes_on else (exact, exact + 1)
        if -1 not in before and 0 <= low < high:
            forms.append(_Form(before, low, high, exact))
    return forms


def _followed(count: int, text: Mapping[str, Array], form: _Form) -> tuple[Array, Array]:
    """Rows, rising, that say the form's words one after another, and their ranks."""
    first, postings = text["first"], text["postings"]
    lists = [postings[first[word] : first[word + 1]] for word in form.before]
    begin, end = first[form.low], first[form.high]
    if form.high - form.low == 1:
        lists.append(postings[begin:end])
    elif end - begin < min(map(len, lists)):  # the last word is the rare one
        lists.append(kernels.distinct(postings, begin, end, np.zeros((count + 63) // 64, np.uint64)))
    lists.sort(key=len)
    candidates = lists[0]
    for other in lists[1:]:
        candidates = kernels.common(candidates, other)
    wanted = np.array(form.before, np.int64)
    found: tuple[Array, Array] = kernels.followed(
        candidates, text["places"], text["tokens"], wanted, form.low, form.high, form.exact
    )
    return found


def _every(count: int) -> Bits:
    bits = np.full((count + 63) // 64, 2**64 - 1, np.uint64)
    if count % 64:
        bits[-1] = (1 << count % 64) - 1
    return bits
