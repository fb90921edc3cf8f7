"""Cognito's weak points mended: every code is random and limited, every letter an .eml file in the mail folder,
no password begins or ends with a space.

As shipped, ministack's codes are constants and its letters stay in memory.
"""

import email.message
import email.utils
import secrets
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SHIPPED = frozenset({"123456", "654321"})
LIFETIMES = {"_confirmation_code": 24 * 3600.0, "_reset_code": 3600.0}  # as Cognito's
WRONG_CODES = 10
MOST_SIGN_INS, MOST_REVOKED = 5_000, 20_000
"""Sign-ins of a person that a sign-out everywhere names one by one, the others end by their time; revoked tokens that
are known. ministack keeps all of them for ever, and writes all down again after each change."""


def code() -> str:
    """Six random digits, never one of the codes ministack ships with."""
    while (fresh := f"{secrets.randbelow(10**6):06}") in SHIPPED:
        pass
    return fresh


def write_letter(folder: Path, sender: str, to: str, subject: str, body: str) -> Path:
    """One letter as an .eml file that appears whole; names sort by time."""
    letter = email.message.EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Date"], letter["Message-ID"] = email.utils.localtime(), email.utils.make_msgid(domain="localhost")
    letter.set_content(body, subtype="html" if "<" in body else "plain")
    path = folder / f"{time.strftime('%Y%m%dT%H%M%S')}-{time.time_ns() % 10**9:09}-{uuid.uuid4().hex[:6]}.eml"
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_bytes(bytes(letter))
    draft.rename(path)
    return path


def install(folder: Path) -> None:
    """Put our codes and letters in the place of ministack's."""
    from ministack.services import cognito

    _mend_codes(cognito)
    _mend_checks(cognito)
    _mend_growth(cognito)

    def deliver(pool: Any, to: str, subject: str, body: str, type_name: str, extra: Any = None) -> None:
        if to:
            write_letter(folder, cognito._resolve_email_sender(pool)[0], to, subject, body)

    cognito._deliver_cognito_email = deliver


def _mend_codes(cognito: Any) -> None:
    """A fresh code at each sending, kept where ministack looks for it."""
    send = cognito._send_verification_email
    begin = cognito._begin_user_auth_challenge

    def send_fresh(pool: Any, username: str, attributes: Any, _: str, attribute_name: str = "email") -> Any:
        user, error = cognito._resolve_user(pool, username)
        if error:
            return None
        kind = "_reset_code" if attribute_name == "password" else "_confirmation_code"
        user[kind] = fresh = code()
        user[kind + "_at"], user["_wrong_codes"] = time.time(), 0
        return send(pool, username, attributes, fresh, attribute_name=attribute_name)

    def begin_fresh(*args: Any) -> Any:
        cognito._EMAIL_OTP_CODE = code()
        return begin(*args)

    cognito._send_verification_email = send_fresh
    cognito._begin_user_auth_challenge = begin_fresh


def _mend_checks(cognito: Any) -> None:
    """A code ends after its lifetime, after ten wrong tries, and never was one of the shipped constants."""
    check = cognito._confirmation_code_error
    confirm = cognito._confirm_sign_up

    def person(data: Any) -> Any:
        pool, _ = cognito._pool_for_client(data.get("ClientId"))
        return cognito._resolve_user(pool, data.get("Username"))[0] if pool else None

    def checked(action: str, data: Any) -> Any:
        kind = {"ConfirmSignUp": "_confirmation_code", "ConfirmForgotPassword": "_reset_code"}.get(action)
        user = person(data) if kind else None
        if kind and user:
            if user.get("_wrong_codes", 0) >= WRONG_CODES:
                return cognito.error_response_json(
                    "LimitExceededException", "Attempt limit exceeded, please try after some time.", 400
                )
            if user.get(kind) in SHIPPED or time.time() - user.get(kind + "_at", 0) > LIFETIMES[kind]:
                user.pop(kind, None)
        error = check(action, data)
        if error and kind and user:
            user["_wrong_codes"] = user.get("_wrong_codes", 0) + 1
        return error

    def confirmed(data: Any) -> Any:
        """Cognito also marks the address as verified, which a forgotten password needs."""
        user = person(data)
        answer = confirm(data)
        if user and answer[0] == 200:
            attributes = cognito._attr_list_to_dict(user["Attributes"])
            user["Attributes"] = cognito._dict_to_attr_list({**attributes, "email_verified": "true"})
        return answer

    update = cognito._update_user_attributes

    def updated(data: Any) -> Any:
        """Cognito refuses a taken address and keeps the old one until a code proves the new one; ministack takes any
        address at its word, so here an address is changed by administrators only."""
        names = {str(a.get("Name")) for a in data.get("UserAttributes") or [] if isinstance(a, dict)}
        if names & {"email", "email_verified", "phone_number_verified"}:
            message = "A client attempted to write unauthorized attribute"
            return cognito.error_response_json("NotAuthorizedException", message, 400)
        return update(data)

    validate = cognito._validate_password

    def validated(pool: Any, password: Any) -> Any:
        if isinstance(password, str) and password != password.strip():
            message = "Value at 'password' failed to satisfy constraint: Member must not begin or end with a space"
            return cognito.error_response_json("InvalidParameterException", message, 400)
        return validate(pool, password)

    cognito._validate_password = validated
    cognito._confirmation_code_error = checked
    cognito._confirm_sign_up = confirmed
    cognito._update_user_attributes = updated


class Newest(dict[str, None]):
    """As a set, of its newest members only."""

    def __init__(self, most: int) -> None:
        self._most = most

    def add(self, member: str) -> None:
        self.pop(member, None)
        self[member] = None
        while len(self) > self._most:
            self.pop(next(iter(self)), None)

    def update(self, members: Iterable[str]) -> None:  # type: ignore[override]
        for member in members:
            self.add(member)


def _mend_growth(cognito: Any) -> None:
    """What people leave behind by signing in and out has an end."""
    build = cognito._build_auth_result

    def built(pool_id: str, client_id: str, user: Any, *args: Any, **options: Any) -> Any:
        result = build(pool_id, client_id, user, *args, **options)
        del user.get("_origin_jtis", [])[:-MOST_SIGN_INS]
        return result

    cognito._build_auth_result = built
    cognito._revoked_tokens = Newest(MOST_REVOKED)
