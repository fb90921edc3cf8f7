"""Files that are dropped again: what the manifest awaits is sent, what it has is not, the rest is new."""

from dashboard.upload.alike_views import pairs
from dashboard.upload.uploads import Upload, known_files


def test_files_are_known_by_name_and_size() -> None:
    upload = Upload("q", "batch", missing={("a.jpg", 10): ["1", "2"]}, arrived={("b.jpg", 20): [{"image_id": "3"}]})
    files = [
        {"key": 1, "name": "a.jpg", "size": 10},
        {"key": 2, "name": "b.jpg", "size": 20},
        {"key": 3, "name": "b.jpg", "size": 20},
        {"key": 4, "name": "a.jpg", "size": 11},
        {"key": 5, "name": "folder/a.jpg", "size": 10},
    ]
    resumed, sent, fresh = known_files(upload, files[:4])
    assert resumed == {1: "1"}
    assert sent == [{"image_id": "3", "key": 2}]
    assert [file["key"] for file in fresh] == [3, 4]
    assert upload.missing == {("a.jpg", 10): ["2"]}


def of(batch_id: str, **sizes: int) -> list[dict[str, object]]:
    return [{"id": name, "width": n, "height": n, "batch_id": batch_id} for name, n in sizes.items()]


def test_a_pair_is_the_largest_picture_beside_another() -> None:
    found = pairs([{"images": of("new", s=1, l=3, m=2)}], "new")
    assert [(a["id"], b["id"]) for a, b in found] == [("l", "m"), ("l", "s")]


def test_what_the_catalogue_had_before_stands_beside_each_new_copy_and_never_beside_its_like() -> None:
    found = pairs([{"images": of("new", s=1, l=3) + of("older", one=1, two=2)}], "new")
    assert [(a["id"], b["id"]) for a, b in found] == [("two", "l"), ("two", "s")]
