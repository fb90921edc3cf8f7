"""Which passwords the forms refuse because somebody else would soon guess them."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from dashboard.account.authenticator import GUESSED, PasswordRules

USUAL = FREQUENCY_LISTS["passwords"][:3000]


def test_none_of_the_usual_ones_is_taken_in_the_form_that_the_policy_asks_for() -> None:
    made = [word.capitalize() if any(map(str.isdigit, word)) else f"{word.capitalize()}1" for word in USUAL]
    long = [password for password in made if len(password) >= 8]
    assert len(long) > 1000
    assert not [password for password in long if not PasswordRules().diagnose_password(password)]


@pytest.mark.parametrize("password", ["P4ssw0rd!", "Qwertz123", "Abcd1234", "12345678A", "Aaaaaaaa1", "Dragon99"])
def test_nor_what_hides_one(password: str) -> None:
    assert PasswordRules().diagnose_password(password) == GUESSED


def test_nor_our_own_words_and_those_of_the_address() -> None:
    for password in ("Pixplore1", "Pixplore2026", "Catalogue7"):
        assert PasswordRules().diagnose_password(password) == GUESSED, password
    for password in ("Wetterstrand9", "Kvibergmode1"):
        assert PasswordRules().diagnose_password(password) == ""
        assert PasswordRules("ada.wetterstrand@kvibergmode.example").diagnose_password(password) == GUESSED


@pytest.mark.parametrize(
    "password",
    [
        "Correct-horse 7",
        "Vk7qtmze",
        "Attio gröna påfåglar 3",
        "Sixteen painted wagons rolled past 3 sleeping lighthouses on a day that nobody remembers",
    ],
)
def test_others_are(password: str) -> None:
    assert PasswordRules("ada@company.example").diagnose_password(password) == ""
