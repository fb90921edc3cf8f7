"""How an insight is asked and answered: filters in, one moment of the catalogue, rows with their queries out."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from pixplore.catalogue.overview import known_labels, originals_bytes
from pixplore.catalogue.snapshot import snapshot
from pixplore.errors import Invalid
from pixplore.finding import Finder
from pixplore.query import MAX_Q_CHARS, Query, as_filters, parse_query, short_text, whole
from search_api import schemas
from search_api.access import Here, Parts, Viewer
from search_api.answers import Json
from search_api.parameters import filtered, takes_filters

router = APIRouter(prefix="/v1/insights", tags=["insights"])
_NAMED = ("query", "start", "end")
"""Fields of a row that its JSON writes in another way."""
_TIMES = ("created_from", "created_to")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """One question. `parameters` are the endpoint's own, as parsed."""

    finder: Finder
    query: Query
    parameters: Mapping[str, Any]
    here: Parts
    began: float

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self.parameters.get(name, otherwise)

    @property
    def total(self) -> int:
        return self.finder.count(self.query)[0]

    def both(self) -> tuple[Query, Query]:
        """The selections `a` and `b`, each with the call's own filters. Raises Invalid."""
        if missing := {name: "is missing" for name in ("a", "b") if name not in self.parameters}:
            raise Invalid(missing)
        return self._side("a"), self._side("b")

    def _side(self, name: str) -> Query:
        """Times of both count: the later beginning, the earlier end."""
        filters = {k: v for k, v in as_filters(self.query).items() if k not in _TIMES}
        own = [(k, str(v)) for k, many in filters.items() for v in (many if isinstance(many, list) else [many])]
        try:
            side = parse_query([*own, *self.parameters[name]])[0]
        except Invalid as fault:
            raise Invalid({f"{name}.{field}": what for field, what in fault.fields.items()}) from None
        return side.between(self.query.created_from, self.query.created_to)

    def answer(self, rows: Sequence[Any], extra: Sequence[Mapping[str, Any]] = (), **more: Any) -> Response:
        """`rows` are dataclasses with a `query`; `extra` are more fields of each, or nothing."""
        out = []
        for place, row in enumerate(rows):
            own = {f.name: getattr(row, f.name) for f in fields(row) if f.name not in _NAMED}
            if not extra and hasattr(row, "start"):
                own |= {"from": row.start, "to": row.end}
            out.append(own | (dict(extra[place]) if extra else {}) | {"query": as_filters(row.query)})
        took = round((time.perf_counter() - self.began) * 1000, 1)
        return Json({"rows": out, **more, "version": self.finder.version, "took_ms": took})


def insight(
    name: str, shape: type[schemas.Out], more: Mapping[str, Callable[[str], Any]]
) -> Callable[[Callable[[Asked], Response]], None]:
    """Register GET /v1/insights/{name}: parses {filters} and `more`, opens one moment of the catalogue."""

    def register(answer: Callable[[Asked], Response]) -> None:
        parsers = {**more, "min_version": whole(0, 2**63 - 1)}

        def endpoint(request: Request, who: Viewer, here: Here) -> Response:
            began = time.perf_counter()
            query, parameters = parse_query(request.query_params.multi_items(), parsers)
            with here.finder(parameters.get("min_version", 0)) as finder:
                return answer(Asked(finder, query, parameters, here, began))

        endpoint.__doc__, endpoint.__name__ = answer.__doc__, f"get_{name}"
        shown = takes_filters(*(_own_words(name, key) for key in parsers))
        router.get(f"/{name}", response_model=shape, openapi_extra=shown, responses=schemas.READS)(filtered(endpoint))

    return register


def _own_words(name: str, key: str) -> str:
    """Parameters of one name that mean something else here than elsewhere."""
    return "rows" if key == "limit" else f"{name}.{key}" if (name, key) == ("trend", "by") else key


def selection(text: str) -> Pairs:
    """{filters} written as a query string inside a parameter."""
    return parse_qsl(short_text(4 * MAX_Q_CHARS)(text), keep_blank_values=True, max_num_fields=500)


def about_labels(ask: Asked, names: set[str]) -> dict[str, dict[str, Any]]:
    """`parents` and `categories` of these labels."""
    with snapshot(ask.here.engine) as connection:
        known = known_labels(connection)
    plain: dict[str, Any] = {"parents": [], "categories": []}
    return {name: {key: getattr(known[name], key) for key in plain} if name in known else dict(plain) for name in names}


def ancestors(ask: Asked) -> dict[str, frozenset[str]]:
    with snapshot(ask.here.engine) as connection:
        return {name: frozenset(label.parents) for name, label in known_labels(connection).items()}


def stored_bytes(ask: Asked) -> int:
    with snapshot(ask.here.engine) as connection:
        return originals_bytes(connection, ask.query)
