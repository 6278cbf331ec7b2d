"""The door: messages, telemetry, tables and reference data come in here."""
