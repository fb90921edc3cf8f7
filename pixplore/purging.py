"""What is over its time in the trash is deleted for good: from the catalogue, then every version of it in storage."""

from dataclasses import dataclass

from pixplore.aws import versions
from pixplore.catalogue import purge
from pixplore.catalogue.snapshot import Engine, transaction

MOST = 100
"""Pictures in one minute: some 20 s of requests."""


@dataclass(frozen=True)
class Purger:
    """`days` in the trash; 0: pictures stay there until somebody deletes their rows by hand."""

    engine: Engine
    originals_bucket: str
    renditions_bucket: str
    days: int

    def __call__(self) -> int:
        """How many files are gone for good. Can be killed anywhere: the next call goes on. Raises Unavailable."""
        with transaction(self.engine) as connection:
            if self.days:
                purge.begin(connection, self.days, MOST)
            files = purge.going(connection, MOST)
        for file in files:
            versions.remove_all(self.originals_bucket, file.key)
            versions.remove_all(self.renditions_bucket, f"{file.image_id}/")
        with transaction(self.engine) as connection:
            purge.finish(connection, (file.image_id for file in files))
        return len(files)
