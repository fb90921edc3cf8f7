"""A program that finds this folder on its PYTHONPATH reads its clock with what the file in PIXPLORE_TEST_CLOCK adds, in
seconds, looked at twice a second. Intervals and pauses stay true."""

import datetime
import os
import threading
import time
from pathlib import Path


def follow(file: Path) -> None:
    import time_machine

    seconds, travel = 0.0, None
    while True:
        with file.open() as said:
            wanted = float(said.read() or 0)
        if wanted != seconds:
            if travel:
                travel.stop()
            travel = time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=wanted))
            travel.start()
            seconds = wanted
        time.sleep(0.5)


if told := os.environ.get("PIXPLORE_TEST_CLOCK"):
    threading.Thread(target=follow, args=(Path(told),), daemon=True).start()
