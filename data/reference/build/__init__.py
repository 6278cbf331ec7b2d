"""Makes the reference files from pinned packages and collected tables; not needed to run."""
