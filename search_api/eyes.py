"""Looking at a picture that is sent, as the pipeline looks at an upload."""

from collections.abc import Callable
from functools import cache
from threading import BoundedSemaphore

from pydantic import ValidationError

from pixplore.errors import Refused, Unavailable
from pixplore.settings import VisionSettings

_STATUS = {"kind_not_taken": 415, "not_an_image": 415, "too_large": 413}
_looking = BoundedSemaphore(2)  # a large picture takes 200 MB and a core while it is decoded


def seen(content: bytes) -> bytes:
    """The picture's embedding. Raises Refused with the status that says it over HTTP; Unavailable without a model."""
    with _looking:
        try:
            return _eyes()(content)
        except Refused as refusal:
            refusal.status = _STATUS.get(refusal.code, 422)
            raise


@cache
def _eyes() -> Callable[[bytes], bytes]:
    """Read when they are first asked for, model and libraries: most servers never are, and it takes 90 MB."""
    from pixplore.vision.apart import decode
    from pixplore.vision.embedding import Embedder
    from pixplore.vision.renditions import small

    try:
        embedder = Embedder(VisionSettings().model_dir)  # type: ignore[call-arg]
    except (ValidationError, FileNotFoundError) as missing:
        raise Unavailable(
            "This server has no model to look at pictures with. Whoever runs it sets PIXPLORE_MODEL_DIR."
        ) from missing
    return lambda content: embedder(small(decode(content).image).image)
