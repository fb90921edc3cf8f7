"""One catalogue and pointed questions to it: the edges that random ones meet too seldom. For every Finder."""

from decimal import Decimal

from tests.contract.catalogues import COLLECTIONS, Picture, picture
from tests.contract.oracle import UNSET, Pairs
from tests.contract.questions import Question


def _sure(**labels: object) -> dict[str, Decimal]:
    return {name.replace("_", " "): Decimal(str(percent)) for name, percent in labels.items()}


SHELF: list[Picture] = [
    picture(0, labels=_sure(Running_Shoe=90, Shoe=60), name="foots.jpg"),  # Shoe and Footwear twice
    picture(1, labels=_sure(Boot=55), tags=["globes"], sku="AB-1"),
    picture(2, labels=_sure(Boot="54.9"), title="Red shoe, blue shoe", attributes={"price": "6\n"}),
    picture(3, labels=_sure(Cup=100, Boot=100), decisions={"Boot": "reject"}, category="Réd shoes"),
    picture(4, labels=_sure(Cup=40, Footwear=30), attributes={"price": "1e3", "x": "shoe red"}, text=["red shoes"]),
    picture(5, labels=_sure(Boot=99), name="lanterns IMG0042.jpg", deleted=True),
    picture(6, decisions={"Tableware": "accept"}, collections=COLLECTIONS[:2], attributes={"price": ".5"}),
    picture(7, labels=_sure(Running_Shoe=100, Boot=100, Cup=100, Shoe=20), size=None, attributes={"price": "+7."}),
    picture(8, tags=["Cupboard"], title="newer, and begun only where a label is complete"),
]
_ASKED: list[Pairs] = [
    [],
    [("max_confidence", "80")],
    [("max_confidence", "20"), ("min_confidence", "0")],
    *([("label", "Boot"), *more] for more in (
        [],
        [("min_confidence", "54.95")],
        [("max_confidence", "55")],
        [("min_confidence", "0"), ("max_confidence", "54.95")],
        [("min_confidence", "55.01"), ("max_confidence", "55.04")],
        [("min_confidence", "100")],
        [("trashed", "true")],
    )),
    [("label", name) for name in ("Running Shoe", "Shoe", "Footwear", "Boot", "Cup", "Tableware")],
    [("label", UNSET)],
    [("not_label", UNSET), ("any_label", "Cup"), ("any_label", UNSET)],
    [("any_label", "Boot"), ("any_label", "Cup"), ("label", "Footwear")],
    *([("q", q)] for q in (
        "red shoe", '"red shoe"', "red-shoe", "shoe red", '"shoe red"', "boot", "bootx", "cup", "img0042", "img 42",
        "0042", "footw", "tablew", "tablewaer", "tabelwaer", "globex", "lantren", "lanternz", "foost", '"foost"',
        "runnin shoos", "ab1", "ab-1",
    )),
    [("attr.price.gte", "0.5"), ("attr.price.lte", "7")],
    [("collection", str(COLLECTIONS[0])), ("not_collection", str(COLLECTIONS[2]))],
    [("max_width", "100"), ("max_height", "50")],
]  # fmt: skip
_FACETS = ["label", "tag", "category", "collection", "orientation", "attribute", "attr.price", "sku", "day"]
EDGES = [
    Question(pairs, within, _FACETS, top, sort, "f", 2)
    for pairs in _ASKED
    for sort, top, within in (("relevance", 1000, None), ("name", 2, [("label", "Boot"), ("q", "p")]))
]
BARE: list[Picture] = [
    picture(0, labels=_sure(Footwear=30), name="foots.jpg"),
    picture(1, name="tableware.png", deleted=True),
]
"""Labels that nobody shows, words that only the trash holds."""
BARE_EDGES = [
    Question([("q", q)], None, ["label"], 5, "relevance", "f", 1) for q in ("footw", "footwaer", "foost", "tabelware")
]
