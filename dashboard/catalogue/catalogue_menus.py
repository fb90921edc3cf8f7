"""What stands at the catalogue's head: saved searches, recent changes, sharing."""

from functools import partial

import streamlit as st

from dashboard.bulk import changes
from dashboard.catalogue import catalogue_views
from dashboard.catalogue.catalogue_state import State
from dashboard.sharing import saved_searches, shares
from pixplore.domain import Person


def menus(here: State, person: Person) -> None:
    with st.container(horizontal=True, gap="small", key="px-menus"):
        compared = partial(catalogue_views.compared, here)
        saved_searches.menu(here, compared)
        changes.menu(person)
        shares.menu(here, person, compared=compared)
