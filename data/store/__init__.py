"""Storage: schema, repositories, journal, queries and telemetry."""
