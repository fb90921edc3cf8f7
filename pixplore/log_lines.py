"""The log as JSON, one object a line, where PIXPLORE_LOG=json says that a machine reads it (CloudWatch Logs Insights).

Elsewhere people read it: plain lines, as every library writes them.
"""

import logging
import sys
from typing import Any

from pixplore.settings import TellingSettings, load

OURS = ("pixplore", "dashboard", "uvicorn", "streamlit")
"""Whose word on what goes well is wanted, too; of others only warnings and errors are."""


def as_asked() -> bool:
    """Whether everything this process logs from now on is JSON: level, logger, message, time, and what was raised.

    Loggers that had handlers of their own, or that kept their words to themselves (uvicorn's under Streamlit: those
    would be lost), write by the root's; those made later want another call.
    """
    if load(TellingSettings).log != "json":
        return False
    root = logging.StreamHandler(sys.stdout)
    root.setFormatter(_formatter())
    logging.root.handlers[:] = [root]
    logging.root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in list(logging.root.manager.loggerDict):
        one = logging.getLogger(name)
        one.handlers.clear()
        one.propagate = True
    return True


def _formatter() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter  # only where it is asked for

    called: dict[str, Any] = {"levelname": "level", "name": "logger", "exc_info": "exception"}
    return JsonFormatter(["levelname", "name", "message"], rename_fields=called, timestamp=True)
