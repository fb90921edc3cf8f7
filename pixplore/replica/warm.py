"""`python -m pixplore.replica.warm`: compile every loop that the index and its feed use, or find that they are."""

import os
import sys
import time

from pixplore.catalogue import copied
from pixplore.index import warm
from pixplore.replica.lifeline import hold_on


def main() -> int:
    hold_on()
    os.nice(10)
    began = time.monotonic()
    warm.warm()
    copied.warm()
    print(f"compiled loops: ready after {time.monotonic() - began:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
