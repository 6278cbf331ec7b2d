"""Numbered schema migrations, forward only."""
