"""Longer commands of the program, one a module."""
