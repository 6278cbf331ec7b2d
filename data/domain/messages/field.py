"""Commands from the field."""
