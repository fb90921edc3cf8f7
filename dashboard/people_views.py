"""Who has an account, for administrators: their roles, and whether they may sign in. Never one's own."""

import logging
from collections.abc import Callable
from functools import cache

import streamlit as st

from dashboard import theme
from pixplore.aws import cognito
from pixplore.domain import Person, Role
from pixplore.errors import Forbidden, PixploreError
from pixplore.settings import IdentitySettings, load

MOST = 1000
STATUS = {
    "CONFIRMED": "Confirmed",
    "UNCONFIRMED": "E-mail not confirmed yet",
    "FORCE_CHANGE_PASSWORD": "Has a first password",
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
    try:
        found = cognito.members(pool_id(), MOST)
    except PixploreError as problem:
        st.error(problem.detail, icon=":material/error:")
        return
    _list(found)
    others = {one.username: one for one in found if one.sub != asking.sub}
    if not others:
        theme.empty("Nobody else yet", "Who creates an account at the sign-in appears here.", icon="group")
        return
    with theme.card("member"):
        st.subheader("Change somebody", anchor=False)
        chosen = st.selectbox(
            "Person", list(others), index=None, format_func=lambda name: others[name].email,
            placeholder="Choose a person", key="px-member",
        )  # fmt: skip
        if chosen:
            _change(others[chosen], asking)
        st.caption("A new role holds after the person's next sign-in, or within the hour. Your own you cannot change.")


def _list(found: list[cognito.Member]) -> None:
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
    st.dataframe(rows, hide_index=True, column_config={"Created": created}, width="stretch", key="px-members")


def _change(one: cognito.Member, asking: Person) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        role = st.selectbox(
            "Role", list(Role), index=list(Role).index(one.role), format_func=str.capitalize,
            key=f"px-role-{one.username}-{one.role}", width=240,
        )  # fmt: skip
        if st.button("Change role", type="primary", disabled=role is one.role, key="px-set-role"):
            said = f"{theme.plain(one.email)} is {'an' if role[0] == 'a' else 'a'} {role} now."
            _do(asking, one, lambda: cognito.set_role(pool_id(), one.username, role), said)
        verb = "Disable" if one.enabled else "Enable"
        if st.button(f"{verb} the account", key="px-set-enabled"):
            said = f"{theme.plain(one.email)} {'can no longer' if one.enabled else 'can again'} sign in."
            _do(asking, one, lambda: cognito.set_enabled(pool_id(), one.username, not one.enabled), said)


def _do(asking: Person, one: cognito.Member, write: Callable[[], None], said: str) -> None:
    """The session may be older than the pool's word: who asks must be an administrator at this very moment."""
    try:
        if one.sub == asking.sub or cognito.role_of(pool_id(), asking.sub) is not Role.ADMIN:
            raise Forbidden()
        write()
    except PixploreError as problem:
        st.error(problem.detail, icon=":material/error:")
        return
    log.info("account changed", extra={"by": asking.email, "account": one.email, "outcome": said})
    st.session_state["px_people_said"] = said
    st.rerun()
