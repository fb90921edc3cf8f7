"""The loops behind pixplore.index.text, compiled. Arrays only; see there for what they hold.

A posting is `row << 4 | sections`, a bit for each of the sections A-D that has the word. A token is
`word << 3 | section << 1 | begins`, `begins` for the first word of a value. Both are uint32.
"""

from typing import Any

import numpy as np

from pixplore.index.compiled import compiled, ones

END_OF_VALUE, END_OF_SECTION = 0, 1
_LAST_SECTION = 3


@compiled
def count(codes: Any, offsets: Any, uses: Any, places: Any) -> None:
    """Fill `uses` (rows that have each word) and `places` (where the tokens of each row begin)."""
    seen = np.full(len(uses), -1, np.int32)
    for row in range(len(offsets) - 1):
        kept, run = 0, 0
        for at in range(offsets[row], offsets[row + 1]):
            word = codes[at]
            if word > END_OF_SECTION:
                run += 1
                if seen[word] != row:
                    seen[word] = row
                    uses[word] += 1
            else:
                kept += run if run > 1 else 0
                run = 0
        kept += run if run > 1 else 0
        places[row + 1] = places[row] + kept


@compiled
def fill(codes: Any, offsets: Any, first: Any, postings: Any, tokens: Any) -> None:
    """Write postings and tokens; `tokens` has one place more than count() found."""
    free = first[:-1].copy()
    to = 0
    for row in range(len(offsets) - 1):
        section, begin = 0, to
        for at in range(offsets[row], offsets[row + 1]):
            word = np.int64(codes[at])
            if word > END_OF_SECTION:
                slot = free[word]
                if slot > first[word] and postings[slot - 1] >> 4 == row:
                    postings[slot - 1] |= np.uint32(1 << section)
                else:
                    postings[slot] = np.uint32(row << 4 | 1 << section)
                    free[word] = slot + 1
                tokens[to] = np.uint32(word << 3 | section << 1 | (1 if to == begin else 0))
                to += 1
            else:
                if to - begin == 1:  # a value of one word has nothing beside it: its posting says it all
                    to = begin
                begin = to
                if word == END_OF_SECTION and section < _LAST_SECTION:
                    section += 1
        if to - begin == 1:
            to = begin


@compiled
def mark_postings(postings: Any, begin: int, end: int, bits: Any) -> None:
    for at in range(begin, end):
        row = np.int64(postings[at] >> 4)
        bits[row >> 6] |= np.uint64(1) << np.uint64(row & 63)


@compiled
def mark_rows(rows: Any, bits: Any) -> None:
    for row in rows:
        bits[row >> 6] |= np.uint64(1) << np.uint64(row & 63)


@compiled
def raise_ranks(postings: Any, begin: int, end: int, below: int, best: Any) -> None:
    """Postings begin..end make their rows worth what their first section is, less `below`: 8, 6, 4, 2 from A to D."""
    for at in range(begin, end):
        posting = np.int64(postings[at])
        rank = (8 if posting & 1 else 6 if posting & 2 else 4 if posting & 4 else 2) - below
        if rank > best[posting >> 4]:
            best[posting >> 4] = rank


@compiled
def distinct(postings: Any, begin: int, end: int, bits: Any) -> Any:
    """Each row of postings begin..end once, rising, as postings that name every section. `bits` are 0, and left so."""
    found = 0
    for at in range(begin, end):
        row = np.int64(postings[at] >> 4)
        bit = np.uint64(1) << np.uint64(row & 63)
        found += 0 if bits[row >> 6] & bit else 1
        bits[row >> 6] |= bit
    out = np.empty(found, np.uint32)
    found = 0
    for word in range(len(bits)):
        if bits[word]:
            for place in range(64):
                if (bits[word] >> np.uint64(place)) & np.uint64(1):
                    out[found] = np.uint32((word * 64 + place) << 4 | 15)
                    found += 1
            bits[word] = np.uint64(0)
    return out


