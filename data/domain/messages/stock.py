"""Commands about the supplies ledger."""
