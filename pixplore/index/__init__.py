"""The facet index: every question about a million pictures, answered in memory. It can be thrown away at any time."""
