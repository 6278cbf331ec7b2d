"""Decides: domain, rules, storage, allocation and ingest."""
