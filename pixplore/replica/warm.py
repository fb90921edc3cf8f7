"""`python -m pixplore.replica.warm`: compile every loop that the index and its feed use, or find that they are."""

import logging
import os
import sys
import time

from pixplore import log_lines
from pixplore.catalogue import copied
from pixplore.index import warm
from pixplore.replica.lifeline import hold_on

log = logging.getLogger("pixplore.replica")


def main() -> int:
    hold_on()
    os.nice(10)
    log_lines.as_asked()
    began = time.monotonic()
    warm.warm()
    copied.warm()
    log.info("compiled loops: ready after %.1f s", time.monotonic() - began)
    return 0


if __name__ == "__main__":
    sys.exit(main())
