"""A taught label that is active, through the whole pipeline: new pictures carry it, with where it came from."""

from pixplore.catalogue import read, taught
from pixplore.catalogue.snapshot import transaction
from tests.pictures import PHOTOS
from tests.places import Pipeline

HAMMERS = [path for path in PHOTOS if path.stem.startswith("hammer")]
OTHERS = [path for path in PHOTOS if path.stem in ("jaguar", "plate", "igloo", "pan", "lemur", "cup")]


def test_new_pictures_carry_a_taught_label(pipeline: Pipeline) -> None:
    ids = {path.stem: pipeline.take(path.name, path.read_bytes()).image_id for path in (*HAMMERS[:5], *OTHERS[:5])}
    with transaction(pipeline.engine) as connection:
        examples = [ids[path.stem] for path in HAMMERS[:5]]
        label, _ = taught.create(connection, "Claw Hammer", examples, [], "anna@shop.example")
        taught.activate(connection, label, True, "anna@shop.example")
    hammer = pipeline.take(HAMMERS[5].name, HAMMERS[5].read_bytes())
    other = pipeline.take(OTHERS[5].name, OTHERS[5].read_bytes())
    with transaction(pipeline.engine) as connection:
        shown = {one.name: one for one in read.entry(connection, hammer.image_id).labels}
        assert shown["Claw Hammer"].source == "ai"
        assert shown["Claw Hammer"].model == "taught: Claw Hammer v1"
        assert 55 <= shown["Claw Hammer"].confidence < 100
        assert len(shown) > 1
        assert "Claw Hammer" not in {one.name for one in read.entry(connection, other.image_id).labels}
    found = "select count(*) from image, label where label.name = 'Claw Hammer' and terms && array[label.id * 1024 + "
    assert pipeline.one(f"{found} {round(shown['Claw Hammer'].confidence * 10)}]") == 1
