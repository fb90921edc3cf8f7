"""Whether who holds a token is still who it says: Cognito's own word, at most a minute old.

A token holds until it expires, whatever becomes of its person meanwhile. So whoever lets people in asks Cognito who
stands behind the token now, and keeps the answer for a while: reads and writes cost a look into a table.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from hashlib import sha256

from pixplore.domain import Person
from pixplore.errors import PixploreError, Unauthenticated, Unavailable

FRESH_S = 50.0
"""Cognito's word is taken for so long; with the asking itself, what changes there counts here within a minute."""
AHEAD_S = 20.0
"""In use, it is asked for anew so long before that, in the background: nobody waits."""
AWAY_S = 900.0
"""While Cognito does not answer, its last word is taken for so long; of who was refused, that word stays."""
PATIENCE_S = 8.0
"""Nobody waits longer for an answer, and the next RETRY_S nobody waits at all."""
RETRY_S = 5.0
_MOST = 10_000


@dataclass(slots=True)
class _Word:
    """What was heard of one token; times as `time.monotonic`."""

    person: Person | None = None
    asked: float = float("-inf")
    out: bool = False
    not_before: float = float("-inf")
    asking: Future[None] | None = None

    def holds(self, seconds: float) -> bool:
        return time.monotonic() - self.asked < seconds


class Standing:
    """`ask(token)` says for whom a token stands now; raises Unauthenticated where it is taken no longer, and other
    PixploreErrors where nobody can tell. Tokens are known by their digests. Any thread may use it.

    `ahead` 0: nothing runs in the background, for programs that are stopped between two calls.
    """

    def __init__(self, ask: Callable[[str], Person], ahead: float = AHEAD_S) -> None:
        self._ask, self._ahead = ask, ahead
        self._words: dict[bytes, _Word] = {}
        self._lock = threading.Lock()
        self._askers = ThreadPoolExecutor(4, "standing")

    def at_once(self, token: str) -> Person | None:
        """The person where nothing has to be waited for."""
        word = self._words.get(_digest(token))
        if word is None or word.out:
            return None
        if self._ahead and not word.holds(FRESH_S - self._ahead):
            self._begin(word, token)
        return word.person if word.holds(FRESH_S) or (_now() < word.not_before and word.holds(AWAY_S)) else None

    def of(self, token: str, meanwhile: Person | None = None) -> Person:
        """The person, by Cognito's word. `meanwhile`: whom to take the token for where Cognito never spoke of it and
        does not answer. Raises Unauthenticated, Unavailable.
        """
        if (found := self.at_once(token)) is not None:
            return found
        word = self._word(token)
        if not word.out and (asking := self._begin(word, token)):
            try:
                asking.result(PATIENCE_S)
            except TookTooLong:
                word.not_before = _now() + RETRY_S
        if word.out:
            raise Unauthenticated("Your session is over. Sign in again.")
        person = word.person if word.holds(AWAY_S) else None if word.person else meanwhile
        if person is None:
            raise Unavailable("Sign-ins cannot be checked right now. Try again in a moment.")
        return person

    def _word(self, token: str) -> _Word:
        with self._lock:
            if len(self._words) >= _MOST:  # who was refused is remembered the longest
                self._words = {digest: word for digest, word in self._words.items() if word.out or word.asking}
            if len(self._words) >= _MOST:
                self._words = {}
            return self._words.setdefault(_digest(token), _Word())

    def _begin(self, word: _Word, token: str) -> Future[None] | None:
        """The asking under way, begun if it has to be; None while it is too early to try again."""
        with self._lock:
            if word.asking is None and _now() >= word.not_before:
                word.asking = self._askers.submit(self._hear, word, token)
            return word.asking

    def _hear(self, word: _Word, token: str) -> None:
        began = _now()
        try:
            word.person = self._ask(token)
            word.asked = began
        except Unauthenticated:
            word.out = True
        except PixploreError:
            word.not_before = _now() + RETRY_S
        finally:
            with self._lock:
                word.asking = None


def _now() -> float:
    return time.monotonic()


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
