"""The audit trail: whole, in order, and found by an index whatever is asked for."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from pixplore.catalogue import audit
from pixplore.catalogue.database import open_engine

_FILL = text("""
    insert into change (actor, action, image_id, detail, at)
    select case when i % 5000 = 0 then 'rare@example.com' else 'import@example.com' end,
           case when i % 5000 = 0 then 'edit' when i % 3 = 0 then 'relabel' else 'import' end,
           ('00000000-0000-0000-0000-' || lpad((i % 1000)::text, 12, '0'))::uuid, '{}',
           timestamptz '2026-01-01Z' + i * interval '1 second'
      from generate_series(1, 60000) i
""")
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_every_filter_is_answered_from_an_index(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(_FILL)
        connection.execute(text("analyze change"))
    wanted = {
        "all": audit.Asked(),
        "actor": audit.Asked(actor="rare@example.com"),
        "nobody": audit.Asked(actor="nobody@example.com"),
        "action": audit.Asked(action="edit"),
        "image": audit.Asked(image_id=UUID(int=0x77)),
        "early": audit.Asked(until=START + timedelta(seconds=100)),
        "between": audit.Asked(since=START + timedelta(seconds=100), until=START + timedelta(seconds=200)),
        "both": audit.Asked(actor="rare@example.com", action="edit", until=START + timedelta(hours=9)),
    }
    counts = {
        "all": 60_000,
        "actor": 12,
        "nobody": 0,
        "action": 12,
        "image": 60,
        "early": 99,
        "between": 100,
        "both": 6,
    }
    with engine.connect() as connection:
        for name, asked in wanted.items():
            found = audit.trail(connection, asked, 1_000)
            assert len(found) == min(counts[name], 1_000), name
            assert found == sorted(found, key=lambda one: (one.at, one.version), reverse=True)
            walked, after = [], None
            while page := audit.trail(connection, asked, 40, after):
                walked += page
                after = page[-1].at, page[-1].version
                if len(walked) > 300:
                    break
            assert walked[:300] == found[: len(walked)][:300], name
            assert rows_read(connection, asked) < 2_000, name
    engine.dispose()


def rows_read(connection, asked: audit.Asked) -> int:
    """How many rows the first page of 50 touches, as PostgreSQL counts them."""
    seen: list[str] = []

    class Explained:
        def execute(self, statement: object) -> list[object]:
            compiled = statement.compile(connection.engine, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
            seen.extend(
                connection.execute(text(f"explain (analyze, timing off) {compiled}".replace(":", r"\:"))).scalars()
            )
            return []

    audit.trail(Explained(), asked, 50)  # type: ignore[arg-type]
    plan = "\n".join(seen)
    assert "Seq Scan" not in plan, plan
    read = sum(int(float(rows) * int(loops)) for rows, loops in re.findall(r"actual rows=([\d.]+) loops=(\d+)", plan))
    return read + sum(map(int, re.findall(r"Rows Removed by Filter: (\d+)", plan)))
