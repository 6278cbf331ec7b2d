"""Pages: wall, duty, review, field and admin."""
