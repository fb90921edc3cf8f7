"""Groups of near-duplicates are what pairs of near pictures join: by bands and step by step as by comparing all."""

from uuid import UUID

import numpy as np
import pytest

from pixplore.duplicates import LEAST_LIKENESS, MOST_BITS, Group, groups, groups_beside
from pixplore.errors import Invalid
from pixplore.finding import Hashed
from pixplore.likeness import likeness


def drawn(seed: int, count: int) -> tuple[Hashed, dict[UUID, bytes]]:
    """Families of near hashes, some of whose pictures look alike."""
    chance = np.random.default_rng(seed)
    hashes, rows = [], []
    looks = chance.standard_normal((count // 8 + 1, 256))
    for _ in range(count):
        value = int(chance.integers(0, 2**64, dtype=np.uint64))
        if hashes and chance.random() < 0.8:
            value = hashes[int(chance.integers(len(hashes)))] & (2**64 - 1)
            for bit in chance.choice(64, int(chance.integers(0, 9)), replace=False):
                value ^= 1 << int(bit)
        hashes.append(value)
        row = looks[chance.integers(len(looks))] + 0.5 * chance.standard_normal(256)
        rows.append((row / np.linalg.norm(row)).astype("<f2").tobytes())
    ids = [UUID(int=int(n) + 1) for n in chance.permutation(count)]
    packed = np.frombuffer(b"".join(i.bytes for i in ids), np.uint8).reshape(-1, 16)
    known = {i: row for i, row in zip(ids, rows, strict=True) if i.int % 11}
    return Hashed(packed, chance.integers(0, 50, count), np.array(hashes, np.uint64).view(np.int64)), known


def joined(found: Hashed, known: dict[UUID, bytes], mine: set[UUID] | None = None) -> list[Group]:
    """Pairs of which neither is `mine` do not count."""
    ids = [UUID(bytes=one.tobytes()) for one in found.ids]
    group_of = {i: {i} for i in ids if i in known}
    for n, one in enumerate(ids):
        for m in range(n):
            if mine is not None and not {one, ids[m]} & mine:
                continue
            apart = (int(found.hashes[n]) ^ int(found.hashes[m])) & (2**64 - 1)
            if one in known and ids[m] in known and apart.bit_count() <= MOST_BITS:
                if likeness(known[one], known[ids[m]])[0] < LEAST_LIKENESS:
                    continue
                both = group_of[one] | group_of[ids[m]]
                group_of |= dict.fromkeys(both, both)
    when = {i: (int(at), n) for n, (i, at) in enumerate(zip(ids, found.created, strict=True))}
    made = {frozenset(group) for group in group_of.values() if len(group) > 1}
    out = [
        Group(
            tuple(sorted(group, key=lambda i: (mine is not None and i not in mine, when[i]))),
            len(group if mine is None else group & mine),
        )
        for group in made
    ]
    return sorted(out, key=lambda group: (-len(group.ids), group.ids[0]))


@pytest.mark.parametrize("seed", range(6))
def test_as_comparing_all_with_all(seed: int) -> None:
    found, known = drawn(seed, 160)
    made = groups(found, lambda ids: {i: known[i] for i in ids if i in known})
    assert made == joined(found, known)
    assert len(made) > 3


@pytest.mark.parametrize("seed", range(6))
def test_some_beside_all_as_comparing_them_with_all(seed: int) -> None:
    whole, known = drawn(seed, 160)
    rows = np.random.default_rng(seed).choice(160, 60, replace=False)
    found = Hashed(whole.ids[rows], whole.created[rows], whole.hashes[rows])
    mine = {UUID(bytes=one.tobytes()) for one in found.ids}
    made = groups_beside(found, whole, lambda ids: {i: known[i] for i in ids if i in known})
    assert made == joined(whole, known, mine)
    assert made
    assert all(set(group.ids) & mine and group.ids[0] in mine for group in made)
    none = Hashed(whole.ids[:0], whole.created[:0], whole.hashes[:0])
    assert groups_beside(none, whole, lambda ids: {}) == []


@pytest.mark.parametrize("own", [1, 3, 4, 5, 9, 10])
def test_what_is_shown_of_a_group_has_one_of_the_others(own: int) -> None:
    group = Group(tuple(UUID(int=n) for n in range(10)), own)
    shown = [i.int for i in group.first(4)]
    assert (len(shown), shown[0], shown == sorted(shown)) == (4, 0, True)
    assert any(n >= own for n in shown) == (own < 10)
    assert shown[:3] == [0, 1, 2]
    assert group.first(20) == group.ids


def test_many_copies_of_one_picture_are_quickly_one_group() -> None:
    count = 5_000
    ids = np.frombuffer(b"".join(UUID(int=n).bytes for n in range(count)), np.uint8).reshape(-1, 16)
    same = (np.ones(256) / 16).astype("<f2").tobytes()
    found = Hashed(ids, np.arange(count), np.full(count, 7))
    (group,) = groups(found, lambda asked: dict.fromkeys(asked, same))
    assert [i.int for i in group.ids] == list(range(count))


def test_too_many_are_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    found, known = drawn(1, 160)
    monkeypatch.setattr("pixplore.duplicates.MOST_LOOKS", 10)
    with pytest.raises(Invalid, match="Narrow the filters"):
        groups(found, lambda ids: {i: known[i] for i in ids if i in known})
