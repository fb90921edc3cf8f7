"""A product list meets the pictures of a real catalogue: matches, doubts, people's edits, and one transaction."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, event, select, text, update

from pixplore.catalogue import product_reads
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.products import Report, import_products
from pixplore.catalogue.schema import image
from pixplore.catalogue.search import SqlFinder
from pixplore.product_csv import parse
from pixplore.query import parse_query

ADMIN = "admin@example.com"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def add(engine: Engine, name: str, **values: Any) -> UUID:
    image_id = uuid4()
    with engine.begin() as connection:
        connection.execute(
            image.insert().values(id=image_id, name=name, name_key=name.lower(), sha256=str(image_id), **values)
        )
    return image_id


def load(engine: Engine, content: str, dry_run: bool = False) -> Report:
    return import_products(engine, parse(content.encode()).rows, ADMIN, dry_run=dry_run)


def one(engine: Engine, image_id: UUID) -> Any:
    with engine.connect() as connection:
        return connection.execute(select(image).where(image.c.id == image_id)).one()


def test_pictures_are_found_by_file_by_sku_and_by_their_name(engine: Engine) -> None:
    by_file, by_sku, by_name = add(engine, "spring/Front.JPG"), add(engine, "x.png", sku="b-2"), add(engine, "C-3.webp")
    report = load(
        engine, "sku,file,title,brand,date\nA-1,front.jpg,Axe,T,2026-03-04\nB-2,,Bowl,,\nc-3,,Cup,,\nD-4,,Dish,,\n"
    )
    assert [(m.sku, m.by, m.images) for m in report.matched] == [
        ("A-1", "file", 1),
        ("B-2", "sku", 1),
        ("c-3", "name", 1),
    ]
    assert [u.sku for u in report.unmatched] == ["D-4"]
    assert report.counts["images"] == report.counts["changed_images"] == 3
    assert report.counts["new_products"] == 4
    row = one(engine, by_file)
    assert (row.sku, row.title, row.attributes) == ("A-1", "Axe", {"brand": "T"})
    assert row.created_at == datetime(2026, 3, 4, tzinfo=UTC)
    assert (one(engine, by_sku).sku, one(engine, by_name).sku) == ("B-2", "c-3")


def test_what_a_list_changes_is_written_down(engine: Engine) -> None:
    picture = add(engine, "a.jpg", title="Mine", attributes={"brand": "T"})
    load(engine, "sku,file,title,brand\nA,a.jpg,Axe,T\n")
    load(engine, "sku,file,title,brand\nA,a.jpg,Hatchet,U\n")
    load(engine, "sku,file,title,brand\nA,a.jpg,Hatchet,U\n")
    with engine.connect() as connection:
        told = connection.execute(
            text("select detail from change where image_id = :id order by seq"), {"id": picture}
        ).scalars().all()  # fmt: skip
    assert told == [
        {"from": "product list", "sku": {"before": None, "after": "A"}, "title": {"before": "Mine", "after": "Axe"}},
        {
            "from": "product list",
            "title": {"before": "Axe", "after": "Hatchet"},
            "attributes": {"before": {"brand": "T"}, "after": {"brand": "U"}},
            "product": {
                "before": {"title": "Axe", "category": None, "attributes": {"brand": "T"}},
                "after": {"title": "Hatchet", "category": None, "attributes": {"brand": "U"}},
            },
        },
    ]


def test_a_preview_writes_nothing_and_says_what_the_import_then_does(engine: Engine) -> None:
    picture = add(engine, "a.jpg")
    preview = load(engine, "sku,file,title\nA,a.jpg,T\n", dry_run=True)
    assert one(engine, picture).sku is None
    with engine.connect() as connection:
        assert product_reads.summary(connection).products == 0
        assert connection.execute(text("select count(*) from change")).scalar_one() == 0
    done = load(engine, "sku,file,title\nA,a.jpg,T\n")
    assert (done.counts, done.matched) == (preview.counts, preview.matched)
    assert done.version > preview.version


def test_the_same_list_again_changes_nothing(engine: Engine) -> None:
    add(engine, "a.jpg")
    content = "sku,file,title,date,price\nA,a.jpg,T,2026-01-02,5\n"
    load(engine, content)
    again = load(engine, content)
    assert (again.counts["changed_images"], again.counts["changed_products"], again.counts["new_products"]) == (0, 0, 0)
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from change where action = 'product'")).scalar_one() == 1


def test_what_people_edited_and_their_tags_stay(engine: Engine) -> None:
    picture = add(engine, "a.jpg", tags=["hero"])
    load(engine, "sku,file,title,category,brand\nA,a.jpg,Old,Tools,T\n")
    with engine.begin() as connection:
        connection.execute(update(image).values(title="By hand", attributes={"brand": "By hand", "note": "n"}))
    report = load(engine, "sku,file,title,category,brand,price\nA,a.jpg,New,Kitchen,U,3\n")
    row = one(engine, picture)
    assert (row.title, row.category, row.tags) == ("By hand", "Kitchen", ["hero"])
    assert row.attributes == {"brand": "By hand", "note": "n", "price": 3}
    assert report.counts["kept"] == 1
    assert (report.counts["retitled"], report.counts["recategorised"]) == (0, 1)


def test_empty_cells_take_nothing_away(engine: Engine) -> None:
    picture = add(engine, "a.jpg")
    load(engine, "sku,file,title,brand\nA,a.jpg,T,B\n")
    load(engine, "sku,title,brand,price\nA,,,7\n")
    assert (one(engine, picture).title, one(engine, picture).attributes) == ("T", {"brand": "B", "price": 7})


def test_a_file_name_that_two_pictures_bear_is_ambiguous(engine: Engine) -> None:
    first, second = add(engine, "front.jpg"), add(engine, "FRONT.jpg")
    report = load(engine, "sku,file\nA,front.jpg\n")
    assert [(a.sku, a.images) for a in report.ambiguous] == [("A", 2)]
    assert (one(engine, first).sku, one(engine, second).sku) == (None, None)
    assert report.counts["ambiguous"] == 1
    assert report.counts["rows_without_image"] == 0


def test_a_picture_that_two_rows_claim_is_left_alone(engine: Engine) -> None:
    picture = add(engine, "a.jpg")
    report = load(engine, "sku,file\nA,a.jpg\nB,a.jpg\n")
    assert [(c.image_id, c.skus) for c in report.clashes] == [(picture, ["A", "B"])]
    assert one(engine, picture).sku is None


def test_a_corrected_list_moves_a_picture_to_its_product(engine: Engine) -> None:
    x, y = add(engine, "x.jpg"), add(engine, "y.jpg")
    load(engine, "sku,file,title\nA,x.jpg,Axe\n")
    report = load(engine, "sku,file,title\nA,y.jpg,Axe\nB,x.jpg,Bowl\n")
    assert (one(engine, x).sku, one(engine, x).title, one(engine, y).sku) == ("B", "Bowl", "A")
    assert {m.sku: m.had_skus for m in report.matched} == {"A": [], "B": ["A"]}


def test_one_product_may_have_many_pictures(engine: Engine) -> None:
    for name in ("a-front.jpg", "a-back.jpg"):
        add(engine, name, sku="A")
    report = load(engine, "sku,title\nA,Axe\n")
    assert (report.matched[0].images, report.matched[0].names) == (2, ["a-back.jpg", "a-front.jpg"])


def test_the_trash_is_not_matched(engine: Engine) -> None:
    add(engine, "a.jpg", deleted_at=datetime.now(UTC))
    assert load(engine, "sku,file\nA,a.jpg\n").counts["rows_without_image"] == 1


def test_other_capitals_are_the_same_product(engine: Engine) -> None:
    load(engine, "sku,title\nAbc,One\n")
    load(engine, "sku,title\naBC,Two\n")
    with engine.connect() as connection:
        found = product_reads.list_products(connection, "", "all", None, 10)
    assert [(p.sku, p.title) for p in found] == [("Abc", "Two")]


def test_the_picture_is_found_by_its_new_words(engine: Engine) -> None:
    picture = add(engine, "a.jpg")
    load(engine, "sku,file,title,brand\nQX-99,a.jpg,Sledgehammer,Torvald\n")
    with engine.connect() as connection:
        for q in ("sledgehammer", "QX-99", "torvald"):
            found = SqlFinder(connection).page(parse_query([("q", q)], {})[0])
            assert found.ids == [picture], q


def test_list_summary_states_and_pages(engine: Engine) -> None:
    add(engine, "a.jpg")
    add(engine, "stray.jpg")
    load(engine, "sku,file,title\nA,a.jpg,100% wool\nB,,Bowl\nC,,Cup_1\n")
    with engine.connect() as connection:
        summary = product_reads.summary(connection)
        assert (summary.products, summary.with_images, summary.without_images) == (3, 1, 2)
        assert summary.images_without_product == 1

        def skus(q: str = "", state: str = "all", after: str | None = None, limit: int = 10) -> list[str]:
            return [p.sku for p in product_reads.list_products(connection, q, state, after, limit)]

        assert skus(limit=2) == ["A", "B"]
        assert skus(after="B") == ["C"]
        assert skus(state="matched") == ["A"]
        assert skus(state="without_images") == ["B", "C"]
        assert skus(q="0%") == ["A"]
        assert skus(q="cup_") == ["C"]
        assert skus(q="' or 1=1 --") == []


def test_who_had_a_picture_on_an_early_day_is_found_without_walking_all_products(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("""
                insert into product (sku, updated_by) select 'S' || n, 'x' from generate_series(10001, 30000) n;
                insert into image (id, name, name_key, sku, created_at)
                select gen_random_uuid(), 'n', 'n', 'S' || 40001 - n, timestamp '2026-01-01' + n * interval '1 minute'
                  from generate_series(10001, 30000) n;
                analyze product; analyze image
            """)
        )
        first = date(2026, 1, 8)
        looked = _rows_looked_at(connection, "", "matched", None, 51, first)
        found = product_reads.list_products(connection, "", "matched", None, 51, first)
    assert [product.sku for product in found] == [f"S{n}" for n in range(29922, 29973)]
    assert looked < 1_000


def _rows_looked_at(connection: Connection, *asked: Any) -> int:
    """Products that PostgreSQL reads for a list."""
    said: list[tuple[str, Any]] = []

    def told(*call: Any) -> None:
        said.append((call[2], call[3]))

    event.listen(connection, "before_cursor_execute", told)
    product_reads.list_products(connection, *asked)
    event.remove(connection, "before_cursor_execute", told)
    (plan,) = connection.exec_driver_sql(f"explain (analyze, format json) {said[0][0]}", said[0][1]).scalar_one()

    def rows(node: dict[str, Any]) -> float:
        own = (
            node["Actual Rows"] + node.get("Rows Removed by Filter", 0) if node.get("Relation Name") == "product" else 0
        )
        return own * node["Actual Loops"] + sum(map(rows, node.get("Plans", [])))

    return int(rows(plan["Plan"]))


def test_a_list_of_ten_thousand_lines(engine: Engine) -> None:
    for n in range(3):
        add(engine, f"P{n}.jpg")
    lines = "".join(f"P{n},Title {n},{n}.5\n" for n in range(10_000))
    report = load(engine, "sku,title,price\n" + lines)
    assert (report.counts["new_products"], report.counts["images"]) == (10_000, 3)
    assert len(report.unmatched) == 200
