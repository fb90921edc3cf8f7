"""How text becomes words, the same for what is stored and what is asked: folded and split.

`red_Shoe-42EU.jpg` gives red, shoe, 42, eu, jpg (and 42eu as a whole): accents and case are folded, names are split
at punctuation, at the border of letters and digits, and where camelCase turns.

What is stored is text as well: a value is its words between spaces, ` red shoe 42 eu jpg `, and each word of several
parts stands behind it as a value of its own, ` 42eu `. So a phrase is found as a piece of text, and never across two
values: ` red sh` where its last word may go on, ` red shoe ` where it may not.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae",
                          "œ": "oe", "Œ": "Oe", "ı": "i", "İ": "I"})  # fmt: skip
# Characters of these scripts are words by themselves: nothing separates words there.
_SINGLE = r"[\u2e80-\u2fdf\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_RUN = re.compile(rf"{_SINGLE}|(?:(?!{_SINGLE})[^\W_])+|[\u2190-\u2bff\U0001f000-\U0001faff]")
_PART = re.compile(r"\d+|\D+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ASCII_RUN = re.compile(r"[A-Za-z0-9]+")
_ASCII_PART = re.compile(r"[0-9]+|[A-Z]+[a-z]*|[a-z]+")
MAX_WORD_CHARS = 200
VALUE_END = "\n"
SECTION_END = "\x1f"


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits: the whole of it, folded, and the parts it falls into."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow one another; `open` if the last may go on (a prefix).

    `meant`: the words that a misspelt one is taken for, each complete; None for a phrase that stands as typed.
    """

    words: tuple[Word, ...]
    open: bool
    meant: tuple[str, ...] | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(part for word in self.words for part in word.parts)

    @property
    def forms(self) -> tuple[tuple[str, ...], ...]:
        """Each a run of words that answers the phrase; none at all answers a word that means nothing."""
        if self.meant is not None:
            return tuple((word,) for word in self.meant)
        if self.open and len(self.words) == 1 and len(self.words[0].parts) > 1:
            return self.parts, (self.words[0].whole,)
        return (self.parts,)

    @property
    def complete(self) -> tuple[str, ...]:
        """The pieces of stored text one of which must be there, every word as it stands."""
        return tuple(f" {' '.join(form)} " for form in self.forms)

    @property
    def begun(self) -> tuple[str, ...]:
        """The same where the last word may go on; empty if it may not."""
        return tuple(f" {' '.join(form)}" for form in self.forms) if self.open and self.meant is None else ()


def words(text: str) -> tuple[Word, ...]:
    plain = fold(text)
    found = []
    for run in _RUN.findall(plain):
        pieces = [piece for camel in _CAMEL.split(run) for piece in _PART.findall(camel)]
        parts = tuple(piece.casefold()[:MAX_WORD_CHARS] for piece in pieces)
        found.append(Word(run.casefold()[:MAX_WORD_CHARS], parts))
    return tuple(found)


def fold(text: str) -> str:
    """Without accents, case kept (camelCase is still to be seen)."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def asked(q: str) -> tuple[Phrase, ...]:
    """What a person typed, as phrases that must all be found, each once: quoted ones as they stand, others by prefix.

    `red "running shoe" AB-12` asks for red..., exactly running shoe, and ab followed by 12...
    """
    phrases = []
    for quoted, loose in re.findall(r'"([^"]*)"|([^\s"]+)', q):
        if found := words(quoted or loose):
            phrases.append(Phrase(found, open=not quoted))
    return tuple(dict.fromkeys(phrases))


def stored(text: str) -> str:
    """One text as the values it is stored as, VALUE_END between them; empty for a text without words."""
    if text.isascii() and len(text) <= MAX_WORD_CHARS:
        return _stored_ascii(text)
    found = words(text)
    if not found:
        return ""
    value = f" {' '.join(part for word in found for part in word.parts)} "
    return VALUE_END.join([value, *(f" {word.whole} " for word in found if len(word.parts) > 1)])


def _stored_ascii(text: str) -> str:
    """The same for most texts there are, at a tenth of the cost: nothing to fold, nothing to cut short."""
    parts = _ASCII_PART.findall(text)
    if not parts:
        return ""
    runs = _ASCII_RUN.findall(text)
    value = f" {' '.join(parts)} "
    if len(runs) != len(parts):
        wholes = (run for run in runs if _ASCII_PART.match(run).end() < len(run))  # type: ignore[union-attr]
        value = VALUE_END.join([value, *(f" {run} " for run in wholes)])
    return value.lower()


_remembered = lru_cache(65_536)(stored)


def remembered(text: str) -> str:
    """`stored`, for texts that come again and again, as tags do and names do not; long ones are not worth it."""
    return _remembered(text) if len(text) <= MAX_WORD_CHARS else stored(text)


def document(sections: Iterable[Iterable[str]]) -> str:
    """The texts of each section (A, B, C, D) as they are stored, SECTION_END between sections."""
    return SECTION_END.join([
        VALUE_END.join([value for text in texts if (value := (remembered(text) if place else stored(text)))])
        for place, texts in enumerate(sections)
    ])  # fmt: skip


def found_in(phrase: Phrase, text: str) -> bool:
    """Whether `text`, once stored, answers `phrase`."""
    have = stored(text)
    return any(piece in have for piece in (*phrase.complete, *phrase.begun))
