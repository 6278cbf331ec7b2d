"""Commands about contingencies and what starting a response brings about."""
