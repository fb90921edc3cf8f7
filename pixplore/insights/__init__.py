"""What the charts show, from counts alone. Every row carries the query that finds exactly the images it counted.

All of it asks a `Finder` (pixplore.finding), so the index and SQL draw the same charts.
"""
