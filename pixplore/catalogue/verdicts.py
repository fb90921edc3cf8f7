"""People's verdicts on labels of images: one or many at once, what was decided, and the way back.

A verdict outlives every relabelling and every taxonomy. Whoever undoes a write gives each label back the verdict it
had before, with the name of the person who had given it; a label that somebody judged again since stays as it is.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from pixplore.catalogue import changes
from pixplore.catalogue.labels import vocabulary
from pixplore.catalogue.schema import decision
from pixplore.catalogue.terms import refresh_terms
from pixplore.errors import NotFound
from pixplore.labels import Vocabulary, behind

VERDICTS = ("accept", "reject", "undo")
NO_IMAGE = "There is no such image in the catalogue."
NOT_CARRIED = "This image does not carry that label."
_SINCE = "This label was judged again since; it stays as it is."


@dataclass(frozen=True, slots=True)
class Verdict:
    """`label` is a name as people see it; `by` who stands for it, where that is not who writes it.

    `beforehand`: a rejection also of a label that the image does not carry, so that it never will.
    `taught`: the taught label that it makes an example, or a counter-example, of.
    """

    image_id: UUID
    label: str
    verdict: str
    by: str | None = None
    beforehand: bool = False
    taught: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`before` and `after`: accept, reject or None. `error`: why nothing was done."""

    image_id: UUID
    label: str
    before: str | None = None
    after: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict that holds; `label` is the name before the taxonomy."""

    image_id: UUID
    label: str
    verdict: str
    by: str
    at: datetime


@dataclass(slots=True)
class _Image:
    said: Sequence[int]
    taught: Sequence[int]
    first: dict[str, tuple[str, str]] = field(default_factory=dict)
    now: dict[str, tuple[str, str]] = field(default_factory=dict)
    """label -> (verdict, by), the newest first"""
    at: dict[str, datetime] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)


def decide_all(
    connection: Connection, wanted: Sequence[Verdict], actor: str, undo_of: int | None = None
) -> tuple[list[Outcome], int]:
    """Write these verdicts in the caller's transaction; what became of each, and the version.

    accept makes a label certain (100, theirs) and adds one that is not carried, reject takes it away, undo gives it
    back to the recogniser. A verdict is written for every name behind the label that the image carries, so that it
    holds under any taxonomy, and takes the place of all earlier ones on them. One that cannot be done tells its
    error and does not keep the others from being done.
    """
    images = _locked(connection, {one.image_id for one in wanted})
    known = vocabulary(connection)
    outcomes, told = [], []
    for one in wanted:
        image = images.get(one.image_id)
        outcome, by = _judge(known, image, one, actor) if image else (_failed(one, NO_IMAGE), None)
        outcomes.append(outcome)
        if outcome.error is None and (outcome.before or outcome.after):
            detail: dict[str, Any] = {"label": one.label, "before": outcome.before, "after": outcome.after}
            detail |= {"by": by} if by else {}
            detail |= {"undo_of": undo_of} if undo_of else {}
            detail |= {"taught": str(one.taught)} if one.taught else {}
            told.append((one.image_id, one.verdict, detail))
    if not told:
        return outcomes, changes.version(connection)
    _write(connection, images)
    changed = sorted({image_id for image_id, _, _ in told})
    connection.execute(_TOUCH, {"ids": [str(i) for i in changed]})
    refresh_terms(connection, changed)
    return outcomes, _tell(connection, actor, told)


def decide(connection: Connection, image_id: UUID, label: str, verdict: str, actor: str) -> int:
    """One verdict; the version. Raises NotFound for an unknown image, and for a rejection of a label that the image
    does not carry.
    """
    (outcome,), version = decide_all(connection, [Verdict(image_id, label, verdict)], actor)
    if outcome.error:
        raise NotFound(outcome.error)
    return version


def undo(connection: Connection, version: int, actor: str) -> tuple[list[Outcome], int]:
    """Take back all verdicts that were written together with the one that made `version`. Raises NotFound."""
    written = connection.execute(_WRITTEN, {"version": version}).all()
    if not written:
        raise NotFound("No verdicts were written with this version: there is nothing to take back.")
    images = _locked(connection, {row.image_id for row in written})
    known = vocabulary(connection)
    first = {(row.image_id, row.detail["label"]): row.detail for row in reversed(written)}
    last = {(row.image_id, row.detail["label"]): row for row in written}
    back, kept = [], []
    for (image_id, label), row in last.items():
        image = images.get(image_id)
        if image and _moments(known, image, label) == ({row.at} if row.action != "undo" else set()):
            back.append(_as_before(image_id, label, first[image_id, label]))
        else:
            kept.append(Outcome(image_id, label, error=_SINCE if image else NO_IMAGE))
    done, made = decide_all(connection, back, actor, version)
    return [*done, *kept], made


def before_taught(
    connection: Connection, taught: UUID, labels: Sequence[str], image_ids: Iterable[UUID]
) -> list[Verdict]:
    """What takes back the verdicts that these images got for a taught label: each its own from before.

    `labels`: its name as people see it, and all others that it may have been judged by. An image that was judged
    again since stays as it is, and is left out.
    """
    images = _locked(connection, image_ids)
    known = vocabulary(connection)
    told: dict[UUID, list[Any]] = {}
    given = {"ids": _texts(images), "labels": list(labels), "taught": str(taught)}
    for row in connection.execute(_TOLD, given):
        told.setdefault(row.image_id, []).append(row)
    back = []
    for image_id, rows in told.items():
        moments = _moments(known, images[image_id], labels[0])
        # Those of before the trail said which verdicts were for a taught label: the newest must be.
        own = [row.for_it for row in rows] if any(row.for_it for row in rows) else [row is rows[-1] for row in rows]
        at = next((n for n, row in enumerate(rows) if own[n] and {row.at} == moments), None)
        if at is None:
            continue
        while at and own[at - 1]:  # an example that became a counter-example was judged for it twice
            at -= 1
        back.append(_as_before(image_id, labels[0], rows[at].detail))
    return back


def hold(connection: Connection, image_ids: Iterable[UUID]) -> None:
    """Nobody else judges these images until the caller's transaction ends."""
    connection.execute(_LOCK, {"ids": _texts(image_ids)})


