"""`python -m pixplore doctor`: whether an installation is in order, and where not, what to do."""
