"""The exercise: a field that behaves, for drills."""
