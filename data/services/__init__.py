"""Commands: one handler each, each in its own unit of work."""
