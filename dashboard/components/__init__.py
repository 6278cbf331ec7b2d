"""Components: one idea a file, each with ids, layout and register."""