def decisions(
    connection: Connection,
    limit: int,
    labels: Iterable[str] | None = None,
    by: str | None = None,
    verdict: str | None = None,
    image_id: UUID | None = None,
    after: tuple[datetime, UUID, str] | None = None,
) -> list[Decided]:
    """The verdicts that hold, the newest first, from the one behind `after`. `labels`: names before the taxonomy."""
    asked = select(*(decision.c[name] for name in Decided.__dataclass_fields__))
    if labels is not None:
        asked = asked.where(decision.c.label == bindparam("labels", list(labels), ARRAY(Text)).any_())
    for column, value in ((decision.c.by, by), (decision.c.verdict, verdict), (decision.c.image_id, image_id)):
        if value is not None:
            asked = asked.where(column == value)
    key = (decision.c.at, decision.c.image_id, decision.c.label)
    if after is not None:
        asked = asked.where(tuple_(*key) < tuple_(*after))
    ordered = asked.order_by(*(column.desc() for column in key)).limit(limit)
    return [Decided(*row) for row in connection.execute(ordered)]


def names_behind(known: Vocabulary, label: str) -> list[str]:
    """All names that verdicts on `label`, as people see it, may be written under."""
    return [label, *(name for name in list(known.ids) if name != label and known.shown_as(name) == label)]


def _locked(connection: Connection, image_ids: Iterable[UUID]) -> dict[UUID, _Image]:
    ids = {"ids": _texts(image_ids)}
    images = {row.id: _Image(row.said, row.taught) for row in connection.execute(_LOCK, ids)}
    for row in connection.execute(_STANDS, ids):
        images[row.image_id].first[row.label] = row.verdict, row.by
        images[row.image_id].at[row.label] = row.at
    for image in images.values():
        image.now = dict(image.first)
    return images


