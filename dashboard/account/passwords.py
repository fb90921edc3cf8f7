"""How soon somebody else would guess a password: lists of leaked ones, names, words and patterns (zxcvbn), and our own
words, which an outsider would try first here."""

import re

from zxcvbn import zxcvbn

OUR_WORDS = ("pixplore", "picture", "pictures", "photo", "photos", "catalogue", "catalog")
LEAST = 2
"""Of zxcvbn's 0 to 4: more than a million guesses."""
_LOOKED_AT = 72
"""Characters: more make no difference, and looking would take longer."""


def is_guessable(password: str, email: str = "") -> bool:
    """Whether a million guesses would find it. `email`: whose it is; its parts are words that others would try."""
    words = [*OUR_WORDS, email, *re.split(r"[^a-z0-9]+", email.lower())]
    return bool(zxcvbn(password[:_LOOKED_AT], user_inputs=[word for word in words if len(word) > 2])["score"] < LEAST)
