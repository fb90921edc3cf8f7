"""Bulk work in words: what would happen, what is happening, what has happened. Nothing here knows Streamlit or HTTP."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dashboard.look.wording import counted, number
from pixplore.settings import TrashSettings, load

Job = Mapping[str, Any]
Names = Mapping[str, str]
"""Names of collections by their ids."""
NO_NAMES: Names = MappingProxyType({})
OPEN = ("waiting", "running")


def in_the_trash() -> str:
    """How long pictures can be brought back from there."""
    if days := load(TrashSettings).trash_days:
        return f"for {counted(days, 'day')}; then they are deleted for good"
    return "until somebody restores them"


def pictures(count: int) -> str:
    return counted(count, "picture")


def would(trial: Job) -> list[str]:
    """What trying said, a sentence each: what would change, what is so already, what cannot be and why."""
    said = [f"{pictures(trial['changed'])} will change." if trial["changed"] else "Nothing will change."]
    if same := trial["unchanged"]:
        said.append(f"{pictures(same)} {'is' if same == 1 else 'are'} so already.")
    said += [f"{pictures(one['count'])} cannot be changed. {one['error']}" for one in trial["reasons"]]
    return said


def done(job: Job, names: Names = NO_NAMES) -> str:
    """ "Tagged 12,345 pictures with “summer”"; of a job that put something back, that."""
    if job.get("undo_of"):
        return f"Undone: {_lower(_sentence(job, names, job['changed'], past=True))}"
    return _sentence(job, names, job["changed"], past=True)


def doing(job: Job, names: Names = NO_NAMES) -> str:
    """ "Tagging 12,345 pictures with “summer”"."""
    if job.get("undo_of"):
        return f"Undoing: {_lower(_sentence(job, names, job['total'], past=True))}"
    return _sentence(job, names, job["total"], past=False)


def left(job: Job) -> str:
    """How far it is, and what remains, as people say it."""
    said = f"{number(job['done'])} of {number(job['total'])}"
    eta = job.get("eta")
    if not eta or eta < 3:
        return said
    return f"{said}, about {counted(round(eta), 'second') if eta < 90 else counted(round(eta / 60), 'minute')} left"


def troubles(job: Job) -> str:
    """What of it did not work; nothing where all did."""
    said = []
    if job["state"] == "cancelled":
        said.append(f"It was stopped after {number(job['done'])} of {number(job['total'])}.")
    if job["failed"]:
        said.append(f"{pictures(job['failed'])} could not be changed.")
    if job["state"] == "failed":
        said.append(str(job.get("error") or "Something went wrong on our side."))
    return " ".join(said)


def can_undo(job: Job) -> bool:
    """Whether there is something that can be put back. The service has the last word."""
    return bool(
        job["state"] not in OPEN
        and job["changed"]
        and not job["undo_of"]
        and not job["undone_by"]
        and job["action"] != "taxonomy"
    )


def collected(job: Job) -> bool:
    """Whether pictures came into a collection by it and are still there, as far as the job knows."""
    return bool(job["action"] == "add_to_collection" and job["changed"] and not job["undo_of"] and not job["undone_by"])


def _sentence(job: Job, names: Names, count: int, past: bool) -> str:
    value, many = job["value"], pictures(count)
    match job["action"]:
        case "tag":
            return f"{'Tagged' if past else 'Tagging'} {many} with “{value}”"
        case "untag":
            return f"{'Removed' if past else 'Removing'} the tag “{value}” from {many}"
        case "set_attribute" if value["value"] is None:
            return f"{'Removed' if past else 'Removing'} {value['name']} from {many}"
        case "set_attribute":
            return f"{'Set' if past else 'Setting'} {value['name']} to “{value['value']}” on {many}"
        case "set_category" if value is None:
            return f"{'Removed' if past else 'Removing'} the category from {many}"
        case "set_category":
            return f"{'Put' if past else 'Putting'} {many} into the category “{value}”"
        case "delete":
            return f"{'Moved' if past else 'Moving'} {many} to the trash"
        case "restore":
            return f"{'Restored' if past else 'Restoring'} {many}"
        case "add_to_collection":
            return f"{'Added' if past else 'Adding'} {many} to {_board(value, names)}"
        case "remove_from_collection":
            return f"{'Took' if past else 'Taking'} {many} out of {_board(value, names)}"
        case "accept_label":
            return f"{'Accepted' if past else 'Accepting'} “{value}” on {many}"
        case "reject_label":
            return f"{'Rejected' if past else 'Rejecting'} “{value}” on {many}"
        case "taxonomy":
            return f"{'Brought' if past else 'Bringing'} the labels of {many} in line with the names"
        case _:
            return f"{'Changed' if past else 'Changing'} {many}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _board(value: object, names: Names) -> str:
    name = names.get(str(value))
    return f"“{name}”" if name else "a collection"
