"""The company's own words in place of the recogniser's."""

from dashboard.components.names import names
from dashboard.review.review_views import CATALOGUE
from pixplore.domain import Person


def editor(person: Person) -> None:
    names(person, key="px-names", href=CATALOGUE)
