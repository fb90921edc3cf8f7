"""Everything that an installation keeps about one person, as one JSON object: `python -m pixplore person` writes it for
an administrator, `GET /v1/me/data` for the person."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from pixplore.aws import accounts
from pixplore.catalogue import personal
from pixplore.catalogue.backup import unhurried_engine
from pixplore.catalogue.snapshot import Engine
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
            counts: dict[str, int] = {}
            for piece in written(engine, email, sub, account, counts):
                out.write(piece)
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


def written(
    engine: Engine, email: str, sub: str, account: dict[str, Any] | None, counts: dict[str, int] | None = None
) -> Iterator[str]:
    """The object, piece by piece, all of it from one moment of the catalogue; `counts` learns the rows of each part.

    Raises Unavailable, also on the way. `account`: what the user pool keeps.
    """
    head = _json({"about": email, "at": datetime.now(UTC), "account": account})
    with personal.moment(engine) as connection:
        yield head[:-1]
        for part in personal.PARTS:
            count = 0
            yield f',\n"{part}": ['
            for count, row in enumerate(personal.kept(connection, part, email, sub), 1):
                yield ("" if count == 1 else ",") + "\n" + _json(row)
            yield "]"
            if counts is not None:
                counts[part] = count
    yield "\n}\n"


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value, default=str).decode()
