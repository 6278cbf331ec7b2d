"""Tools for the people who work on the center; run by `make`, not by pytest."""
