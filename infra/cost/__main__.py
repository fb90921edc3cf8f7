"""`make cost PROFILE=small IMAGES=100000 USERS=50`: what a month costs by service, and what a picture costs."""

import argparse
import sys
from pathlib import Path

from infra.cdk.config import PROFILES
from infra.cost.estimate import Month, estimate
from infra.cost.paper import PAPER, month_table, paper
from infra.cost.prices import AS_OF, SOURCE


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m infra.cost", description="A month on AWS, estimated.")
    asked.add_argument("--profile", choices=sorted(PROFILES), default="small")
    asked.add_argument("--images", type=int, default=100_000, help="pictures that arrive in the month")
    asked.add_argument("--users", type=int, default=50, help="people who sign in in the month")
    asked.add_argument("--kept", type=int, default=0, help="pictures that were there before")
    asked.add_argument("--publish", action="store_true", help="write docs/cost.md instead")
    given = asked.parse_args()
    if min(given.images, given.users, given.kept) < 0:
        sys.exit("--images, --users and --kept: numbers from 0.")
    if given.publish:
        Path(PAPER).write_text(paper(), encoding="utf-8")
        print(f"written: {PAPER.relative_to(Path.cwd())}")
        return 0
    month = Month(images=given.images, users=given.users, kept=given.kept)
    print(month_table(estimate(PROFILES[given.profile], month), month))
    print(f"\nPrices of {AS_OF}: {SOURCE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
