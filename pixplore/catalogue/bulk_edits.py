"""Bulk edits of an image's own row: tags, attributes, category, the trash. Each is two judgements and two values in
SQL, over `i` (the image) and `j` (its row of the job); the statements around them are the same for all.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from pixplore.catalogue.document import reading, worded
from pixplore.catalogue.jobs import CHANGED, FAILED, UNCHANGED, Part
from pixplore.words import SECTION_END, VALUE_END, stored

MOST_TAGS = 200
SINCE = "It was changed again since, so it was left as it is."


@dataclass(frozen=True, slots=True)
class Edit:
    """`new` is what becomes of `column`; `same` holds where nothing is to be done; `fault` says why it cannot be
    done, else null. `verb` is the action that the trail shows; `words`: the column is among those that `q` searches.
    `wrote` is kept beside what was before, where undo needs it to know its own work again. `spelled`: the image's words
    afterwards where SQL alone can tell them, else null.
    """

    column: str
    new: str
    same: str
    fault: str = "null"
    verb: str = "edit"
    words: bool = True
    wrote: str = "null"
    spelled: str = "null"


def judge(connection: Connection, part: Part, edit: Edit, lock: bool = True) -> None:
    """Write into the part's rows what would become of each image, and what it is now."""
    before = f"jsonb_build_object('{edit.column}', to_jsonb(i.{edit.column}), 'wrote', {edit.wrote})"
    if part.undo:
        before = "j.before"
    connection.execute(
        text(f"""
            update job_image j set
                   state = case when {edit.fault} is not null then {FAILED} when {edit.same} then {UNCHANGED}
                                else {CHANGED} end,
                   error = {edit.fault},
                   before = case when {edit.fault} is null and not {edit.same} then {before} end
              from (select id, {edit.column} from image
                     where id = any(array(select image_id from job_image where {_SPAN})) {_LOCK if lock else ""}) i
             where {_SPAN} and i.id = j.image_id
        """),  # noqa: S608 - pieces of ours
        part.span | _given(part),
    )


def write(connection: Connection, part: Part, edit: Edit) -> None:
    """Change the images that are to be changed, their words with them, and record each with before and after."""
    values = part.span | _given(part)
    which = f"join job_image j on j.image_id = i.id where {_SPAN} and j.state = {CHANGED}"
    words = "i.words"
    if edit.words:
        rows = connection.execute(
            text(reading(f"{which} and {edit.spelled} is null", **{edit.column: edit.new})), values
        )
        made = {str(image_id): said for image_id, _, said in worded(rows)}
        values |= {"ids": list(made), "words": list(made.values())}
        words = f"coalesce(made.words, {edit.spelled}, i.words)"
    connection.execute(
        text(f"""
            with laid as (
                select i.id, i.{edit.column} as before, {edit.new} as after, {words} as words
                  from image i {_MADE if edit.words else ""} {which}
            ), done as (
                update image set {edit.column} = laid.after, words = laid.words, updated_at = now()
                  from laid where image.id = laid.id
            )
            insert into change (actor, action, image_id, detail)
            select :by, '{edit.verb}', id, jsonb_build_object('job', cast(:job as text), '{edit.column}',
                   jsonb_build_object('before', to_jsonb(before), 'after', to_jsonb(after))) from laid
        """),  # noqa: S608 - pieces of ours
        values,
    )


def _given(part: Part) -> dict[str, Any]:
    """The job's value in the forms that edits ask for."""
    named = part.value if isinstance(part.value, dict) else {}
    plain = part.value if isinstance(part.value, str) else None
    value = named.get("value")
    return {"text": plain, "stored": stored(plain) if plain else None, "name": named.get("name"),
            "json": None if value is None else json.dumps(value), "by": part.by, "since": SINCE}  # fmt: skip


_MADE = """left join unnest(cast(:ids as uuid[]), cast(:words as text[])) as made(id, words) on made.id = i.id"""
_SPAN = "job_id = :job and place >= :first and place < :last"
_LOCK = "order by id for update"
CHANGED_IDS = text(f"select image_id from job_image where {_SPAN} and state = {CHANGED} order by place")  # noqa: S608
_TEXT, _NAME, _JSON = "cast(:text as text)", "cast(:name as text)", "cast(:json as jsonb)"
_OLD_TAGS = "array(select jsonb_array_elements_text(j.before -> 'tags'))"


