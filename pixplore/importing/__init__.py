"""Catalogue entries from a file: read in parts, checked, made into rows, copied in. See `python -m pixplore import`."""
