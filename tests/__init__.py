"""Tests of the command center."""
