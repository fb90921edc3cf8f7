"""`python -m pixplore`: what is done from the command line."""

import argparse
import os
import sys
from pathlib import Path


def models(arguments: argparse.Namespace) -> None:
    """Build the model files that are missing (a second or two, offline)."""
    from pixplore.vision.model import build_models

    folder = arguments.folder or Path(os.environ.get("PIXPLORE_HOME") or ".pixplore") / "models"
    build_models(folder)
    print(f"models in {folder}")


def migrate(arguments: argparse.Namespace) -> None:
    """Bring the database that DATABASE_URL names to the newest schema."""
    from pixplore.catalogue.database import migrate as bring_up_to_date
    from pixplore.settings import DatabaseSettings, load

    bring_up_to_date(load(DatabaseSettings).database_url)
    print("the schema is the newest")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pixplore", description="Pixplore from the command line.")
    commands = parser.add_subparsers(title="commands", required=True)
    command = commands.add_parser("models", help=models.__doc__, description=models.__doc__)
    command.add_argument("--folder", type=Path, help="where to (default: PIXPLORE_HOME/models)")
    command.set_defaults(run=models)
    command = commands.add_parser("migrate", help=migrate.__doc__, description=migrate.__doc__)
    command.set_defaults(run=migrate)
    chosen = parser.parse_args(arguments)
    chosen.run(chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
