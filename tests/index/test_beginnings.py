"""Values that begin as it was typed, in any language, against Python's own answer value by value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixplore.finding import begins
from pixplore.index import facets
from pixplore.index.beginnings import _inside_words, beginning, lowered
from pixplore.index.lexicon import Lexicon
from pixplore.index.strings import Strings, strings

TEXTS = st.lists(
    st.text(st.sampled_from("aAzÄäßẞΣσςİıéǅ中०²_ -.·'\u0301\U0001f600\U00010400\ud800\0"), max_size=8)
    | st.text(max_size=6),
    max_size=12,
    unique=True,
)


@settings(deadline=None, max_examples=400)
@given(
    texts=TEXTS, prefix=st.text(st.sampled_from("aäsßσςi\u0307é中_ \U00010428"), min_size=1, max_size=2), data=st.data()
)
def test_as_python_says(texts: list[str], prefix: str, data: st.DataObject) -> None:
    if texts and data.draw(st.booleans()):
        one = data.draw(st.sampled_from(texts)).lower()
        start = data.draw(st.integers(0, len(one)))
        prefix = one[start : start + 2] or prefix
    base = strings(sorted(texts))
    for any_word in (False, True):
        found = beginning(base, lowered(base), prefix.lower(), any_word)
        assert found.tolist() == [begins(text, prefix.lower(), any_word) for text in base]


@pytest.mark.parametrize("part", [1, 3, 20_000])
def test_part_by_part_and_in_the_middle_of_a_block(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixplore.index.beginnings._PART", part)
    texts = ["", "ΟΔΟΣ", "plain", "ΣΑΣ ΣΑΣ", "ÄRMEL", "zwei ÄRMEL", "İzmir", "null\0ÄR", "5Ä"]
    whole = strings(["before", *sorted(texts), "behind"])
    base = Strings(whole.blob, whole.offsets[1:-1])  # as one attribute's values lie among those of all
    small = lowered(base)
    assert [base[place].lower() for place in small.places] == list(small.texts)
    assert len(small.texts) == sum(not text.isascii() for text in texts)
    found = beginning(base, small, "är", True)
    assert [text for text, holds in zip(base, found, strict=True) if holds] == ["null\0ÄR", "zwei ÄRMEL", "ÄRMEL"]


def test_values_of_a_base_are_never_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Lexicon(strings(sorted(f"Größe {n} Ärmel" for n in range(500))))
    known.code("Später ärmellos")
    looked: list[str] = []

    def counted(value: str, *typed: object) -> bool:
        looked.append(value)
        return begins(value, *typed)

    monkeypatch.setattr(facets, "begins", counted)
    found = facets._beginning(np.ones(501, np.int64), known.text, facets.Typed("ärm", True), known)
    assert (found.sum(), looked) == (501, ["Später ärmellos"])


def test_every_code_point_is_told_as_python_tells_it() -> None:
    assert np.array_equal(_inside_words(), [chr(code).isalnum() for code in range(0x110000)])
