"""`python -m pixplore`: what is done from the command line.

Settings come from the environment; what it leaves out, from the installation that runs in PIXPLORE_HOME.
"""

import argparse
import sys
from pathlib import Path
from uuid import UUID

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


def backup(arguments: argparse.Namespace) -> int:
    """Keep everything in a folder: catalogue, pictures, people, as one moment shows them, while work goes on.

    What is in it and what is not: docs/backup-format.md. Exit status: 0 when all is kept, 1 when files of pictures
    were lost before, 2 when it was broken off.
    """
    from pixplore.backup.command import backup as keep

    return keep(arguments.folder, arguments.like)


def restore(arguments: argparse.Namespace) -> int:
    """Bring a backup back into an installation that runs and is empty; one broken off goes on when started again.

    The backup is read and compared to its check sums first, and refused whole where anything differs. Exit status: 0
    when all is back, 2 when not.
    """
    from pixplore.backup.command import restore as bring_back

    return bring_back(arguments.folder, arguments.check)


def person(arguments: argparse.Namespace) -> int:
    """Write down everything that is kept about one person, as JSON that only its owner reads.

    The account with its groups and sessions; what they sent, changed, judged, saved, shared and had done. No password
    and nothing that signs in. Exit status: 0 when something was found, 1 when nothing is kept, 2 when it broke off.
    """
    from pixplore.personal import person as write_down

    return write_down(arguments.email, arguments.export)


def recover_original(arguments: argparse.Namespace) -> int:
    """Bring back originals that somebody deleted or wrote over, and thumbnails that are gone.

    From the versions that the bucket keeps, else from a backup. Exit status: 0 when all is in order, 1 when something
    is lost for good, 2 when it was broken off.
    """
    from pixplore.recovering import recover_originals

    return recover_originals(arguments.ids, arguments.backup, arguments.by)


def rebuild(arguments: argparse.Namespace) -> int:
    """Build the catalogue again from the bucket of originals alone, then from an export what people did.

    First without --export: every file that the catalogue does not know is labelled anew. Once the queue is empty,
    with --export.
    """
    from pixplore.recovering import rebuild as build

    return build(arguments.export, arguments.by)


def doctor(arguments: argparse.Namespace) -> int:
    """Look an installation over: settings, database, buckets, queues, recogniser, people, programs, disk, clock.

    One sentence a part. The recogniser is shown one small picture. Exit status: 0 when all is in order, 1 when not.
    """
    from pixplore.doctor.command import doctor as look

    return look()


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
    one = command("backup", backup)
    one.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder")
    one.add_argument("--like", type=Path, metavar="OLDER", help="a backup on the same disk to share files with")
    one = command("restore", restore)
    one.add_argument("folder", type=Path, metavar="FOLDER")
    one.add_argument("--check", action="store_true", help="only read all of it and compare it to its check sums")
    one = command("person", person)
    one.add_argument("email", metavar="EMAIL")
    one.add_argument("--export", type=Path, required=True, metavar="FILE", help="a new file")
    one = command("recover-original", recover_original)
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", nargs="*", type=UUID, metavar="ID", default=[], help="pictures")
    which.add_argument("--all", action="store_true", help="every picture")
    one.add_argument("--from", dest="backup", type=Path, metavar="BACKUP", help="a backup to look in as well")
    one.add_argument("--by", default="system", help="whom the changes are put down to: an e-mail address")
    one = command("rebuild", rebuild)
    one.add_argument("--export", type=Path, metavar="FILE", help="an export of the catalogue: .jsonl or .parquet")
    one.add_argument("--by", default="rebuild", help="whom the changes are put down to: an e-mail address")
    command("doctor", doctor)
    chosen = parser.parse_args(arguments)
    running.take_over()
    return int(chosen.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
