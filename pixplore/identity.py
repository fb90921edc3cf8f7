"""Who sends a request: Cognito access tokens, verified. The only place that knows PyJWT.

Taken: RS256 with a key of our own key set, our issuer, `token_use` access, our client, not expired. A token that
brings its own key or an address of one (jwk, jku, x5u, x5c), or asks for an extension (crit), is refused.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import jwt

from pixplore.domain import Person, role_of
from pixplore.errors import Unauthenticated, Unavailable
from pixplore.settings import IdentitySettings
from pixplore.standing import AWAY_S, Standing

REFETCH_S = 60.0
"""The key set is fetched at most this often, however many unknown keys tokens name."""
RETRY_S = 2.0
"""While there is no key set at all, a failed fetch is tried again after this."""
TRUST_S = 300.0
"""A token that was verified is not looked at again for so long, unless it expires."""
_MOST_KNOWN = 10_000
_LEEWAY_S = 5
_FOREIGN = ("jku", "jwk", "x5u", "x5c", "crit")
_MAX_TOKEN_CHARS = 8_192


class KeySet:
    """The issuer's public keys by id, fetched when first needed and again when a token names an unknown one."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._keys: dict[str, Any] = {}
        self._next_fetch = float("-inf")
        self._lock = threading.Lock()

    def key(self, key_id: str) -> Any:
        """The RSA key. Raises Unauthenticated for an unknown id, Unavailable while no keys can be had."""
        with self._lock:
            if key_id not in self._keys and self._clock() >= self._next_fetch:
                self._fetch()
            if not self._keys:
                raise Unavailable("Sign-ins cannot be checked right now. Try again in a moment.")
            if key_id not in self._keys:
                raise Unauthenticated("The token is signed by an unknown key. Sign in again.")
            return self._keys[key_id]

    def _fetch(self) -> None:
        self._next_fetch = self._clock() + (REFETCH_S if self._keys else RETRY_S)
        try:
            answer = httpx.get(self._url, timeout=5, follow_redirects=False).raise_for_status().json()
            keys = {
                one["kid"]: jwt.PyJWK(one, algorithm="RS256").key for one in answer["keys"] if one.get("kty") == "RSA"
            }
        except (httpx.HTTPError, jwt.PyJWTError, ValueError, KeyError, TypeError):
            return  # the keys we have stay good
        if keys:
            self._keys = keys
            self._next_fetch = self._clock() + REFETCH_S


class Verifier:
    """Verifies tokens, each once: what was found holds until the token expires, and TRUST_S seconds at most. Whether
    its person is still who it says is Cognito's word (pixplore/standing.py).

    Tokens are known by their digest. Any thread may use it.
    """

    def __init__(self, settings: IdentitySettings, keys: KeySet, standing: Standing) -> None:
        self._settings, self._keys, self._standing = settings, keys, standing
        self._known: dict[bytes, tuple[Claimed, float]] = {}

    def known(self, token: str) -> Person | None:
        """The person of a token that was verified before and still holds; waits for nobody."""
        found = self._known.get(sha256(token.encode("utf-8", "surrogateescape")).digest())
        return self._standing.at_once(token) if found and time.time() < found[1] else None

    def person(self, token: str) -> Person:
        """Who sends it. While Cognito does not answer, a token given out lately is taken at its word. See `verify`."""
        claimed = self._claimed(token)
        return self._standing.of(token, claimed.person if time.time() - claimed.issued < AWAY_S else None)

    def subject(self, token: str) -> str:
        """Whose token it is, where its signature was found good before, even if it is taken no longer; else nothing."""
        found = self._known.get(sha256(token.encode("utf-8", "surrogateescape")).digest())
        return found[0].person.sub if found else ""

    def told(self, token: str) -> Person:
        """Who sends it, of whom Cognito has spoken: what is written bears their verified e-mail. Raises as `verify`."""
        self._claimed(token)
        return self._standing.of(token)

    def _claimed(self, token: str) -> "Claimed":
        digest = sha256(token.encode("utf-8", "surrogateescape")).digest()
        now = time.time()
        if (found := self._known.get(digest)) and now < found[1]:
            return found[0]
        claimed = _verified(token, self._settings, self._keys)
        if len(self._known) >= _MOST_KNOWN:
            self._known = {digest: one for digest, one in list(self._known.items()) if one[1] > now}
            if len(self._known) >= _MOST_KNOWN:
                self._known = {}
        self._known[digest] = claimed, min(claimed.expires, now + TRUST_S)
        return claimed


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a verified token says; times in seconds since 1970. `person.email` is Cognito's user name."""

    person: Person
    issued: float
    expires: float


def verify(token: str, settings: IdentitySettings, keys: KeySet) -> Person:
    """The person an access token speaks for; `email` is Cognito's user name, as the token holds no address.

    Raises Unauthenticated with a sentence that says why, Unavailable when keys cannot be had.
    """
    return _verified(token, settings, keys).person


def _verified(token: str, settings: IdentitySettings, keys: KeySet) -> Claimed:
    try:
        if len(token) > _MAX_TOKEN_CHARS:
            raise Unauthenticated("The token is too long. Sign in again.")
        header = jwt.get_unverified_header(token)
        key_id = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(key_id, str) or any(name in header for name in _FOREIGN):
            raise Unauthenticated("The token is not signed the way ours are. Sign in again.")
        claims = jwt.decode(
            token,
            keys.key(key_id),
            algorithms=["RS256"],
            issuer=settings.token_issuer,
            leeway=_LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "sub", "token_use", "client_id"], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError as error:
        raise Unauthenticated("The sign-in has expired. Sign in again.") from error
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise Unauthenticated("The token does not hold. Sign in again.") from error
    if claims["token_use"] != "access":  # noqa: S105
        raise Unauthenticated("This is not an access token. Send the access token instead.")
    if claims["client_id"] != settings.client_id:
        raise Unauthenticated("The token was made for another program. Sign in again.")
    who = Person(claims["sub"], str(claims.get("username") or claims["sub"]), role_of(claims.get("cognito:groups")))
    return Claimed(who, float(claims["iat"]), float(claims["exp"]) + _LEEWAY_S)
