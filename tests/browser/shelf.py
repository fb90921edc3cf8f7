"""A shelf of real photographs that only one test module looks at: its own category, two brands, two prices."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from demo.load import HERE
from pixplore.catalogue.database import open_engine
from tests.stack import Stack

BOX = {"left": 0.2, "top": 0.25, "width": 0.5, "height": 0.4}
PHOTOS = ("hammer2", "hammer3", "hammer6", "cup", "pan", "polar_bear", "lemur", "jaguar", "crocodile", "scissors1")


@dataclass
class Shelf:
    """`ids` in the order of PHOTOS."""

    stack: Stack
    token: str
    category: str
    ids: list[str]

    @property
    def path(self) -> str:
        return f"/catalogue?category={self.category}"

    def ask(self, **query: Any) -> Any:
        """What the search API says of this shelf."""
        return self.stack.images(self.token, category=self.category, **query)

    def total(self, **query: Any) -> int:
        return int(self.ask(limit=1, **query)["total"])

    def labels(self) -> dict[str, int]:
        """Labels that some, not all, pictures of the shelf carry, most frequent first."""
        answer = self.ask(limit=1, facets="label", facet_limit=100)
        found = {row["value"]: row["count"] for row in answer["facets"]["label"]["values"]}
        return {name: count for name, count in found.items() if 1 < count < answer["total"]}

    def draw_box(self, place: int) -> str:
        """Give the surest label of a picture a box, as a recogniser that finds objects would. Returns its name."""
        with open_engine(self.stack.ends["database_url"]).begin() as link:
            row = link.execute(_SUREST, {"id": self.ids[place]}).one()
            link.execute(_BOX, {"id": self.ids[place], "label": str(row.id), "boxes": json.dumps([BOX])})
        return str(row.name)


# What the recogniser said is kept with the surest first.
_SUREST = text("select label.id, label.name from image join label on label.id = said[1] / 1024 where image.id = :id")
_BOX = text("""
    update image set boxes = boxes || jsonb_build_object(:label, cast(:boxes as jsonb)) where id = :id
""")


def fill(stack: Stack) -> Shelf:
    """Upload the photographs (each with a byte or two of its own, so that none is a duplicate) and wait for them."""
    token, word, ids = stack.token("admin"), secrets.token_hex(3), []
    category = f"Shelf-{word}"
    for brand, price, names in (("Acme", 12, PHOTOS[:5]), ("Umbra", 40, PHOTOS[5:])):
        files = [(f"{name}-{word}.jpg", photo(name), "image/jpeg") for name in names]
        defaults = {"category": category, "tags": [f"tag-{word}"], "attributes": {"brand": brand, "price": price}}
        batch = stack.upload(token, files, defaults=defaults)
        ended = stack.wait(token, batch["batch_id"], 120)
        assert ended["counts"] == {"ready": len(names)} or ended["counts"].get("ready") == len(names), ended["counts"]
        ids += [item["image_id"] for item in batch["items"]]
    return Shelf(stack, token, category, ids)


def photo(name: str) -> bytes:
    """A demo photograph that no other has the sha256 of."""
    return (HERE / "photos" / f"{name}.jpg").read_bytes() + secrets.token_bytes(6)
