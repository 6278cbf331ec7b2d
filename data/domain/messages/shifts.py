"""Commands about shifts and handovers."""
