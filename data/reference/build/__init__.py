"""Scripts that make the reference files from pinned packages and collected tables; not needed to run."""
