"""The bulk bar: what may be done with chosen pictures, or with all of a result, and the dialog that asks for it."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.bulk import bulk_calls, bulk_dialogs, bulk_words, downloads
from dashboard.bulk.bulk_calls import Chosen
from dashboard.catalogue.catalogue_state import State
from dashboard.components.gallery import Action
from pixplore.domain import Person, Role

MOST = 10_000
"""Pictures that can be named one by one."""
COLLECT = Action("collect", "Collect")
TAG = Action("tag", "Tag")
VALUES = Action("values", "Set a value")
DOWNLOAD = Action("download", "Download")
DELETE = Action("delete", "Move to trash", danger=True)
RESTORE = Action("restore", "Restore")
_ROLES = {COLLECT: Role.VIEWER, TAG: Role.ANALYST, VALUES: Role.ANALYST, DOWNLOAD: Role.VIEWER, DELETE: Role.ADMIN}
_IN_TRASH = {RESTORE: Role.ADMIN, DOWNLOAD: Role.VIEWER}
_DIALOGS: dict[str, tuple[str, Callable[[Chosen], None]]] = {
    COLLECT.name: ("Put {} into a collection", bulk_dialogs.collect),
    TAG.name: ("Tag {}", bulk_dialogs.tags),
    VALUES.name: ("Set a value of {}", bulk_dialogs.values),
    DOWNLOAD.name: ("Download {}", downloads.choose),
    DELETE.name: ("Move {} to the trash?", bulk_dialogs.trash),
    RESTORE.name: ("Restore {}?", bulk_dialogs.restore),
}


def actions(person: Person, trashed: bool) -> list[Action]:
    """What this person may do with chosen pictures, here or in the trash."""
    offered = _IN_TRASH if trashed else _ROLES
    return [action for action, role in offered.items() if role in person.role.includes]


def ask(name: str, ids: Sequence[str], everything: bool, here: State) -> None:
    """Ask in a dialog before anything is written. `everything`: all that `here` finds is meant but for the ids."""
    pages = st.session_state.get("px_pages")
    total = int(getattr(pages, "total", 0))
    what = bulk_calls.chosen(tuple(ids), everything, here, total)
    st.session_state.pop("px_tried", None)  # what was tried for another dialog may be otherwise by now
    title, body = _DIALOGS[name]
    if len(ids) > MOST:
        dialog("Too many at once", _too_many)
        return
    dialog(title.format(bulk_words.pictures(what.total)), lambda: body(what))


def _too_many() -> None:
    st.markdown(f"Choose, or leave out, up to {MOST:,} pictures one by one. Or set a filter and select all it finds.")


def dialog(title: str, body: Callable[[], None]) -> None:
    st.dialog(title)(body)()
