"""The index as a live copy beside the catalogue: follows its changes, keeps a snapshot on disk, can be thrown away."""
