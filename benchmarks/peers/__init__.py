"""Other engines, each at its best, on the same images and questions as ours: `python -m benchmarks.peers`."""
