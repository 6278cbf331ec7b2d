"""Draws: one file per map layer; a frame goes in, a drawing comes out."""
