"""`python -m pixplore person`: everything that an installation keeps about one person, as one JSON file."""

import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import orjson

from pixplore.aws import accounts
from pixplore.catalogue import personal
from pixplore.catalogue.backup import unhurried_engine
from pixplore.catalogue.snapshot import snapshot
from pixplore.errors import PixploreError
from pixplore.settings import DatabaseSettings, PoolSettings, load

FOUND, UNKNOWN, BROKEN_OFF = 0, 1, 2


def person(email: str, to: Path) -> int:
    """Write the file, which nobody else may read and which must not be there yet."""
    pool, engine = load(PoolSettings), unhurried_engine(load(DatabaseSettings).database_url)
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            account = accounts.told(pool.user_pool_id, email)
            sub = account["attributes"].get("sub", "") if account else ""
            head = {"about": email, "at": datetime.now(UTC), "account": account}
            out.write(_json(head)[:-1])
            with snapshot(engine) as connection:
                counts = {
                    part: _written(out, part, personal.kept(connection, part, email, sub)) for part in personal.PARTS
                }
            out.write("\n}\n")
    except FileExistsError:
        print(f"{to} is there already: name a new file.", file=sys.stderr)
        return BROKEN_OFF
    except (OSError, PixploreError) as error:
        to.unlink(missing_ok=True)
        print(f"broken off, nothing is written: {error}", file=sys.stderr)
        return BROKEN_OFF
    finally:
        engine.dispose()
    print(f"account {'found' if account else 'not found'}, " + ", ".join(f"{name} {n}" for name, n in counts.items()))
    return FOUND if account or any(counts.values()) else UNKNOWN


def _written(out: TextIO, part: str, rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    out.write(f',\n"{part}": [')
    for count, row in enumerate(rows, 1):
        out.write(("" if count == 1 else ",") + "\n" + _json(row))
    out.write("]")
    return count


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value, default=str).decode()
