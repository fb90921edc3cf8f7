"""`python -m pixplore`: what is done from the command line.

Settings come from the environment; what it leaves out, from the installation that runs in PIXPLORE_HOME.
"""

import argparse
import sys
from pathlib import Path

from pixplore import running

_PART = 1_000


def models(arguments: argparse.Namespace) -> int:
    """Build the model files that are missing (a second or two, offline)."""
    from pixplore.vision.model import build_models

    folder = arguments.folder or running.home() / "models"
    build_models(folder)
    print(f"models in {folder}")
    return 0


def migrate(arguments: argparse.Namespace) -> int:
    """Bring the database that DATABASE_URL names to the newest schema."""
    from pixplore.catalogue.database import migrate as bring_up_to_date
    from pixplore.settings import DatabaseSettings, load

    bring_up_to_date(load(DatabaseSettings).database_url)
    print("the schema is the newest")
    return 0


def import_file(arguments: argparse.Namespace) -> int:
    """Take catalogue entries in from a CSV, JSON Lines or Parquet file.

    Columns: sku, name, title, category, created_at, width, height, labels, tags, attributes (or attr.<name>, one
    each), image (path or s3:// address) and id (of an exported entry). An entry is known by its SKU and name, or by
    the id it brings. Exit status: 0 when the file was read to its end, 1 when every row was rejected, 2 when the file,
    the database or the storage gave out; rejected rows are written beside the file, each with its reason.
    """
    from pixplore.importing.command import import_file as take_in

    return take_in(arguments.file, arguments.on_conflict, arguments.by, arguments.encoding)


def synthesise(arguments: argparse.Namespace) -> int:
    """Make up a catalogue, the same for the same seed: into a file, or straight into the catalogue."""
    from pixplore.importing.command import synthesise as make_up

    return make_up(arguments.images, arguments.seed, arguments.to, arguments.by)


def relabel(arguments: argparse.Namespace) -> int:
    """Send pictures through labelling again; what people said of them stays."""
    from pixplore import operations
    from pixplore.catalogue import repair
    from pixplore.catalogue.database import open_engine
    from pixplore.catalogue.snapshot import transaction
    from pixplore.settings import DatabaseSettings, QueueSettings, StorageSettings, load

    engine, queues = open_engine(load(DatabaseSettings).database_url), load(QueueSettings)
    places = operations.Places(engine, load(StorageSettings).originals_bucket, queues.queue_url, queues.dlq_url)
    sent, last = 0, None
    while True:
        with transaction(engine) as connection:
            found = repair.pictures_to_relabel(connection, arguments.missing_embedding, last, _PART)
        if not found:
            break
        sent, last = sent + operations.label_again(places, found), found[-1]
        print(f"{sent:,} pictures sent", flush=True)
    print(f"relabel {sent}")
    engine.dispose()
    return 0


def _whole(text: str) -> int:
    number = int(text.replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("is to be 1 or more")
    return number


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pixplore", description="Pixplore from the command line.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, does: object) -> argparse.ArgumentParser:
        told = (does.__doc__ or "").split("\n\n")
        made = commands.add_parser(name, help=told[0], description=" ".join(" ".join(told).split()))
        made.set_defaults(run=does)
        return made

    command("models", models).add_argument("--folder", type=Path, help="where to (default: PIXPLORE_HOME/models)")
    command("migrate", migrate)
    one = command("import", import_file)
    one.add_argument("file", type=Path, metavar="FILE")
    one.add_argument("--on-conflict", choices=("skip", "update"), default="skip", help="entries that are there already")
    one.add_argument("--encoding", help="of a CSV (default: UTF-8, or UTF-16 where it says so)")
    one.add_argument("--by", default="import", help="whom the changes are put down to: an e-mail address")
    one = command("synthesise", synthesise)
    one.add_argument("--images", type=_whole, required=True, metavar="N")
    one.add_argument("--to", type=Path, metavar="FILE", help="FILE.parquet, .csv or .jsonl instead of the catalogue")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--by", default="synthesise", help=argparse.SUPPRESS)
    one = command("relabel", relabel)
    one.add_argument("--missing-embedding", action="store_true", help="only pictures that cannot be compared yet")
    chosen = parser.parse_args(arguments)
    running.take_over()
    return int(chosen.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
