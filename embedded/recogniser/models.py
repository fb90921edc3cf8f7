"""`python -m embedded.recogniser.models FOLDER` builds the models that are missing, in a process that then ends:
building takes memory that a server would never give back."""

import sys
from pathlib import Path

from pixplore.vision.model import build_models

if __name__ == "__main__":
    build_models(Path(sys.argv[1]))
