"""The log that a machine reads: each line is an object, whatever was logged, and by whom."""

import json
import logging
import os
import subprocess
import sys

from pixplore import log_lines

CODE = """
import logging, sys
import streamlit.logger
import uvicorn
from pixplore import log_lines

streamlit.logger.init_uvicorn_logs()  # as Streamlit's server does it
uvicorn.Config("no:app")
dressed = streamlit.logger.get_logger("streamlit.runtime")
assert log_lines.as_asked()
logging.getLogger("pixplore.here").info('said "%s"', "one\\ntwo")
logging.getLogger("httpx").info("HTTP Request: GET https://x/?X-Amz-Signature=secret")
logging.getLogger("botocore").warning("slow")
dressed.error("a page failed")
logging.getLogger("uvicorn.error").error("Exception in ASGI application")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("pixplore.there").exception("it failed")
"""


def test_every_line_is_an_object() -> None:
    asked = os.environ | {"PIXPLORE_LOG": "json"}
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env=asked)
    lines = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]
    assert all(line.pop("timestamp") for line in lines)
    found = {(line["logger"], line["level"]): line for line in lines}
    assert set(found) == {("pixplore.here", "INFO"), ("botocore", "WARNING"), ("streamlit.runtime", "ERROR"),
                          ("uvicorn.error", "ERROR"), ("pixplore.there", "ERROR")}  # fmt: skip
    assert found["pixplore.here", "INFO"]["message"] == 'said "one\ntwo"'
    assert "ZeroDivisionError" in found["pixplore.there", "ERROR"]["exception"]


def test_where_people_read_it_nothing_changes() -> None:
    before = list(logging.root.handlers)
    assert not log_lines.as_asked()
    assert logging.root.handlers == before