def _unless(holds: str) -> str:
    return f"case when not ({holds}) then :since end"


_TAGGED = f"{_TEXT} = any(i.tags)"
_FULL = f"case when cardinality(i.tags) >= {MOST_TAGS} and not {_TAGGED} then 'It has {MOST_TAGS} tags already.' end"
# An attribute of JSON null cannot be; so `is not distinct from` tells both "is this value" and "is not there".
_SET = f"(i.attributes -> {_NAME}) is not distinct from {_JSON}"
_PUT = f"case when {_JSON} is null then i.attributes - {_NAME} else i.attributes || jsonb_build_object({_NAME}, {_JSON}) end"  # noqa: E501
_PUT_BACK = f"""
    case when j.before -> 'attributes' -> {_NAME} is null then i.attributes - {_NAME}
         else i.attributes || jsonb_build_object({_NAME}, j.before -> 'attributes' -> {_NAME}) end
"""
_TRASHED, _NEVER = "i.deleted_at is not null", "cast(null as timestamptz)"
_DELETED_BY_IT = "coalesce(i.deleted_at = cast(j.before ->> 'wrote' as timestamptz), false)"

# The words of tags stand in their order: the last one's are easily put on, and taken off again.
_SAID = "cast(:stored as text)"
_A, _B, _C, _D = (f"split_part(i.words, '{SECTION_END}', {n})" for n in (1, 2, 3, 4))
_WITH = f"case when {_SAID} = '' then {_B} else concat_ws('{VALUE_END}', nullif({_B}, ''), {_SAID}) end"
_WITHOUT = f"""
    case when {_SAID} = '' then {_B} when {_B} = {_SAID} then ''
         when right({_B}, length({_SAID}) + 1) = '{VALUE_END}' || {_SAID}
         then left({_B}, length({_B}) - length({_SAID}) - 1) end
"""
_LAST = f"i.tags[cardinality(i.tags)] = {_TEXT}"


def _sections(b: str, holds: str) -> str:
    """The words with another section B; null where it is null, or `holds` does not hold, or there are no words yet."""
    whole = f"{_A} || '{SECTION_END}' || {b} || '{SECTION_END}' || {_C} || '{SECTION_END}' || {_D}"
    return f"case when i.words <> '' and {holds} then {whole} end"


_TAG_OFF = _sections(_WITHOUT, _LAST)
DO = {
    "tag": Edit("tags", f"array_append(i.tags, {_TEXT})", _TAGGED, _FULL, spelled=_sections(_WITH, "true")),
    "untag": Edit("tags", f"array_remove(i.tags, {_TEXT})", f"not {_TAGGED}", spelled=_TAG_OFF),
    "set_attribute": Edit("attributes", _PUT, _SET),
    "set_category": Edit("category", _TEXT, f"i.category is not distinct from {_TEXT}"),
    "delete": Edit("deleted_at", "now()", _TRASHED, verb="delete", words=False, wrote="to_jsonb(now())"),
    "restore": Edit("deleted_at", _NEVER, f"not ({_TRASHED})", verb="restore", words=False),
}
UNDO = {
    "tag": Edit("tags", f"array_remove(i.tags, {_TEXT})", "false", _unless(_TAGGED), spelled=_TAG_OFF),
    # In its old place where nothing else has happened to the tags, else behind the others.
    "untag": Edit(
        "tags",
        f"case when i.tags = array_remove({_OLD_TAGS}, {_TEXT}) then {_OLD_TAGS} else i.tags || {_TEXT} end",
        "false",
        _unless(f"not {_TAGGED}"),
    ),
    "set_attribute": Edit("attributes", _PUT_BACK, "false", _unless(_SET)),
    "set_category": Edit(
        "category", "j.before ->> 'category'", "false", _unless(f"i.category is not distinct from {_TEXT}")
    ),
    "delete": Edit("deleted_at", _NEVER, "false", _unless(_DELETED_BY_IT), verb="restore", words=False),
    "restore": Edit(
        "deleted_at", "cast(j.before ->> 'deleted_at' as timestamptz)", "false", _unless(f"not ({_TRASHED})"),
        verb="delete", words=False,
    ),
}  # fmt: skip
