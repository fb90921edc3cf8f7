"""How text becomes words, the same for what is stored and what is asked: folded, split, with positions.

`red_Shoe-42EU.jpg` gives red, shoe, 42, eu, jpg (and 42eu as a whole): accents and case are folded, names are split
at punctuation, at the border of letters and digits, and where camelCase turns.
"""

import re
import unicodedata
from dataclasses import dataclass

_SPECIAL = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae",
                          "œ": "oe", "Œ": "Oe", "ı": "i", "İ": "I"})  # fmt: skip
# Characters of these scripts are words by themselves: nothing separates words there.
_SINGLE = r"[\u2e80-\u2fdf\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_RUN = re.compile(rf"{_SINGLE}|(?:(?!{_SINGLE})[^\W_])+|[\u2190-\u2bff\U0001f000-\U0001faff]")
_PART = re.compile(r"\d+|\D+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
MAX_WORD_CHARS = 200


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits: the whole of it, folded, and the parts it falls into."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow one another; `open` if the last may go on (a prefix)."""

    words: tuple[Word, ...]
    open: bool

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(part for word in self.words for part in word.parts)


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
    """What a person typed, as phrases that must all be found: quoted ones as they stand, the rest by prefix.

    `red "running shoe" AB-12` asks for red..., exactly running shoe, and ab followed by 12...
    """
    phrases = []
    for quoted, loose in re.findall(r'"([^"]*)"|([^\s"]+)', q):
        if found := words(quoted or loose):
            phrases.append(Phrase(found, open=not quoted))
    return tuple(phrases)


def tsquery(phrases: tuple[Phrase, ...]) -> str:
    """PostgreSQL's tsquery text for all of `phrases`; every word is quoted, so nothing in it is an operator."""
    return " & ".join(_phrase(phrase) for phrase in phrases)


def _phrase(phrase: Phrase) -> str:
    mark = ":*" if phrase.open else ""
    followed = " <-> ".join(_lexeme(part) for part in phrase.parts) + mark
    if len(phrase.words) == 1 and len(phrase.parts) > 1 and phrase.open:
        return f"({followed} | {_lexeme(phrase.words[0].whole)}{mark})"
    return f"({followed})"


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def found_in(phrase: Phrase, text: str) -> bool:
    """Whether `text`, stored as a document, answers `phrase`: the same rule as tsquery's, in Python."""
    have = words(text)
    places = [{part} for word in have for part in word.parts]
    at = 0
    for word in have:  # the whole of a word stands where its first part does
        places[at].add(word.whole)
        at += len(word.parts)
    wanted = [{part} for part in phrase.parts]
    if phrase.open and len(phrase.words) == 1:
        last = phrase.words[0].whole
        if any(name.startswith(last) for names in places for name in names):
            return True
    return any(
        all(
            any(name.startswith(part) if phrase.open and offset == len(wanted) - 1 else name == part for name in names)
            for offset, (names, (part,)) in enumerate(zip(places[start:], wanted, strict=False))
        )
        for start in range(len(places) - len(wanted) + 1)
    )
