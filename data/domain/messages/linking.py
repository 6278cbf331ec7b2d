"""Commands about support requests between levels."""
