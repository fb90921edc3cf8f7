"""Who has an account, for administrators: invitations, roles, and who may sign in. Never one's own."""

import logging
from collections.abc import Callable
from functools import cache, partial

import streamlit as st

from dashboard import client, session
from dashboard.look import theme
from pixplore.aws import cognito
from pixplore.domain import Person, Role
from pixplore.errors import Conflict, Forbidden, PixploreError
from pixplore.given import EMAIL
from pixplore.settings import IdentitySettings, load

MOST = 1000
STATUS = {
    "CONFIRMED": "Confirmed",
    "UNCONFIRMED": "E-mail not confirmed yet",
    "FORCE_CHANGE_PASSWORD": "Invited, has not signed in yet",
    "RESET_REQUIRED": "Needs a new password",
}
log = logging.getLogger(__name__)


@cache
def pool_id() -> str:
    return load(IdentitySettings).user_pool_id


def members(asking: Person) -> None:
    """The list of accounts, and under it one of them to change."""
    if said := st.session_state.pop("px_people_said", None):
        st.success(said)
    if warned := st.session_state.pop("px_people_open", None):
        st.warning(warned, icon=":material/warning:")
    try:
        with theme.skeleton("lines"):
            found = cognito.members(pool_id(), MOST)
    except PixploreError as problem:
        st.error(theme.plain(problem.detail), icon=":material/error:")
        return
    _invite(asking)
    others = {one.username: one for one in found if one.sub != asking.sub}
    clicked = _list(found)
    if clicked != st.session_state.get("px_member_row"):  # a row stays chosen while another person is picked below
        st.session_state["px_member_row"] = clicked
        st.session_state["px-member"] = clicked.username if clicked and clicked.username in others else None
    if not others:
        theme.empty("Nobody else yet", "Invite somebody, or wait for who creates an account.", icon="group")
        return
    with theme.card("member"):
        st.header("Change somebody", anchor=False)
        chosen = st.selectbox(
            "Person", list(others), index=None, format_func=lambda name: others[name].email,
            placeholder="Choose a person", key="px-member",
        )  # fmt: skip
        if chosen:
            _change(others[chosen], asking)
        st.caption(
            "Who is disabled or gets a lower role is signed out everywhere at once; who gets a higher one signs in "
            "again within a minute. Your own you cannot change."
        )


def _invite(asking: Person) -> None:
    with (
        st.form("px-invite", border=True, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        email = st.text_input("Invite by email", placeholder="name@company.com", max_chars=254, width=340)
        role = _roles("Invite as", Role.VIEWER, "px-invite-as")
        sent = st.form_submit_button("Send the invitation", icon=":material/mail:", type="primary")
    email = email.strip().lower()
    if not sent:
        return
    if not EMAIL.fullmatch(email):
        st.error("Type the whole email address, such as name@company.com.", icon=":material/error:")
        return

    def write() -> None:
        cognito.invite(pool_id(), email)
        if role is not Role.VIEWER:
            cognito.set_role(pool_id(), email, role)

    said = f"{theme.plain(email)} is invited as {_article(role)} {role}. The first password comes by email."
    _do(asking, email, "access", None, f"invited as {role}", write, said)


def _roles(label: str, chosen: Role, key: str) -> Role:
    found = st.segmented_control(label, list(Role), default=chosen, required=True, format_func=str.capitalize, key=key)
    assert isinstance(found, Role)  # noqa: S101
    return found


def _article(role: Role) -> str:
    return "an" if role[0] == "a" else "a"


def _list(found: list[cognito.Member]) -> cognito.Member | None:
    """The accounts; the one whose row was chosen."""
    if len(found) == MOST:
        st.info(f"Only {MOST:,} accounts are shown.")
    rows = [
        {
            "Email": one.email,
            "Role": one.role.capitalize(),
            "Status": STATUS.get(one.status, one.status.replace("_", " ").capitalize()) if one.enabled else "Disabled",
            "Created": one.created,
        }
        for one in found
    ]
    created = st.column_config.DatetimeColumn(format="D MMM YYYY", width="small")
    event = st.dataframe(
        rows, hide_index=True, column_config={"Created": created}, width="stretch", key="px-members",
        on_select="rerun", selection_mode="single-row",
    )  # fmt: skip
    chosen = event["selection"]["rows"]
    return found[chosen[0]] if chosen and chosen[0] < len(found) else None


def _change(one: cognito.Member, asking: Person) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        role = _roles("Role", one.role, f"px-role-{one.username}-{one.role}")
        if st.button("Change role", disabled=role is one.role, key="px-set-role"):
            said = f"{theme.plain(one.email)} is {_article(role)} {role} now."

            def write() -> None:
                cognito.set_role(pool_id(), one.username, role)
                if one.role not in role.includes:
                    _sign_out(one)

            _do(asking, one.email, "role", one.role, role, write, said, one)
        verb = "Disable" if one.enabled else "Enable"
        if st.button(f"{verb} the account", key="px-set-enabled"):
            said = f"{theme.plain(one.email)} {'can no longer' if one.enabled else 'can again'} sign in."
            before, after = ("enabled", "disabled") if one.enabled else ("disabled", "enabled")

            def switch() -> None:
                cognito.set_enabled(pool_id(), one.username, not one.enabled)
                if one.enabled:
                    _sign_out(one)

            _do(asking, one.email, "access", before, after, switch, said, one)


def _sign_out(one: cognito.Member) -> None:
    """Out of the dashboard and out of the pool, each whatever the other says: what is done already stays done."""
    for end in (partial(session.end_of, one.sub), partial(cognito.sign_out_member, pool_id(), one.username)):
        try:
            end()
        except PixploreError as problem:
            log.warning("an account is not signed out everywhere", extra={"account": one.sub, "why": problem.detail})
            st.session_state["px_people_open"] = (
                f"{theme.plain(one.email)} may stay signed in for a minute more: {theme.plain(problem.detail)}"
            )


def _do(
    asking: Person,
    account: str,
    what: str,
    before: str | None,
    after: str,
    write: Callable[[], None],
    said: str,
    one: cognito.Member | None = None,
) -> None:
    """The session may be older than the pool's word: who asks must be an administrator at this very moment, and an
    administrator must be left. What was done goes into the audit trail."""
    try:
        if (one and one.sub == asking.sub) or cognito.role_of(pool_id(), asking.sub) is not Role.ADMIN:
            raise Forbidden()
        if one and one.role is Role.ADMIN and not others_that_manage(cognito.members(pool_id(), MOST), one):
            raise Conflict(f"{one.email} is the last administrator. Make somebody else one first.")
        write()
        # Who has which address is for the audit trail, not for a log.
        log.info("account changed: %s", what, extra={"by": asking.sub, "account": one.sub if one else "new"})
        client.post(
            "/v1/operations/account-changes", {"account": account, "what": what, "before": before, "after": after}
        )
    except PixploreError as problem:
        st.error(theme.plain(problem.detail), icon=":material/error:")
        return
    st.session_state["px_people_said"] = said
    st.rerun()


def others_that_manage(found: list[cognito.Member], one: cognito.Member) -> list[cognito.Member]:
    """Administrators that can sign in, without `one`."""
    return [m for m in found if m.role is Role.ADMIN and m.enabled and m.username != one.username]