@compiled
def common(few: Any, many: Any) -> Any:
    """The postings of `few` whose row is in `many` in one of the same sections."""
    out = np.empty(len(few), np.uint32)
    found, at = 0, 0
    for one in few:
        row = one >> 4
        step = 1
        while at + step < len(many) and many[at + step] >> 4 < row:
            at += step
            step *= 2
        high = min(at + step, len(many))
        while at < high:
            middle = (at + high) // 2
            if many[middle] >> 4 < row:
                at = middle + 1
            else:
                high = middle
        if at == len(many):
            break
        if many[at] >> 4 == row and one & many[at] & np.uint32(15):
            out[found] = one & (many[at] | np.uint32(0xFFFFFFF0))
            found += 1
    return out[:found]


@compiled
def followed(candidates: Any, places: Any, tokens: Any, wanted: Any, low: int, high: int, exact: int) -> Any:
    """Of the candidates (postings) the rows where the `wanted` words follow one another and then one of low..high.

    With their ranks: 8, 6, 4, 2 for the sections A to D, one less where the last word is not `exact`.
    """
    rows = np.empty(len(candidates), np.int32)
    ranks = np.empty(len(candidates), np.uint8)
    found, more = 0, len(wanted)
    for candidate in candidates:
        row = np.int64(candidate >> 4)
        best = 0
        for at in range(np.int64(places[row]), np.int64(places[row + 1]) - more):
            if np.int64(tokens[at] >> 3) != wanted[0]:
                continue
            fits = True
            for i in range(1, more):
                token = np.int64(tokens[at + i])
                if token >> 3 != wanted[i] or token & 1:
                    fits = False
                    break
            last = np.int64(tokens[at + more])
            if fits and not last & 1 and low <= last >> 3 < high:
                rank = int(8 - 2 * (last >> 1 & 3) - (0 if last >> 3 == exact else 1))
                best = max(best, rank)
        if best:
            rows[found] = row
            ranks[found] = best
            found += 1
    return rows[:found], ranks[:found]


@compiled
def raise_rows(rows: Any, ranks: Any, best: Any) -> None:
    for at in range(len(rows)):
        if ranks[at] > best[rows[at]]:
            best[rows[at]] = ranks[at]


@compiled
def add_ranks(rows: Any, best: Any, complete: Any, begun: Any, total: Any) -> None:
    """Add to `total` what each of `rows` is worth: by its words or, 6 and 5, by a label. Bits may be empty."""
    for at in range(len(rows)):
        row = rows[at]
        rank = np.int32(best[row])
        if len(complete) and rank < 6 and (complete[row >> 6] >> np.uint64(row & 63)) & np.uint64(1):
            rank = np.int32(6)
        if len(begun) and rank < 5 and (begun[row >> 6] >> np.uint64(row & 63)) & np.uint64(1):
            rank = np.int32(5)
        total[at] += rank


@compiled
def any_alive(postings: Any, begin: int, end: int, alive: Any) -> bool:
    """Whether one of the postings is of a row that `alive` (a bit a row) names."""
    for at in range(begin, end):
        row = np.int64(postings[at] >> 4)
        if (alive[row >> 6] >> np.uint64(row & 63)) & np.uint64(1):
            return True
    return False


@compiled
def within_reach(blob: Any, offsets: Any, first: Any, postings: Any, alive: Any, key: Any, most: int) -> Any:
    """Words of living rows that may be at most `most` edits away from `key`, judged by length and by their letters.

    One edit changes the length by one at most, and adds and takes one letter at most: none is missed.
    """
    long, has = _letters(key, 0, len(key))
    out = np.empty(len(offsets) - 1, np.int64)
    found = 0
    for word in range(END_OF_SECTION + 1, len(offsets) - 1):
        begin, end = offsets[word], offsets[word + 1]
        if end - begin < long - most or end - begin > 4 * (long + most):
            continue
        size, have = _letters(blob, begin, end)
        if (
            abs(size - long) <= most
            and ones(has & ~have) <= most
            and ones(have & ~has) <= most
            and any_alive(postings, first[word], first[word + 1], alive)
        ):
            out[found] = word
            found += 1
    return out[:found]


@compiled
def _letters(text: Any, begin: int, end: int) -> Any:
    """How many characters UTF-8 text has, and which, each as one of 64 bits."""
    size, have, at = 0, np.uint64(0), begin
    while at < end:
        byte = np.int64(text[at])
        more = 0 if byte < 0x80 else 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
        last = np.int64(text[min(at + more, end - 1)])
        have |= np.uint64(1) << np.uint64(last & 63)  # the last byte holds the character's lowest six bits
        size += 1
        at += more + 1
    return size, have