def _judge(known: Vocabulary, image: _Image, one: Verdict, actor: str) -> tuple[Outcome, str | None]:
    """What becomes of it, and who stood for the verdict before."""
    earlier = [(name, verdict, by) for name, (verdict, by) in image.now.items()]
    about = _about(known, image, one.label)
    names = behind(known, image.said, image.taught, earlier, one.label)
    if one.verdict == "reject" and not (names or about or one.beforehand):
        return _failed(one, NOT_CARRIED), None
    before, by = image.now[about[0]] if about else (None, None)
    after = None if one.verdict == "undo" else one.verdict
    for name in about:
        del image.now[name]
    if after:
        image.now = dict.fromkeys(names or [one.label], (after, one.by or actor)) | image.now
    image.touched.update(about, names if after else (), () if names or not after else (one.label,))
    return Outcome(one.image_id, one.label, before, after), by


def _about(known: Vocabulary, image: _Image, label: str) -> list[str]:
    return [name for name in image.now if name == label or known.shown_as(name) == label]


def _moments(known: Vocabulary, image: _Image, label: str) -> set[datetime]:
    """When the verdicts on a label were given that stand."""
    return {image.at[name] for name in _about(known, image, label)}


def _as_before(image_id: UUID, label: str, detail: dict[str, Any]) -> Verdict:
    """What stood before the change that this is the detail of."""
    return Verdict(image_id, label, detail.get("before") or "undo", detail.get("by"))


def _failed(one: Verdict, error: str) -> Outcome:
    return Outcome(one.image_id, one.label, error=error)


def _write(connection: Connection, images: dict[UUID, _Image]) -> None:
    gone, made = [], []
    for image_id, image in images.items():
        for name in image.touched:
            if name not in image.now:
                gone.append((str(image_id), name))
            else:
                made.append((str(image_id), name, *image.now[name]))
    if gone:
        ids, labels = zip(*gone, strict=True)
        connection.execute(_FORGET, {"ids": list(ids), "labels": list(labels)})
    if made:
        ids, labels, verdicts, people = zip(*made, strict=True)
        connection.execute(
            _DECIDE, {"ids": list(ids), "labels": list(labels), "verdicts": list(verdicts), "people": list(people)}
        )


def _tell(connection: Connection, actor: str, told: list[tuple[UUID, str, dict[str, Any]]]) -> int:
    ids, actions, details = zip(*told, strict=True)
    given = {"ids": _texts(ids), "actions": list(actions), "details": [json.dumps(one) for one in details]}
    return int(connection.execute(_TELL, given | {"actor": actor}).scalar_one())


def _texts(ids: Iterable[UUID]) -> list[str]:
    return [str(i) for i in ids]


_LOCK = text("""
    select id, said, taught from image where id = any(cast(:ids as uuid[])) order by id for update
""")
_STANDS = text("""
    select image_id, label, verdict, "by", at from decision where image_id = any(cast(:ids as uuid[]))
     order by at desc, label
""")
_TOLD = text("""
    select image_id, at, detail, coalesce(detail ->> 'taught' = :taught, false) as for_it from change
     where image_id = any(cast(:ids as uuid[])) and action in ('accept', 'reject', 'undo')
       and (detail ->> 'taught' = :taught or detail ->> 'label' = any(cast(:labels as text[])))
     order by image_id, seq
""")
_TOUCH = text("update image set updated_at = now() where id = any(cast(:ids as uuid[]))")
_FORGET = text("""
    delete from decision using unnest(cast(:ids as uuid[]), cast(:labels as text[])) as gone(image_id, label)
     where decision.image_id = gone.image_id and decision.label = gone.label
""")
_DECIDE = text("""
    insert into decision (image_id, label, verdict, "by")
    select * from unnest(cast(:ids as uuid[]), cast(:labels as text[]), cast(:verdicts as text[]),
                         cast(:people as text[]))
    on conflict (image_id, label) do update set verdict = excluded.verdict, "by" = excluded."by", at = now()
""")
_TELL = text("""
    with made as (
        insert into change (actor, action, image_id, detail)
        select :actor, given.action, given.id, given.detail::jsonb
          from unnest(cast(:ids as uuid[]), cast(:actions as text[]), cast(:details as text[]))
               with ordinality as given(id, action, detail, place) order by place
        returning seq)
    select max(seq) from made
""")
_WRITTEN = text("""
    select seq, at, action, image_id, detail from change
     where (at, xid) = (select at, xid from change where seq = :version) and action in ('accept', 'reject', 'undo')
       and image_id is not null
     order by seq
""")
